"""This module makes the columns that many tables share."""

from sqlalchemy import CheckConstraint, Column, Integer, MetaData, Text

metadata = MetaData()


def number() -> Column[int]:
    """The table's own key, counted up."""
    return Column("id", Integer, primary_key=True)


def words(name: str, default: str = "") -> Column[str]:
    """Text that is never missing, *default* where nothing is known."""
    return Column(name, Text, nullable=False, server_default=default)


def one_of(column: str, choices: tuple[str, ...]) -> CheckConstraint:
    """The column holds one of *choices*."""
    return CheckConstraint(f"{column} IN ({', '.join(repr(choice) for choice in choices)})")
