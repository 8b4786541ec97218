"""This module migrates a store to 0005: an address that is spelt as its key is stored once."""

from alembic import op

revision = "0005"
down_revision = "0004"

KEY = "(SELECT key FROM subscriber WHERE subscriber.id = change.subscriber_id)"
SPELT = f"""'"address":"' || {KEY} || '"'"""


def upgrade() -> None:
    op.execute("UPDATE subscriber SET address = '' WHERE address = key")
    op.execute(
        f'UPDATE change SET was = replace(was, {SPELT}, \'"address":""\'), '  # noqa: S608 no word of it is from outside
        f'now = replace(now, {SPELT}, \'"address":""\') WHERE was LIKE \'%"address":%\''
    )
