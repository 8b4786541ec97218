"""This module migrates a store to 0001: the first tables.

A store from before the versions has the same tables, with nameless constraints; it is copied into named ones.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

TABLES = (
    "source subscriber list_row change consent_log suppression "
    "campaign variant picture recipient wave attempt request"
).split()


def upgrade() -> None:
    earlier = _set_aside()
    _lists()
    _what_was_said()
    _campaigns()
    _recipients()
    _requests()
    for table in earlier:
        _take_over(table)


def _set_aside() -> list[str]:
    """The tables that are there already, each with another name now and without its indexes."""
    there = sa.inspect(op.get_bind())
    found = [table for table in TABLES if there.has_table(table)]
    for table in found:
        for index in there.get_indexes(table):
            op.drop_index(str(index["name"]))
        op.rename_table(table, f"earlier_{table}")
    return found


def _take_over(table: str) -> None:
    there = sa.inspect(op.get_bind())
    columns = ", ".join(f'"{column["name"]}"' for column in there.get_columns(f"earlier_{table}"))
    op.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM earlier_{table}")  # noqa: S608
    op.drop_table(f"earlier_{table}")


def _lists() -> None:
    op.create_table(
        "source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("list", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("consent", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("merged_at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("source_pkey")),
    )
    op.create_index("source_list", "source", ["list"])
    op.create_table(
        "subscriber",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("first_name", sa.Text(), server_default="", nullable=False),
        sa.Column("last_name", sa.Text(), server_default="", nullable=False),
        sa.Column("names", sa.Text(), server_default="[]", nullable=False),
        sa.Column("city", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.Text(), server_default="", nullable=False),
        sa.Column("signed_up", sa.Text(), server_default="", nullable=False),
        sa.Column("tags", sa.Text(), server_default="[]", nullable=False),
        sa.Column("standing", sa.Text(), server_default="subscribed", nullable=False),
        sa.Column("consent", sa.Text(), server_default="none", nullable=False),
        sa.Column("updated_at", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "consent IN ('none', 'unconfirmed', 'confirmed')", name=op.f("subscriber_consent_check")
        ),
        sa.CheckConstraint(
            "standing IN ('subscribed', 'unsubscribed', 'bounced', 'complained', 'erased')",
            name=op.f("subscriber_standing_check"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("subscriber_pkey")),
        sa.UniqueConstraint("key", name=op.f("subscriber_key_key")),
    )
    op.create_table(
        "list_row",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", sa.Integer()),
        sa.Column("reason", sa.Text()),
        sa.CheckConstraint(
            "(subscriber_id IS NULL) <> (reason IS NULL)", name=op.f("list_row_fate_check")
        ),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("list_row_source_id_fkey")),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name=op.f("list_row_subscriber_id_fkey")
        ),
        sa.PrimaryKeyConstraint("source_id", "line", name=op.f("list_row_pkey")),
    )
    op.create_index("list_row_subscriber", "list_row", ["subscriber_id"])


def _what_was_said() -> None:
    op.create_table(
        "change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer()),
        sa.Column("line", sa.Integer()),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("was", sa.Text(), server_default="", nullable=False),
        sa.Column("now", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("change_source_id_fkey")),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name=op.f("change_subscriber_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("change_pkey")),
    )
    op.create_index("change_subscriber", "change", ["subscriber_id"])
    op.create_table(
        "consent_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("consent", sa.Text(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("given_on", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name=op.f("consent_log_subscriber_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("consent_log_pkey")),
    )
    op.create_index("consent_log_subscriber", "consent_log", ["subscriber_id"])
    op.create_table(
        "suppression",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer()),
        sa.CheckConstraint(
            "reason IN ('unsubscribed', 'bounced', 'complained', 'erased')",
            name=op.f("suppression_reason_check"),
        ),
        sa.PrimaryKeyConstraint("key", "reason", "origin", name=op.f("suppression_pkey")),
    )


def _campaigns() -> None:
    op.create_table(
        "campaign",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Text(), nullable=False),
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("edition_digest", sa.Text(), nullable=False),
        sa.Column("letter_digest", sa.Text(), nullable=False),
        sa.Column("audience_digest", sa.Text(), nullable=False),
        sa.Column("envelope", sa.Text(), nullable=False),
        sa.Column("frozen", sa.Integer(), nullable=False),
        sa.Column("asked_send_at", sa.Integer()),
        sa.Column("undo_seconds", sa.Integer(), nullable=False),
        sa.Column("stop", sa.Text()),
        sa.Column("stop_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.Integer(), nullable=False),
        sa.CheckConstraint("stop IN ('undo', 'pause', 'halt')", name=op.f("campaign_stop_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("campaign_pkey")),
    )
    op.create_index("campaign_edition", "campaign", ["edition_id"])
    op.create_table(
        "variant",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("recipients", sa.Integer(), nullable=False),
        sa.Column("largest", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("variant_campaign_id_fkey")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "number", name=op.f("variant_pkey")),
    )
    op.create_table(
        "picture",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("cid", sa.Text(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("picture_campaign_id_fkey")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "cid", name=op.f("picture_pkey")),
    )


def _recipients() -> None:
    op.create_table(
        "recipient",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("edition_id", sa.Text(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("variant", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("substitutions", sa.Text(), nullable=False),
        sa.Column("unsubscribe_url", sa.Text(), server_default="", nullable=False),
        sa.Column("live", sa.Integer(), server_default="1", nullable=False),
        sa.Column("outcome", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.CheckConstraint(
            "outcome IN ('withheld', 'refused', 'cancelled')", name=op.f("recipient_outcome_check")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id", "variant"],
            ["variant.campaign_id", "variant.number"],
            name=op.f("recipient_campaign_id_variant_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("recipient_campaign_id_fkey")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "seq", name=op.f("recipient_pkey")),
    )
    op.create_index(
        "recipient_once",
        "recipient",
        ["edition_id", "key"],
        unique=True,
        sqlite_where=sa.text("live = 1"),
        postgresql_where=sa.text("live = 1"),
    )
    op.create_index(
        "recipient_outcome",
        "recipient",
        ["campaign_id", "seq", "outcome"],
        sqlite_where=sa.text("outcome IS NOT NULL"),
        postgresql_where=sa.text("outcome IS NOT NULL"),
    )


def _requests() -> None:
    op.create_table(
        "wave",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("wave_campaign_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("wave_pkey")),
        sa.UniqueConstraint("campaign_id", "number", name=op.f("wave_campaign_id_number_key")),
    )
    op.create_table(
        "attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("send_at", sa.Integer(), nullable=False),
        sa.Column("post_until", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'posted', 'fencing', 'cancelled')", name=op.f("attempt_state_check")
        ),
        sa.ForeignKeyConstraint(["wave_id"], ["wave.id"], name=op.f("attempt_wave_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("attempt_pkey")),
        sa.UniqueConstraint("wave_id", "number", name=op.f("attempt_wave_id_number_key")),
    )
    op.create_table(
        "request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("variant", sa.Integer(), nullable=False),
        sa.Column("first_seq", sa.BigInteger(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        sa.Column("posted_at", sa.Integer()),
        sa.Column("settled_at", sa.Integer()),
        sa.Column("status", sa.Integer()),
        sa.Column("message_id", sa.Text(), server_default="", nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "state IN ('pending', 'posting', 'accepted', 'refused', 'unknown', 'cancelled', 'expired', 'void')",
            name=op.f("request_state_check"),
        ),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("request_attempt_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("request_campaign_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("request_pkey")),
        sa.UniqueConstraint(
            "attempt_id", "first_seq", name=op.f("request_attempt_id_first_seq_key")
        ),
    )
    op.create_index("request_run", "request", ["campaign_id", "first_seq"])
    op.create_index("request_state", "request", ["campaign_id", "state"])
