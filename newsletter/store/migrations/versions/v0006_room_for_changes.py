"""This module migrates a store to 0006: on PostgreSQL people who change find room where they are."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE subscriber SET (fillfactor = 90)")
