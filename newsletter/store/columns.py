"""This module makes the columns that many tables share."""

from sqlalchemy import CheckConstraint, Column, Integer, MetaData, Text

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)
"""The names are those that PostgreSQL would give; with a name SQLite too can change a constraint later."""


def number() -> Column[int]:
    """The table's own key, counted up."""
    return Column("id", Integer, primary_key=True)


def words(name: str, default: str = "") -> Column[str]:
    """Text that is never missing, *default* where nothing is known."""
    return Column(name, Text, nullable=False, server_default=default)


def one_of(column: str, choices: tuple[str, ...]) -> CheckConstraint:
    """The column holds one of *choices*."""
    listed = ", ".join(repr(choice) for choice in choices)
    return CheckConstraint(f"{column} IN ({listed})", name=column)
