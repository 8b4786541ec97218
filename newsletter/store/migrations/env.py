"""This module runs the migrations in the transaction that it is handed."""

from typing import Literal

from alembic import context

from newsletter.store import metadata
from newsletter.store.columns import WHOLE


def _rendered(kind: str, item: object, _context: object) -> str | Literal[False]:
    """A whole number is drafted as such: how wide it is, the engine's own module says."""
    return "sa.Integer()" if kind == "type" and item is WHOLE else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite changes a table by making it anew
    render_item=_rendered,
)
context.run_migrations()
