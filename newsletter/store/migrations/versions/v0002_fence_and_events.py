"""This module migrates a store to 0002: the fence, times for each reader, approval, events."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _events()
    _approvals()
    _campaigns()
    _attempts()
    _requests()


def _events() -> None:
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("campaign_id", sa.Integer()),
        sa.Column("attempt_id", sa.Integer()),
        sa.Column("seq", sa.BigInteger()),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("machine", sa.Integer(), server_default="0", nullable=False),
        sa.Column("received_at", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('resubscribed', 'processed', 'deferred', 'delivered', 'opened', 'clicked', 'blocked', 'dropped', 'bounced', 'unsubscribed', 'complained')",
            name=op.f("event_kind_check"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("event_pkey")),
        sa.UniqueConstraint(
            "message_id", "kind", "at", "key", name=op.f("event_message_id_kind_at_key_key")
        ),
        sa.UniqueConstraint("provider_id", name=op.f("event_provider_id_key")),
    )
    op.create_index("event_recipient", "event", ["campaign_id", "seq"])


def _approvals() -> None:
    op.create_table(
        "approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("letter_digest", sa.Text(), nullable=False),
        sa.Column("audience_digest", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("approval_campaign_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("approval_pkey")),
    )
    op.create_index("approval_campaign", "approval", ["campaign_id"])
    op.create_table(
        "log_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("log_entry_campaign_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("log_entry_pkey")),
    )
    op.create_index("log_entry_campaign", "log_entry", ["campaign_id"])
    op.create_table(
        "throttle",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("not_before", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("throttle_one_row_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("throttle_pkey")),
    )


def _campaigns() -> None:
    for column in (
        sa.Column("local_time", sa.Text(), server_default="", nullable=False),
        sa.Column("rate", sa.Integer(), server_default="0", nullable=False),
        sa.Column("warmup", sa.Text(), server_default="[]", nullable=False),
        sa.Column("at_once", sa.Integer(), server_default="0", nullable=False),
        sa.Column("first_send_at", sa.Integer()),
        sa.Column("needs_approval", sa.Integer(), server_default="0", nullable=False),
    ):
        op.add_column("campaign", column)
    op.add_column("variant", sa.Column("zone", sa.Text(), server_default="", nullable=False))


def _attempts() -> None:
    for column in (
        sa.Column("last_send_at", sa.Integer()),
        sa.Column("slot", sa.Integer(), server_default="0", nullable=False),
        sa.Column("stopped_at", sa.Integer(), server_default="0", nullable=False),
    ):
        op.add_column("attempt", column)
    op.execute("UPDATE attempt SET last_send_at = send_at")
    states = "'open', 'posted', 'paused', 'fencing', 'cancelled'"
    with op.batch_alter_table("attempt") as attempt:
        attempt.alter_column("last_send_at", existing_type=sa.Integer(), nullable=False)
        attempt.drop_constraint("state", type_="check")
        attempt.create_check_constraint("state", f"state IN ({states})")


def _requests() -> None:
    for column in (
        sa.Column("send_at", sa.Integer()),
        sa.Column("owner", sa.Text(), server_default="", nullable=False),
        sa.Column("lease_until", sa.Integer()),
    ):
        op.add_column("request", column)
    op.execute(
        "UPDATE request SET send_at = (SELECT send_at FROM attempt WHERE attempt.id = request.attempt_id)"
    )
    with op.batch_alter_table("request") as request:
        request.alter_column("send_at", existing_type=sa.Integer(), nullable=False)
