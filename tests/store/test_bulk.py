"""Many rows at once: what breaks a rule is raised, and nothing of its transaction stays."""

from array import array
from collections.abc import Callable

import pytest
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import IntegrityError

from newsletter.store import (
    Store,
    insert_lines,
    insert_many,
    insert_numbers,
    list_row,
    subscriber,
)

COLUMNS = ("key", "address", "updated_at")


def twice_as_rows(connection: Connection) -> None:
    rows = [(f"p{number % 900}@example.com", "", 0) for number in range(1_000)]
    insert_many(connection, subscriber, COLUMNS, rows)


def twice_as_lines(connection: Connection) -> None:
    lines = "".join(f"p{number % 900}@example.com\t\n" for number in range(1_000))
    insert_lines(connection, subscriber, COLUMNS[:2], lines, {"updated_at": 0})


def twice_as_numbers(connection: Connection) -> None:
    numbers = array("q", [number % 900 for number in range(2_000)])
    insert_numbers(connection, list_row, ("subscriber_id", "line"), numbers, {"source_id": 1})


@pytest.mark.parametrize("add", [twice_as_rows, twice_as_lines, twice_as_numbers])
def test_rows_that_break_a_rule_leave_nothing(
    store: Store, add: Callable[[Connection], None]
) -> None:
    with pytest.raises(IntegrityError), store.write() as connection:
        add(connection)
    with store.read() as connection:
        for table in (subscriber, list_row):
            assert connection.scalar(select(func.count()).select_from(table)) == 0
