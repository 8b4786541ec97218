"""This module migrates a store to 0003: merges that can be taken back, where each fact is from, and the erased."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

STANDINGS = ("subscribed", "unsubscribed", "bounced", "complained", "erased")
CONSENTS = ("none", "unconfirmed", "confirmed")
CHANGES = {
    "sqlite": """
        INSERT INTO change (merge_id, subscriber_id, was, now, at)
        SELECT source_id, subscriber_id, json_object(field, was), json_object(field, now), at FROM earlier_change
        WHERE field <> 'created' AND source_id IS NOT NULL ORDER BY id""",
    "postgresql": """
        INSERT INTO change (merge_id, subscriber_id, was, now, at)
        SELECT source_id, subscriber_id, json_build_object(field, was)::text, json_build_object(field, now)::text, at
        FROM earlier_change WHERE field <> 'created' AND source_id IS NOT NULL ORDER BY id""",
}


def upgrade() -> None:
    _merges()
    _rows()
    _subscribers()
    _changes()
    _erased()


def _merges() -> None:
    """Every reading of a list so far was a merge of its own."""
    op.create_table(
        "merge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("undone_at", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("merge_pkey")),
    )
    op.execute("INSERT INTO merge (id, at) SELECT id, merged_at FROM source")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "SELECT setval(pg_get_serial_sequence('merge', 'id'), (SELECT COALESCE(MAX(id), 0) + 1 FROM merge), false)"
        )
    with op.batch_alter_table("source") as table:
        table.add_column(sa.Column("merge_id", sa.Integer(), nullable=True))
        for name in ("how", "wording", "given_on"):
            table.add_column(sa.Column(name, sa.Text(), server_default="", nullable=False))
        table.add_column(sa.Column("supplement", sa.Integer(), server_default="0", nullable=False))
        table.create_foreign_key(op.f("source_merge_id_fkey"), "merge", ["merge_id"], ["id"])
    op.execute("UPDATE source SET merge_id = id")


def _rows() -> None:
    """The rows of people and the rejected ones each get a table of their own."""
    op.create_table(
        "reject",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("reject_source_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("reject_pkey")),
    )
    op.create_index("reject_source", "reject", ["source_id"])
    op.execute(
        "INSERT INTO reject (source_id, line, reason) SELECT source_id, line, reason FROM list_row "
        "WHERE reason IS NOT NULL ORDER BY source_id, line"
    )
    op.execute(
        "CREATE TABLE earlier_row AS SELECT subscriber_id, source_id, line FROM list_row "
        "WHERE subscriber_id IS NOT NULL"
    )
    op.drop_table("list_row")
    op.create_table(
        "list_row",
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("list_row_source_id_fkey")),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name=op.f("list_row_subscriber_id_fkey")
        ),
        sa.PrimaryKeyConstraint(
            "subscriber_id", "source_id", "line", "part", name=op.f("list_row_pkey")
        ),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO list_row (subscriber_id, source_id, line) SELECT subscriber_id, source_id, line "
        "FROM earlier_row ORDER BY 1, 2, 3"
    )
    op.drop_table("earlier_row")


def _subscribers() -> None:
    with op.batch_alter_table(
        "subscriber", recreate="auto", table_kwargs={"sqlite_autoincrement": True}
    ) as table:
        table.add_column(sa.Column("time_zone", sa.Text(), server_default="", nullable=False))
        table.add_column(sa.Column("origins", sa.Text(), server_default="{}", nullable=False))
        table.add_column(sa.Column("conflicts", sa.Text(), server_default="[]", nullable=False))
        table.add_column(sa.Column("merge_id", sa.Integer(), nullable=True))
        table.create_foreign_key(op.f("subscriber_merge_id_fkey"), "merge", ["merge_id"], ["id"])
        for name, choices in (("standing", STANDINGS), ("consent", CONSENTS)):
            check = " OR ".join(f"{name} = '{choice}'" for choice in choices)
            table.drop_constraint(op.f(f"subscriber_{name}_check"), type_="check")
            table.create_check_constraint(op.f(f"subscriber_{name}_check"), check)


def _changes() -> None:
    """What changed somebody who was known stays the way back; who came when, the subscriber says."""
    op.execute("CREATE TABLE earlier_change AS SELECT * FROM change")
    op.drop_table("change")
    op.create_table(
        "change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("merge_id", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("was", sa.Text(), nullable=False),
        sa.Column("now", sa.Text(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["merge_id"], ["merge.id"], name=op.f("change_merge_id_fkey")),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name=op.f("change_subscriber_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("change_pkey")),
    )
    op.create_index("change_merge", "change", ["merge_id"])
    op.create_index("change_subscriber", "change", ["subscriber_id"])
    op.execute(CHANGES[op.get_bind().dialect.name])
    op.execute("CREATE INDEX earlier_created ON earlier_change (subscriber_id, field, source_id)")
    op.execute(
        "UPDATE subscriber SET merge_id = (SELECT MIN(e.source_id) FROM earlier_change AS e "
        "WHERE e.subscriber_id = subscriber.id AND e.field = 'created')"
    )
    op.drop_table("earlier_change")


def _erased() -> None:
    op.create_table(
        "salt",
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("value", name=op.f("salt_pkey")),
    )
    op.create_table(
        "erasure",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("erasure_pkey")),
    )
