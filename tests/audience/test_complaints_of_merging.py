"""What people complain of in other programs' imports and segments, one test each; the sentence is theirs."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.audience import choose, list_reports, merge_lists, people
from newsletter.audience.examining import examined
from newsletter.audience.merge import apply, preview, staging
from newsletter.audience.undo import last_merge, undo_merge
from newsletter.campaign.forget import forget
from newsletter.feedback import Suppression, suppress
from newsletter.store import Store, open_store

from .conftest import CONFIRMED, NOW, TODAY, MergeAll, Write

OLD = "Email,Status\na@example.com,subscribed\nb@example.com,unsubscribed\n"
EVERYBODY = "Email,Status\na@example.com,subscribed\nb@example.com,subscribed\n"


def mailable(store: Store, *words: str) -> list[str]:
    with store.read() as connection:
        found = people(connection, words, samples=True, today=TODAY)
        return [person.key.partition("@")[0] for person in found]


def test_overwrite_was_on_by_default_and_all_unsubscribes_were_lost(
    write: Write, merge: MergeAll, store: Store
) -> None:
    write("list", OLD)
    merge()
    write("list", EVERYBODY)
    assert (merge().lowered, mailable(store)) == (0, ["a"])


def test_importing_a_backup_subscribes_people_who_left_on_the_page(
    write: Write, merge: MergeAll, store: Store
) -> None:
    write("list", EVERYBODY)
    merge()
    with store.write() as connection:
        suppress(connection, [Suppression("b@example.com", "unsubscribed", "page")], now=NOW)
    write("backup", EVERYBODY)
    done = merge()
    assert (mailable(store), dict(done.left_out)) == (["a"], {"unsubscribed": 1})


def test_replace_duplicates_resets_the_status(write: Write, merge: MergeAll, store: Store) -> None:
    write("list", "Email,City,Status\nb@example.com,Gretna,cleaned\n")
    merge()
    write("newer", "Email,City,Updated\nB@example.com,Kenner,2030-01-01\n")
    merge()
    assert mailable(store) == []
    with store.read() as connection:
        assert choose(connection, ("in Kenner",), samples=True, today=TODAY).left_out == {
            "bounced": 1
        }


def test_an_import_cannot_be_undone(write: Write, merge: MergeAll, store: Store) -> None:
    write("list", EVERYBODY)
    merge()
    write("wrong", "Email,Status\na@example.com,unsubscribed\nc@example.com,\n")
    merge()
    with store.read() as connection:
        number, _at, _files = last_merge(connection)
    undo_merge(store, number, now=NOW)
    assert mailable(store) == ["a", "b"]


def test_nobody_says_what_an_import_would_change(
    write: Write, merge: MergeAll, project: Path, store: Store
) -> None:
    write("list", EVERYBODY)
    merge()
    path = write("old", "Email,Status\na@example.com,unsubscribed\nc@example.com,\nnobody,\n")
    with staging(store, examined([path], project), project, NOW) as stage:
        would, wrote = preview(store, stage, NOW), mailable(store)
        did = apply(store, stage, NOW)
    assert wrote == ["a", "b"]
    assert (would.new, would.updated, would.rejected, would.leaving) == (
        1,
        1,
        1,
        ("a@example.com",),
    )
    assert (did.new, did.updated, did.rejected, did.leaving) == (1, 1, 1, ("a@example.com",))


def test_imported_people_get_mail_before_they_confirmed(
    write: Write, merge: MergeAll, store: Store
) -> None:
    write("fair", "Email\na@example.com\n", '[list]\nconsent = "unconfirmed"\n')
    write("bought", "Email\nb@example.com\n", basis=None)
    merge()
    assert mailable(store) == []
    with store.read() as connection:
        assert choose(connection, (), samples=True, today=TODAY).left_out == {
            "no consent": 1,
            "not confirmed": 1,
        }


def test_a_failing_row_takes_thousands_of_good_ones_with_it(
    write: Write, merge: MergeAll, store: Store
) -> None:
    rows = [f"p{number}@example.com" for number in range(10_500)]
    rows[10_000] = "nobody"
    write("list", "\n".join(["Email", *rows]))
    done = merge()
    assert (done.new, done.rejected) == (10_499, 1)


def test_an_empty_cell_wipes_out_what_was_known(
    write: Write, merge: MergeAll, store: Store
) -> None:
    write("list", "Email,First name,City\na@example.com,Ada,Gretna\n")
    merge()
    write("newer", "Email,First name,City\na@example.com,,\n")
    merge()
    with store.read() as connection:
        (person,) = people(connection, (), samples=True, today=TODAY)
    assert (person.first_name, person.city) == ("Ada", "Gretna")


def test_segments_need_sql(write: Write, merge: MergeAll, store: Store) -> None:
    write("list", "Email,City,Tags\na@example.com,Gretna,run\nb@example.com,Gretna,\n")
    merge()
    assert mailable(store, "in Gretna and tagged run") == ["a"]


def test_a_list_cannot_be_excluded(write: Write, merge: MergeAll, store: Store) -> None:
    write("list", EVERYBODY)
    write("staff", "Email\nb@example.com\n")
    merge()
    assert mailable(store, "list, except staff") == ["a"]


def test_somebody_on_two_lists_counts_twice(write: Write, merge: MergeAll, store: Store) -> None:
    write("list", EVERYBODY)
    write("other", EVERYBODY)
    merge()
    with store.read() as connection:
        audience = choose(connection, ("list, other",), samples=True, today=TODAY)
    assert (audience.recipients, audience.by_list) == (2, {"list": 2, "other": 2})


WHO = st.sampled_from("abc")
STATUS = st.sampled_from(["subscribed", "unsubscribed", "cleaned", "complained", "", "nonsense"])
FILE = st.lists(st.tuples(WHO, STATUS), min_size=1, max_size=4)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("merge"), FILE),
        st.tuples(st.sampled_from(["unsubscribed", "bounced", "complained", "erased"]), WHO),
    ),
    min_size=1,
    max_size=6,
)


@given(steps=STEPS)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.slow
def test_nothing_makes_anybody_mailable_who_left_bounced_complained_or_was_erased(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, object]]
) -> None:
    root = tmp_path_factory.mktemp("steps")
    (root / "subscribers").mkdir()
    store = open_store(root / "s.db")
    left: set[str] = set()
    for number, (kind, what) in enumerate(steps):
        if kind == "merge":
            left |= merged(store, root, number, what)  # type: ignore[arg-type]
        else:
            left.add(str(what))
            with store.write() as connection:
                if kind == "erased":
                    forget(connection, f"{what}@example.com", now=number)
                else:
                    suppress(
                        connection, [Suppression(f"{what}@example.com", kind, "page")], now=number
                    )
        assert not left & set(mailable(store))
        with store.read() as connection:
            assert all(report.adds_up for report in list_reports(connection, samples=True))
    store.close()


def merged(store: Store, root: Path, number: int, rows: list[tuple[str, str]]) -> set[str]:
    """Merge a list, twice; who left by it."""
    path = root / "subscribers" / f"l{number}.csv"
    path.write_text("Email,Status\n" + "".join(f"{who}@example.com,{word}\n" for who, word in rows))
    path.with_suffix(".toml").write_text(CONFIRMED)
    merge_lists(store, [path], root, now=number)
    assert merge_lists(store, [path], root, now=number).files == ()
    return {who for who, word in rows if word in {"unsubscribed", "cleaned", "complained"}}
