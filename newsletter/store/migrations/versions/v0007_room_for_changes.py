"""This module migrates a store to 0007: on PostgreSQL people who change find room where they are."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE subscriber SET (fillfactor = 90)")
