"""This module migrates a store to 0006: a campaign knows whom it was for, where the article does not say it."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("campaign", sa.Column("audience", sa.Text(), nullable=True))
