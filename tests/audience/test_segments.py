"""Audiences in plain words: who is meant, said back, and what is said of words that cannot be understood."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, update

from newsletter.audience import choose, people
from newsletter.audience.no_segment import NoSegment
from newsletter.audience.segment import read_segment
from newsletter.audience.undo import last_merge, undo_merge
from newsletter.store import Store, campaign, event, open_store, recipient, variant

from .conftest import NOW, TODAY, MergeAll, Write

DESK = """\
Email,First name,Last name,City,Language,Tags,Signed up
ada@example.com,Ada,Fontenot,New Orleans,en,running;staff,2026-01-05
beau@example.com,Beau,Landry,new orleans,fr-CA,running,2026-10-20
camille@example.com,Camille,Hebert,Gretna,fr,yoga,
"""
WEB = """\
Email,First name,City,Tags,Signed up
ada@example.com,Ada,New Orleans,,2026-01-05
delphine@clinic-news.com,Delphine,Kenner,"opted in",2026-11-25
"""
EVERYBODY = "ada beau camille delphine"


@pytest.fixture
def lists(write: Write, merge: MergeAll, store: Store) -> Store:
    """Two lists, and three editions of which some were opened or clicked."""
    write("desk", DESK)
    write("website", WEB)
    merge()
    with store.write() as connection:
        for number, edition in enumerate(("january", "june", "autumn"), 1):
            sent(connection, number, edition, ("ada", "beau", "camille"))
        for number, who, kind, machine in (
            (1, 1, "clicked", 0),
            (2, 2, "opened", 0),
            (3, 3, "opened", 1),
            (3, 1, "clicked", 0),
        ):
            happened(connection, number, who, kind, machine)
    return store


def happened(connection: Connection, campaign: int, seq: int, kind: str, machine: int = 0) -> None:
    """What came home of one mail."""
    words = {"provider_id": f"{campaign}-{seq}", "message_id": f"{campaign}-{seq}", "key": ""}
    numbers = {"rank": 3, "at": 0, "received_at": 0, "machine": machine}
    where = {"campaign_id": campaign, "seq": seq}
    connection.execute(insert(event).values(kind=kind, **words, **numbers, **where))


def sent(
    connection: Connection, number: int, edition: str, names: tuple[str, ...], at: int = 0
) -> None:
    """A campaign that reached *names*."""
    digests = {"edition_digest": "", "letter_digest": "", "audience_digest": ""}
    row = {"id": number, "edition_id": f"id-{edition}", "edition": f"content/{edition}.md"}
    row |= {"title": edition.title(), **digests, "envelope": "{}", "frozen": len(names)}
    connection.execute(insert(campaign).values(**row, undo_seconds=0, created_at=at or number))
    version = {"campaign_id": number, "number": 0, "html": "", "text": ""}
    connection.execute(insert(variant).values(**version, recipients=3, largest=0))
    for seq, name in enumerate(names, 1):
        person = {"campaign_id": number, "seq": seq, "edition_id": f"id-{edition}"}
        person |= {"subscriber_id": seq, "key": f"{name}@example.com", "address": "", "variant": 0}
        connection.execute(insert(recipient).values(**person, subject="", substitutions="[]"))


def meant(store: Store, words: str) -> str:
    with store.read() as connection:
        found = people(connection, (words,), samples=True, today=TODAY)
        return " ".join(person.key.partition("@")[0] for person in found)


@pytest.mark.parametrize(
    ("words", "who", "said"),
    [
        ("", EVERYBODY, ""),
        ("everyone", EVERYBODY, ""),
        ("desk", "ada beau camille", "on the list desk"),
        ("desk, website", EVERYBODY, "on the list desk or on the list website"),
        ("on the list website", "ada delphine", "on the list website"),
        ("running", "ada beau", "tagged running"),
        ("tagged RUNNING and not tagged staff", "beau", "tagged running, except tagged staff"),
        ('tagged "opted in"', "delphine", "tagged opted in"),
        ("in New Orleans", "ada beau", "in New Orleans"),
        ("city is gretna", "camille", "whose city is gretna"),
        ("speaking fr", "beau camille", "who speak fr"),
        ("first name is ADA", "ada", "whose first name is ADA"),
        ("email contains clinic-news.com", "delphine", "whose address contains clinic-news.com"),
        ("without language", "delphine", "everybody, except whose language is known"),
        ("signed up since 2026-10-20", "beau delphine", "who signed up since 2026-10-20"),
        ("signed up before 2026-10-20", "ada", "who signed up before 2026-10-20"),
        ("signed up in the last two weeks", "delphine", "who signed up since 2026-11-12"),
        ("clicked in the last three editions", "ada", "who clicked one of the last 3 editions"),
        ("opened last 2 editions", "ada beau", "who opened one of the last 2 editions"),
        ("clicked in the last edition", "ada", "who clicked the last edition"),
        ("desk and never opened", "camille", "on the list desk, except who opened any edition"),
        ("got content/june.md", "ada beau camille", "who got the edition content/june.md"),
        ("everyone except got june", "delphine", "everybody, except who got the edition june"),
        (
            "in New Orleans who clicked in the last three editions, except staff",
            "",
            "in New Orleans and who clicked one of the last 3 editions, except tagged staff",
        ),
        (
            "(in Gretna or in Kenner) and (desk or yoga)",
            "camille",
            "(in Gretna or in Kenner) and (on the list desk or tagged yoga)",
        ),
        ("everyone except everyone", "", "everybody, except everybody"),
        ("desk but not running", "camille", "on the list desk, except tagged running"),
    ],
)  # fmt: skip
def test_plain_words_mean_people_and_are_said_back(
    lists: Store, words: str, who: str, said: str
) -> None:
    assert meant(lists, words) == who
    with lists.read() as connection:
        chosen = choose(connection, (words,), samples=True, today=TODAY)
    assert (chosen.recipients, chosen.words) == (len(who.split()), said)


@pytest.mark.parametrize(
    ("words", "told", "at"),
    [
        ("in New Orlans", "there is no city New Orlans; did you mean New Orleans?", 3),
        ("desk and tagged runing", "there is no tag runing; did you mean running?", 16),
        ("Gretna", "“Gretna” is a city; write in Gretna", 0),
        ("got may", "there is no edition that was sent may; there are", 4),
        ("speaking de", "there is no language de; there are en, fr", 9),
        ("desk and", "something is missing after “and”", 8),
        ("desk )", "“)” is not understood here", 5),
        ("tagged opted in", "something is missing after “in”; if it belongs to a name, put", 15),
        ("colour is red", "“colour” is no field; there are city, town, language", 0),
        ("signed up since 2026-02-30", "2026-02-30 is no day; write one as 2026-11-24", 16),
        ("signed up since 10/20/2026", "“10/20/2026” is no day; write for example: signed up since", 16),
        ("opened in the last 99999999999999999999 editions", "is too long ago; write at most 999", 7),
        ("signed up in the last 99999999 years", "is too long ago; write at most 999", 10),
        ("0 %", "“0 %” is no sample; write more than 0 % and at most 100 %", 0),
        ("(" * 2000 + "desk" + ")" * 2000, "this is too long, or has too many brackets", 0),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_pointed_at(
    lists: Store, words: str, told: str, at: int
) -> None:
    with lists.read() as connection, pytest.raises(NoSegment) as wrong:
        list(people(connection, (words,), samples=True, today=TODAY))
    sentence, echo, place = str(wrong.value).split("\n")
    assert told in sentence
    assert echo == f"  {words}"
    assert words[place.index("^") - 2 :].startswith(words[at:]) or at == 0


@pytest.mark.parametrize(
    ("words", "who"),
    [
        ("name is Ada Élan", "ada"),
        ("name is ada élan", "ada"),
        ("name is Ada", ""),
        ("name is Zoë", "zoe"),
        ("name contains Ada Él", "ada"),
        ("last name is ÉLAN", "ada"),
        ("last name contains élan", "ada"),
        ("everyone except name is Ada Élan", "zoe"),
        ("in “New Orleans”", "ada"),
        ("in 'New Orleans'", "ada"),
        ("in ‘New Orleans’", "ada"),
        ("speaking French", "zoe"),
        ("language is french", "zoe"),
        ("signed up in the past month", "zoe"),
    ],
)
def test_names_languages_and_quotation_marks_mean_what_people_mean_by_them(
    write: Write, merge: MergeAll, store: Store, words: str, who: str
) -> None:
    head = "Email,First name,Last name,City,Language,Signed up"
    rows = "ada@example.com,Ada,Élan,New Orleans,en,2024-01-05\nzoe@example.com,Zoë,,Kenner,French,2026-11-20\n"
    write("desk", f"{head}\n{rows}")
    merge()
    assert meant(store, words) == who


def test_an_edition_that_was_taken_back_is_none_of_the_last(lists: Store) -> None:
    assert meant(lists, "got the last edition") == "ada beau camille"
    assert meant(lists, "opened last 2 editions") == "ada beau"
    with lists.write() as connection:
        connection.execute(
            update(recipient)
            .where(recipient.c.campaign_id == 3)
            .values(live=0, outcome="cancelled")
        )
    assert meant(lists, "got the last edition") == "ada beau camille"
    assert meant(lists, "clicked in the last two editions") == "ada"


def test_a_list_that_was_taken_back_is_none_anybody_can_be_excepted_by(
    write: Write, merge: MergeAll, store: Store
) -> None:
    write("desk", "Email\na@example.com\n")
    merge()
    write("staff", "Email\na@example.com\n")
    merge()
    assert meant(store, "everyone except staff") == ""
    with store.read() as connection:
        number, _at, _files = last_merge(connection)
    undo_merge(store, number, now=NOW)
    with pytest.raises(NoSegment, match="there is no list staff"):
        meant(store, "everyone except staff")


def test_a_name_that_is_a_list_and_a_tag_is_not_guessed(
    write: Write, merge: MergeAll, store: Store
) -> None:
    write("staff", "Email,Tags\na@example.com,staff\n")
    merge()
    with (
        store.read() as connection,
        pytest.raises(NoSegment, match="write on staff or tagged staff"),
    ):
        choose(connection, ("staff",), samples=True, today=TODAY)


def test_where_no_click_ever_came_home_that_is_said(
    write: Write, merge: MergeAll, store: Store
) -> None:
    write("desk", "Email\na@example.com\n")
    merge()
    with (
        store.read() as connection,
        pytest.raises(NoSegment, match="nobody is known to have clicked"),
    ):
        choose(connection, ("clicked in the last edition",), samples=True, today=TODAY)


def test_a_sample_is_the_same_people_each_time_and_the_rest_are_the_others(
    write: Write, merge: MergeAll, store: Store
) -> None:
    write("desk", "Email\n" + "".join(f"p{n:04}@example.com\n" for n in range(1000)))
    merge()
    tenth, rest = (
        set(meant(store, "10 %").split()),
        set(meant(store, "everyone except 10 %").split()),
    )
    assert tenth == set(meant(store, "a sample of 10 %").split())
    assert len(tenth) == pytest.approx(100, abs=2)
    assert (tenth & rest, len(tenth | rest)) == (set(), 1000)


def test_no_words_reach_the_database_as_sql(lists: Store) -> None:
    for words in ('tagged "\'; DROP TABLE subscriber; --"', 'first name is "\' OR 1=1 --"'):
        with lists.read() as connection:
            try:
                assert not list(people(connection, (words,), samples=True, today=TODAY))
            except NoSegment:
                continue
    assert meant(lists, "everyone") == EVERYBODY


@pytest.mark.parametrize(
    "words",
    [
        "everyone except staff and running",
        "desk, but not staff and running",
        "website, except yoga, staff and running",
        "desk, except (staff) and (running)",
        "desk and (running, except staff and yoga)",
    ],
)
def test_except_one_and_the_other_is_asked_about(words: str) -> None:
    """It left out only who is both, and most people mean either."""
    with pytest.raises(NoSegment, match="“and” behind except is unclear"):
        read_segment(words)


def test_except_either_and_except_both_can_be_said(lists: Store) -> None:
    assert meant(lists, "everyone except staff, yoga") == "beau delphine"
    assert meant(lists, "everyone except (staff and running)") == "beau camille delphine"
    assert meant(lists, "everyone except running in Gretna") == EVERYBODY


@dataclass
class Somebody:
    city: str
    tags: set[str] = field(default_factory=set)


CROWD = {
    f"p{number}": Somebody(city, tags)
    for number, (city, tags) in enumerate(
        (city, tags)
        for city in ("Gretna", "Kenner", "")
        for tags in (set(), {"run"}, {"yoga"}, {"run", "yoga"})
    )
}
Meaning = tuple[str, Callable[[Somebody], bool]]


def both(pair: tuple[Meaning, Meaning], word: str) -> Meaning:
    (one, is_one), (two, is_two) = pair
    if word == "and":
        return f"({one}) and ({two})", lambda who: is_one(who) and is_two(who)
    if word == "or":
        return f"({one}), ({two})", lambda who: is_one(who) or is_two(who)
    return f"(({one}), except ({two}))", lambda who: is_one(who) and not is_two(who)


ATOMS: list[Meaning] = [
    ("in Gretna", lambda who: who.city == "Gretna"),
    ("in Kenner", lambda who: who.city == "Kenner"),
    ("tagged run", lambda who: "run" in who.tags),
    ("yoga", lambda who: "yoga" in who.tags),
    ("everyone", lambda who: True),
    ("without city", lambda who: not who.city),
]
MEANINGS = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: (
        st.builds(both, st.tuples(inner, inner), st.sampled_from(["and", "or", "except"]))
        | inner.map(lambda one: (f"not ({one[0]})", lambda who: not one[1](who)))
    ),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Store:
    from newsletter.audience import merge_lists

    root = tmp_path_factory.mktemp("crowd")
    (root / "subscribers").mkdir()
    path = root / "subscribers" / "crowd.csv"
    rows = [f"{name}@example.com,{who.city},{';'.join(who.tags)}\n" for name, who in CROWD.items()]
    path.write_text("Email,City,Tags\n" + "".join(rows))
    path.with_suffix(".toml").write_text('[list]\nconsent = "confirmed"\n')
    store = open_store(root / "s.db")
    merge_lists(store, [path], root, now=NOW)
    return store


@given(meaning=MEANINGS)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sql_means_what_the_words_mean(crowd: Store, meaning: Meaning) -> None:
    words, is_meant = meaning
    assert set(meant(crowd, words).split()) == {
        name for name, who in CROWD.items() if is_meant(who)
    }


@given(words=st.text(alphabet="in on tagged,()%'\"10ab-", max_size=30))
@settings(max_examples=300)
def test_any_words_are_understood_or_pointed_at(words: str) -> None:
    try:
        segment = read_segment(words)
    except NoSegment as wrong:
        told = str(wrong).split("\n")
        segment = None
    assert segment is not None or told[-1].strip() == "^"
