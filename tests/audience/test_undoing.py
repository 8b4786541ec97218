"""Taking a merge back: everybody is as before, and whoever left since stays out."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, text, update

from newsletter.audience import merge_lists, people
from newsletter.audience.undo import last_merge, undo_merge
from newsletter.errors import NewsletterError
from newsletter.feedback import Suppression, suppress
from newsletter.store import (
    SPELLING,
    Store,
    campaign,
    change,
    list_row,
    open_store,
    recipient,
    reject,
    subscriber,
    variant,
)

from .conftest import CONFIRMED, NOW, TODAY, MergeAll, Write


def contents(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Everything that a merge writes, but when somebody was last written."""
    with store.read() as connection:
        return {
            table.name: [
                tuple(row)
                for row in connection.execute(
                    select(*(column for column in table.c if column.name != "updated_at")).order_by(
                        *table.primary_key
                    )
                )
            ]
            for table in (subscriber, list_row, reject, change)
        }


def undo(store: Store) -> None:
    with store.read() as connection:
        number, _at, _files = last_merge(connection)
    undo_merge(store, number, now=NOW + 9)


def mailable(store: Store) -> list[str]:
    with store.read() as connection:
        return [person.key for person in people(connection, (), samples=True, today=TODAY)]


def test_undo_gives_back_what_was_and_takes_away_what_came(
    write: Write, merge: MergeAll, store: Store
) -> None:
    write("desk", "Email,City,Tags\na@example.com,Gretna,run\n")
    merge()
    before = contents(store)
    write(
        "web",
        "Email,City,Tags,Status\nA@example.com,Kenner,yoga,unsubscribed\nb@example.com,,,\nx,,,\n",
    )
    merge()
    assert mailable(store) == ["b@example.com"]
    undo(store)
    assert contents(store) == before
    assert mailable(store) == ["a@example.com"]


def test_the_next_merge_does_not_bring_back_what_was_taken_back(
    write: Write, merge: MergeAll, store: Store
) -> None:
    path = write("desk", "Email\na@example.com\n")
    merge()
    undo(store)
    assert (merge().files, merge().held_back) == ((), ("subscribers/desk.csv",))
    assert mailable(store) == []
    path.write_text("Email\na@example.com\nb@example.com\n")
    assert merge().new == 2


def test_nor_does_it_under_another_name(write: Write, merge: MergeAll, store: Store) -> None:
    path = write("desk", "Email\na@example.com\n")
    merge()
    undo(store)
    path.rename(path.with_stem("reception"))
    path.with_suffix(".toml").rename(path.with_name("reception.toml"))
    assert merge().held_back == ("subscribers/reception.csv",)
    assert mailable(store) == []


def test_whoever_left_after_the_merge_stays_out(
    write: Write, merge: MergeAll, store: Store
) -> None:
    write("desk", "Email\na@example.com\n")
    merge()
    write("web", "Email,City\na@example.com,Kenner\nb@example.com,\n")
    merge()
    with store.write() as connection:
        suppress(
            connection,
            [Suppression(f"{who}@example.com", "unsubscribed", "page") for who in "ab"],
            now=NOW,
        )
    undo(store)
    assert mailable(store) == []


def test_what_was_changed_since_stays(write: Write, merge: MergeAll, store: Store) -> None:
    write("desk", "Email,City,Language\na@example.com,Gretna,en\n")
    merge()
    write("web", "Email,City,Language\na@example.com,Kenner,fr\n")
    merge()
    with store.write() as connection:
        connection.execute(update(subscriber).values(city="Algiers"))
    undo(store)
    with store.read() as connection:
        assert connection.execute(text("SELECT city, language FROM subscriber")).one() == (
            "Algiers",
            "en",
        )


def test_somebody_who_got_mail_keeps_the_way_out_but_gets_no_more(
    write: Write, merge: MergeAll, store: Store
) -> None:
    write("web", "Email,City\na@example.com,Kenner\n")
    merge()
    with store.write() as connection:
        mailed(connection, 1)
    with store.read() as connection:
        number, _at, files = last_merge(connection)
    undone = undo_merge(store, number, now=NOW)
    assert (files, undone.gone, undone.kept) == (("subscribers/web.csv",), 0, 1)
    assert mailable(store) == []
    with store.read() as connection:
        columns = subscriber.c
        query = select(columns.id, SPELLING, columns.city, columns.consent)
        assert connection.execute(query).one() == (1, "a@example.com", "", "none")


def mailed(connection: object, number: int) -> None:
    """A campaign that reached subscriber *number*."""
    words = {"edition_digest": "", "letter_digest": "", "audience_digest": "", "envelope": "{}"}
    for table, values in (
        (
            campaign,
            {
                "id": 1,
                "edition_id": "e",
                "edition": "content/e.md",
                "title": "E",
                **words,
                "frozen": 1,
                "undo_seconds": 0,
                "created_at": 0,
            },
        ),
        (
            variant,
            {"campaign_id": 1, "number": 0, "html": "", "text": "", "recipients": 1, "largest": 0},
        ),
        (
            recipient,
            {
                "campaign_id": 1,
                "seq": 1,
                "edition_id": "e",
                "subscriber_id": number,
                "key": "k",
                "address": "k",
                "variant": 0,
                "subject": "",
                "substitutions": "[]",
            },
        ),
    ):
        connection.execute(insert(table).values(values))  # type: ignore[attr-defined]


def test_a_number_is_never_given_to_somebody_else(
    write: Write, merge: MergeAll, store: Store
) -> None:
    write("web", "Email\na@example.com\n")
    merge()
    undo(store)
    write("web", "Email\nb@example.com\n")
    merge()
    with store.read() as connection:
        assert connection.execute(text("SELECT id, key FROM subscriber")).one() == (
            2,
            "b@example.com",
        )


def test_without_a_merge_there_is_nothing_to_take_back(store: Store) -> None:
    with store.read() as connection, pytest.raises(NewsletterError, match="there is no merge"):
        last_merge(connection)


FILE = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "A", "not an address"]),
        st.sampled_from(["", "Gretna", "Kenner"]),
        st.sampled_from(["", "run", "yoga"]),
        st.sampled_from(["subscribed", "unsubscribed", "cleaned", "complained", ""]),
    ),
    min_size=1,
    max_size=4,
)


@given(files=st.lists(FILE, min_size=1, max_size=4), leaves=st.sampled_from(["", "a", "b"]))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.slow
def test_undo_after_anything_is_before_but_for_those_who_left(
    tmp_path_factory: pytest.TempPathFactory, files: list[list[tuple[str, ...]]], leaves: str
) -> None:
    root = tmp_path_factory.mktemp("undoing")
    (root / "subscribers").mkdir()
    store = open_store(root / "s.db")
    states = []
    for number, rows in enumerate(files):
        states.append((contents(store), mailable(store)))
        path = list_at(root, number, rows)
        merge_lists(store, [path], root, now=NOW + number)
    if leaves:
        with store.write() as connection:
            suppress(
                connection, [Suppression(f"{leaves}@example.com", "unsubscribed", "page")], now=NOW
            )
    for before, could in reversed(states):
        undo(store)
        assert contents(store) == before
        assert mailable(store) == [who for who in could if who != f"{leaves}@example.com"]
    store.close()


def list_at(root: Path, number: int, rows: list[tuple[str, ...]]) -> Path:
    path = root / "subscribers" / f"l{number}.csv"
    lines = [
        f"{who if ' ' in who else who + '@example.com'},{','.join(rest)}\n" for who, *rest in rows
    ]
    path.write_text("Email,City,Tags,Status\n" + "".join(lines))
    path.with_suffix(".toml").write_text(CONFIRMED)
    return path


@given(files=st.permutations(range(3)), rows=st.lists(FILE, min_size=3, max_size=3))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.slow
def test_lists_merged_in_any_order_say_the_same(
    tmp_path_factory: pytest.TempPathFactory, files: list[int], rows: list[list[tuple[str, ...]]]
) -> None:
    found = []
    for order in (range(3), files):
        root = tmp_path_factory.mktemp("orders")
        (root / "subscribers").mkdir()
        store = open_store(root / "s.db")
        for number in order:
            merge_lists(store, [list_at(root, number, rows[number])], root, now=NOW + number)
        with store.read() as connection:
            found.append(connection.execute(text(VALUES)).all())
        store.close()
    assert found[0] == found[1]


VALUES = "SELECT key, address, names, city, language, time_zone, signed_up, tags, standing, consent FROM subscriber ORDER BY key"
