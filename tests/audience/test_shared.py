"""Families at one address and Gmail's dots are told; nothing is merged by itself."""

import pytest

from newsletter.audience import LARGEST_FAMILY, people
from newsletter.audience.shared import families, twins
from newsletter.store import Store

from .conftest import TODAY, MergeAll, Write


def test_a_family_is_told_with_all_its_names(write: Write, merge: MergeAll, store: Store) -> None:
    write(
        "list",
        "Email,Name\nus@example.com,Gus Guillory\nus@example.com,Lou Guillory\na@example.com,Ada\n",
    )
    merge()
    with store.read() as connection:
        assert list(families(connection)) == [("us@example.com", ("Gus Guillory", "Lou Guillory"))]


@pytest.mark.timeout(60)
def test_five_thousand_people_behind_one_placeholder_are_one_address(
    write: Write, merge: MergeAll, store: Store
) -> None:
    rows = "".join(f"none@example.com,Person{row} Last{row},City{row}\n" for row in range(5_000))
    write("list", f"Email,Name,City\n{rows}")
    assert merge().new == 1
    with store.read() as connection:
        ((address, names),) = families(connection)
    assert (address, len(names)) == ("none@example.com", LARGEST_FAMILY + 1)


def test_dots_at_gmail_are_told_and_never_merged(
    write: Write, merge: MergeAll, store: Store
) -> None:
    addresses = ["made.up.one@gmail.com", "madeup.one@gmail.com", "madeupone+news@gmail.com"]
    others = ["made.up@example.com", "madeup@example.com", "else.where@gmail.com"]
    write("list", "Email\n" + "\n".join(addresses + others) + "\n")
    merge()
    with store.read() as connection:
        assert list(twins(connection)) == [tuple(addresses[:2])]
        assert len(list(people(connection, (), samples=True, today=TODAY))) == 6
