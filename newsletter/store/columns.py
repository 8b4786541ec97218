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
    """The column holds one of *choices*.

    Not as IN: SQLite builds a table of the choices for every row that is written, which doubles its time.
    """
    return CheckConstraint(" OR ".join(f"{column} = {choice!r}" for choice in choices))
