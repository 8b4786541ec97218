"""This module makes the columns that many tables share."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Integer, MetaData, Text

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "ck": "%(table_name)s_%(constraint_name)s_check",
    }
)
"""The names are those that PostgreSQL would give; with a name SQLite too can change a constraint later."""

WHOLE = BigInteger().with_variant(Integer(), "sqlite")


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


def quickly_one_of(column: str, choices: tuple[str, ...]) -> CheckConstraint:
    """As one_of(), for tables that are written by the million: for IN, SQLite makes a table of the choices for every row."""
    return CheckConstraint(" OR ".join(f"{column} = {choice!r}" for choice in choices), name=column)


def widen(tables: MetaData) -> None:
    """Let every whole number have 64 bits, as SQLite's have; with 32 the seconds since 1970 end in 2038."""
    for table in tables.tables.values():
        for column in table.columns:
            if type(column.type) is Integer:
                column.type = WHOLE
