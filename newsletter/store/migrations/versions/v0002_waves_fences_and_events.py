"""This module migrates a store to 0002: waves, fences and events."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


STATES = "state IN ('open', 'posted', 'paused', 'fencing', 'cancelled')"


def upgrade() -> None:
    _events()
    _approval_and_throttle()
    _campaigns()
    _attempts()


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
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        sa.Column("attempt_id", sa.Integer(), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=True),
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


def _approval_and_throttle() -> None:
    op.create_table(
        "throttle",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("not_before", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("throttle_only_one_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("throttle_pkey")),
    )
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


def _campaigns() -> None:
    for name in ("rate", "at_once", "needs_approval"):
        column = sa.Column(name, sa.Integer(), server_default="0", nullable=False)
        op.add_column("campaign", column)
    for name, default in (("local_time", ""), ("warmup", "[]")):
        words = sa.Column(name, sa.Text(), server_default=default, nullable=False)
        op.add_column("campaign", words)
    op.add_column("campaign", sa.Column("first_send_at", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE campaign SET first_send_at = (SELECT min(attempt.send_at) FROM attempt "
        "JOIN wave ON wave.id = attempt.wave_id WHERE wave.campaign_id = campaign.id)"
    )
    op.add_column("variant", sa.Column("zone", sa.Text(), server_default="", nullable=False))


def _attempts() -> None:
    for name in ("slot", "stopped_at", "confirmed_at", "last_send_at"):
        column = sa.Column(name, sa.Integer(), server_default="0", nullable=False)
        op.add_column("attempt", column)
    op.execute("UPDATE attempt SET last_send_at = send_at")
    with op.batch_alter_table("attempt") as table:
        table.drop_constraint(op.f("attempt_state_check"), type_="check")
        table.create_check_constraint(op.f("attempt_state_check"), STATES)
    whole = sa.Column("send_at", sa.Integer(), server_default="0", nullable=False)
    op.add_column("request", whole)
    op.add_column("request", sa.Column("owner", sa.Text(), server_default="", nullable=False))
    op.add_column("request", sa.Column("lease_until", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE request SET send_at = (SELECT send_at FROM attempt WHERE attempt.id = request.attempt_id)"
    )
