"""This module migrates a store to 0004: the rows of a list stand together, and millions are written without asking of each whose it is."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute("CREATE TABLE earlier_row AS SELECT * FROM list_row")
    op.drop_table("list_row")
    op.create_table(
        "list_row",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint(
            "source_id", "subscriber_id", "line", "part", name=op.f("list_row_pkey")
        ),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO list_row (source_id, subscriber_id, line, part) "
        "SELECT source_id, subscriber_id, line, part FROM earlier_row ORDER BY 1, 2, 3, 4"
    )
    op.drop_table("earlier_row")
    with op.batch_alter_table("subscriber", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.drop_constraint(op.f("subscriber_merge_id_fkey"), type_="foreignkey")
