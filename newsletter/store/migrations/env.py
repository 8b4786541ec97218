"""This module runs the migrations in the transaction that it is handed."""

from alembic import context

from newsletter.store import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite changes a table by making it anew
)
context.run_migrations()
