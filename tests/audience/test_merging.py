"""Merging: nobody who left comes back, and every row has a fate."""

import itertools
import json
import shutil
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from newsletter.audience import FATES, choose, fates, list_reports, merge_lists, people
from newsletter.audience.explain import explain
from newsletter.audience.fold import Known, fold
from newsletter.audience.read import Row
from newsletter.errors import NewsletterError
from newsletter.store import CONSENTS, STANDINGS, Store, open_store

from .conftest import CONFIRMED, NOW, TODAY, MergeAll, Write

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).parent / "golden" / "sample-fates.txt"


def test_the_fate_of_every_row_of_the_sample_lists(store: Store, project: Path) -> None:
    shutil.copytree(ROOT / "subscribers" / "sample", project / "subscribers" / "sample")
    samples = sorted((project / "subscribers" / "sample").glob("*.csv"))
    merge_lists(store, samples, project, now=NOW)
    with store.read() as connection:
        told = [
            f"{f.list}:{f.line}: {f.fate}{': ' if f.why else ''}{f.why}"
            for f in fates(connection, samples=True)
        ]
        reports = list_reports(connection, samples=True)
        assert_counted(connection)
    assert "\n".join(told) + "\n" == GOLDEN.read_text(encoding="utf-8")
    assert all(report.adds_up for report in reports)
    assert len(samples) == len(reports) == 4


def test_sample_people_are_left_out_of_real_mail(
    write: Write, merge: MergeAll, store: Store
) -> None:
    write("list", "Email\na@example.com\nb@clinic-news.com\n")
    merge()
    with store.read() as connection:
        assert [p.address for p in people(connection, (), samples=False, today=TODAY)] == [
            "b@clinic-news.com"
        ]
        assert choose(connection, (), samples=False, today=TODAY).left_out == {"sample address": 1}
        assert [f.fate for f in fates(connection, samples=False)] == ["sample address", "taken"]


def test_the_same_file_twice_changes_nothing(write: Write, merge: MergeAll, store: Store) -> None:
    write("list", "Email,City\na@example.com,Gretna\nA@Example.com,Gretna\n")
    first, second = merge(), merge(NOW + 1)
    assert (first.new, first.rows) == (1, 2)
    assert second.files == ()
    (report,) = reports(store)
    assert report.fates == {**dict.fromkeys(FATES, 0), "taken": 1, "merged into": 1}


def assert_counted(connection: Connection) -> None:
    """The reports count what is told of every row."""
    for samples in (True, False):
        told = Counter((one.list, one.fate) for one in fates(connection, samples=samples))
        reported = {
            (report.list, fate): number
            for report in list_reports(connection, samples=samples)
            for fate, number in report.fates.items()
        }
        assert Counter(reported) == told


def reports(store: Store) -> list:  # type: ignore[type-arg]
    with store.read() as connection:
        return list_reports(connection, samples=True)


def test_whoever_left_stays_out_whatever_later_lists_say(
    write: Write, merge: MergeAll, store: Store
) -> None:
    write(
        "old",
        "Email,Status\na@example.com,unsubscribed\nb@example.com,cleaned\nc@example.com,complained\n",
    )
    merge()
    write(
        "new",
        "Email,Status\na@example.com,subscribed\nb@example.com,active\nc@example.com,\nd@example.com,\n",
    )
    assert merge().new == 1
    with store.read() as connection:
        assert [p.address for p in people(connection, (), samples=True, today=TODAY)] == [
            "d@example.com"
        ]


def test_who_is_gone_from_a_newer_export_is_told_and_stays(
    write: Write, merge: MergeAll, store: Store
) -> None:
    write("list", "Email\na@example.com\nb@example.com\n")
    merge()
    write("list", "Email\na@example.com\n")
    assert merge().vanished == (("list", 1),)
    with store.read() as connection:
        assert len(list(people(connection, (), samples=True, today=TODAY))) == 2


def test_a_family_at_one_address_is_one_mail_that_greets_nobody_alone(
    write: Write, merge: MergeAll, store: Store
) -> None:
    write(
        "list",
        "Email,First name,Last name\nf@example.com,Gus,Guillory\nf@example.com,Hélène,Guillory\nF@example.com,GUS,GUILLORY\n",
    )
    merge()
    with store.read() as connection:
        (person,) = people(connection, (), samples=True, today=TODAY)
    assert (person.first_name, person.last_name, person.names) == (
        "",
        "Guillory",
        ("Gus Guillory", "Hélène Guillory"),
    )


def test_each_change_and_each_consent_keeps_its_source(
    write: Write, merge: MergeAll, store: Store
) -> None:
    write("desk", "Email,City,Signed up\na@example.com,Gretna,2026-01-02\n")
    merge()
    write("web", "Email,City\na@example.com,Kenner\n")
    merge()
    with store.read() as connection:
        changes = connection.execute(
            text("SELECT merge_id, subscriber_id, was, now FROM change")
        ).all()
        origins, conflicts = connection.execute(
            text("SELECT origins, conflicts FROM subscriber")
        ).one()
        proofs = connection.execute(
            text("SELECT list, consent, how, wording FROM source ORDER BY id")
        ).all()
    assert [
        (row[0], row[1], json.loads(row[2])["city"], json.loads(row[3])["city"]) for row in changes
    ] == [(2, 1, "Gretna", "Kenner")]
    assert json.loads(origins) == {
        "*": [0, "2026-01-02", 1, 2],
        "city": [0, "2026-09-21T14:13:20", 2, 2],
    }
    assert json.loads(conflicts) == [["city", "Gretna", [0, "2026-01-02", 1, 2]]]
    assert [tuple(row) for row in proofs] == [
        (name, "confirmed", "website form", "Yes, please.") for name in ("desk", "web")
    ]


@pytest.mark.parametrize(
    ("date", "given"), [("", "2026-03-04, or before"), ('date = "2025-05-01"\n', "2025-05-01")]
)
def test_a_consent_was_given_on_the_day_that_its_list_names_or_before_its_row_was_written(
    write: Write, merge: MergeAll, store: Store, date: str, given: str
) -> None:
    text = "Email,Signed up,Last changed\nada@example.com,2025-11-30,2026-03-04 10:00\n"
    write("website", text, CONFIRMED + date)
    merge()
    with store.read() as connection:
        assert explain(connection, "ada@example.com").proof["given"] == given


def test_an_article_may_name_its_lists(write: Write, merge: MergeAll, store: Store) -> None:
    write("desk", "Email\na@example.com\n")
    write("web", "Email\nb@example.com\n")
    merge()
    with store.read() as connection:
        assert [p.address for p in people(connection, ("web",), samples=True, today=TODAY)] == [
            "b@example.com"
        ]
        assert choose(connection, ("web",), samples=True, today=TODAY).by_list == {"web": 1}
        with pytest.raises(NewsletterError, match="there is no list webb; did you mean web"):
            choose(connection, ("webb",), samples=True, today=TODAY)


def test_more_people_than_fit_into_one_read_are_all_merged(
    write: Write, merge: MergeAll, store: Store
) -> None:
    rows = "".join(f"p{n:05}@example.com\n" * (3 if n == 3999 else 1) for n in range(8500))
    write("list", f"Email\n{rows}")
    merged = merge()
    assert (merged.new, merged.rows) == (8500, 8502)
    with store.read() as connection:
        assert choose(connection, (), samples=True, today=TODAY).recipients == 8500


SOURCES = {"a": 1, "b": 2, "c": 3}
ROWS = st.builds(
    Row,
    list=st.sampled_from(["a", "b", "c"]),
    line=st.integers(2, 9),
    key=st.just("k@example.com"),
    address=st.sampled_from(["k@example.com", "K@example.com"]),
    first_name=st.sampled_from(["", "Ada", "ADA", "Gus"]),
    last_name=st.sampled_from(["", "Fontenot"]),
    city=st.sampled_from(["", "Gretna", "Kenner"]),
    language=st.sampled_from(["", "en", "fr"]),
    signed_up=st.sampled_from(["", "2026-01-01", "2026-02-02"]),
    tags=st.sampled_from([(), ("x",), ("x", "y")]),
    standing=st.sampled_from(STANDINGS[:-1]),
    precedence=st.integers(0, 1),
    time_zone=st.sampled_from(["", "America/Chicago", "Europe/Paris"]),
    consent=st.sampled_from(CONSENTS),
)


@given(
    rows=st.lists(ROWS, min_size=1, max_size=4, unique_by=lambda row: (row.list, row.line)),
    cut=st.integers(0, 4),
)
@settings(max_examples=300)
def test_the_order_of_rows_changes_nothing_and_twice_is_once(rows: list[Row], cut: int) -> None:
    once = fold(None, rows, SOURCES)
    for order in itertools.permutations(rows):
        first = fold(None, order[:cut], SOURCES) if order[:cut] else None
        assert fold(first, order[cut:], SOURCES) == once
    assert fold(once, rows, SOURCES) == once


@given(rows=st.lists(ROWS, min_size=1, max_size=4), standing=st.sampled_from(STANDINGS[1:]))
@settings(max_examples=100)
def test_no_row_lifts_a_standing(rows: list[Row], standing: str) -> None:
    known = Known("k@example.com", "k@example.com", standing=standing)
    assert STANDINGS.index(fold(known, rows).standing) >= STANDINGS.index(standing)


def test_an_erased_person_is_not_filled_in_again() -> None:
    known = Known("k@example.com", "k@example.com", standing="erased")
    row = Row(
        "a",
        2,
        "k@example.com",
        "k@example.com",
        "Ada",
        "F",
        "Gretna",
        "en",
        "",
        (),
        "subscribed",
        "confirmed",
    )
    assert fold(known, [row]) == known


UNCONFIRMED = '[list]\nconsent = "unconfirmed"\nsource = "desk"\n'
LISTS = st.lists(
    st.lists(
        st.tuples(
            st.sampled_from("abc"),
            st.sampled_from(["subscribed", "unsubscribed", "cleaned", "nonsense"]),
        ),
        min_size=1,
        max_size=4,
    ),
    min_size=1,
    max_size=4,
)


@given(lists=LISTS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.slow
def test_no_sequence_of_merges_brings_back_who_left_and_fates_always_add_up(
    tmp_path_factory: pytest.TempPathFactory, lists: list[list[tuple[str, str]]]
) -> None:
    root = tmp_path_factory.mktemp("merges")
    (root / "subscribers").mkdir()
    store = open_store(root / "s.db")
    left: set[str] = set()
    for number, rows in enumerate(lists):
        path = root / "subscribers" / f"l{number}.csv"
        path.write_text(
            "Email,Status\n" + "".join(f"{who}@example.com,{status}\n" for who, status in rows)
        )
        path.with_suffix(".toml").write_text(CONFIRMED if number % 2 else UNCONFIRMED)
        merge_lists(store, [path], root, now=number)
        left |= {
            f"{who}@example.com" for who, status in rows if status in {"unsubscribed", "cleaned"}
        }
        with store.read() as connection:
            assert not left & {
                person.key for person in people(connection, (), samples=True, today=TODAY)
            }
            assert all(report.adds_up for report in list_reports(connection, samples=True))
            assert_counted(connection)
    store.close()
