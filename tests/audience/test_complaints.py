"""What people complain of in the importers of other newsletter systems, and what happens here."""

import shutil
import zipfile
from pathlib import Path

import pytest

from newsletter.audience import FATES, choose, fates, list_reports, people
from newsletter.errors import Problems
from newsletter.store import Store

from .conftest import CONFIRMED, TODAY, MergeAll, Write

CORPUS = Path(__file__).parents[1] / "data" / "lists"


def addresses(store: Store) -> list[str]:
    with store.read() as connection:
        return [person.address for person in people(connection, (), samples=True, today=TODAY)]


def rejected(store: Store) -> list[str]:
    with store.read() as connection:
        return [
            f"{fate.line}: {fate.why}"
            for fate in fates(connection, samples=True)
            if fate.fate == "rejected"
        ]


@pytest.mark.parametrize(
    "header",
    ["email,name", "EMAIL,NAME", "E-Mail Address,Full name", "Your e-mail (required),Name"],
)
def test_only_lower_case_headings_are_found(
    write: Write, merge: MergeAll, store: Store, header: str
) -> None:
    write("list", f"{header}\na@example.com,Ada\n")
    merge()
    assert addresses(store) == ["a@example.com"]


def test_a_semicolon_between_two_columns_is_not_understood(
    write: Write, merge: MergeAll, store: Store
) -> None:
    write("list", "Email;Name\na@example.com;Ada\n")
    merge()
    assert addresses(store) == ["a@example.com"]


def test_headings_may_only_have_letters_digits_and_underscores(
    write: Write, merge: MergeAll, store: Store
) -> None:
    write("list", "E-Mail,What's your name?,Größe & Farbe (cm)\na@example.com,Ada,x\n")
    merge()
    assert addresses(store) == ["a@example.com"]


def test_an_unknown_column_shifts_those_behind_it(
    write: Write, merge: MergeAll, store: Store
) -> None:
    write("list", "Unknown,Email,Other,City\nx,a@example.com,y,Gretna\n")
    merge()
    with store.read() as connection:
        (person,) = people(connection, (), samples=True, today=TODAY)
    assert (person.address, person.city) == ("a@example.com", "Gretna")


def test_one_bad_row_refuses_the_whole_file_or_its_neighbours(
    write: Write, merge: MergeAll, store: Store
) -> None:
    good = [f"p{number}@example.com" for number in range(50)]
    write("list", "Email\n" + "\n".join([*good[:25], "nobody", *good[25:]]) + "\n")
    merge()
    assert sorted(addresses(store)) == sorted(good)


def test_a_bad_first_row_is_reported_as_finished_with_nothing_imported(
    write: Write, merge: MergeAll, store: Store
) -> None:
    write("list", "Email\nnobody\na@example.com\n")
    merged = merge()
    assert (merged.rows, merged.rejected, merged.new) == (2, 1, 1)


def test_a_count_of_failures_without_the_lines(write: Write, merge: MergeAll, store: Store) -> None:
    write("list", "Email\nnobody\na@example.com\nb@\n")
    merge()
    assert rejected(store) == [
        '2: "nobody" is no address (An email address must have an @-sign)',
        '4: "b@" is no address (There must be something after the @-sign)',
    ]


def test_an_error_is_not_shown_at_all(write: Write, merge: MergeAll) -> None:
    write("list", "Name,Town\nAda,Gretna\n")
    with pytest.raises(Problems, match=r"subscribers/list\.csv:1: there is no column of addresses"):
        merge()


def test_a_stray_quotation_mark_ends_the_import(
    write: Write, merge: MergeAll, store: Store
) -> None:
    write(
        "list", 'Email,Name\na@example.com,"Ada "Addie" F"\nb@example.com,"Bo\nc@example.com,Cy\n'
    )
    merge()
    assert addresses(store) == ["a@example.com", "b@example.com", "c@example.com"]


def test_a_blank_that_cannot_be_seen_makes_another_person(
    write: Write, merge: MergeAll, store: Store
) -> None:
    write("list", "Email\na@example.com\n\u00a0a@example.com\u200b\n\ufeffa@example.com \n")
    merge()
    assert addresses(store) == ["a@example.com"]


def test_a_row_that_comes_twice_is_a_crash(write: Write, merge: MergeAll, store: Store) -> None:
    write("list", "Email\na@example.com\na@example.com\nA@EXAMPLE.com\n")
    merge()
    with store.read() as connection:
        (report,) = list_reports(connection, samples=True)
    assert report.fates == {**dict.fromkeys(FATES, 0), "taken": 1, "merged into": 2}


def test_accents_are_garbled_because_the_encoding_is_not_told(
    write: Write, merge: MergeAll, store: Store
) -> None:
    write("windows", "Email,Name\na@example.com,Zoé Müller\n".encode("cp1252"))
    write("mac", "Email,Name\nb@example.com,Zoé O’Neill\n".encode("mac_roman"))
    write("utf16", "Email,Name\nc@example.com,Zoé\n".encode("utf-16-le"))
    merge()
    with store.read() as connection:
        names = [person.first_name for person in people(connection, (), samples=True, today=TODAY)]
    assert names == ["Zoé"] * 3


def test_a_workbook_has_to_be_saved_as_csv_first(
    project: Path, merge: MergeAll, store: Store
) -> None:
    path = shutil.copy(CORPUS / "fair.xlsx", project / "subscribers" / "fair.xlsx")
    path.with_suffix(".toml").write_text(CONFIRMED)
    merge()
    assert addresses(store) == ["ada@example.com", "zoe@example.org"]


def test_a_zip_may_hold_one_file_only(project: Path, merge: MergeAll, store: Store) -> None:
    path = project / "subscribers" / "audience.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "Email\na@example.com\n")
        archive.writestr("b.csv", "Email,Status\nb@example.com,unsubscribed\n")
    path.with_suffix(".toml").write_text(CONFIRMED)
    merge()
    assert addresses(store) == ["a@example.com"]
    with store.read() as connection:
        lists = [report.list for report in list_reports(connection, samples=True)]
        assert lists == ["audience/a", "audience/b"]
        assert choose(connection, (), samples=True, today=TODAY).left_out == {"unsubscribed": 1}


def test_inactive_is_taken_for_active(write: Write, merge: MergeAll, store: Store) -> None:
    write("list", "Email,Status\na@example.com,active\nb@example.com,inactive\n")
    merge()
    assert addresses(store) == ["a@example.com"]


def test_those_who_left_cannot_be_imported_as_having_left(
    project: Path, merge: MergeAll, store: Store, write: Write
) -> None:
    for name in ("unsubscribed", "cleaned"):
        file = f"{name}_members_export_f8b3c21d.csv"
        shutil.copy(CORPUS / file, project / "subscribers" / file)
    merge()
    write("new", "Email\nlena.comeaux@example.com\nwendy.trahan@example.org\nnew@example.com\n")
    merge()
    assert addresses(store) == ["new@example.com"]


def test_a_suppression_list_counts_as_people_to_mail(
    project: Path, merge: MergeAll, store: Store
) -> None:
    for file in CORPUS.glob("suppression_*.csv"):
        shutil.copy(file, project / "subscribers" / file.name)
        (project / "subscribers" / file.name).with_suffix(".toml").write_text(CONFIRMED)
    merge()
    assert addresses(store) == []


def test_two_people_who_share_an_address_vanish_or_get_it_twice(
    write: Write, merge: MergeAll, store: Store
) -> None:
    write("list", "Email,Name\nus@example.com,Gus Guillory\nus@example.com,Lou Guillory\n")
    merge()
    with store.read() as connection:
        (person,) = people(connection, (), samples=True, today=TODAY)
        assert [fate.fate for fate in fates(connection, samples=True)] == ["taken", "merged into"]
    assert person.names == ("Gus Guillory", "Lou Guillory")


@pytest.mark.parametrize(
    "header",
    ["email,created,ip", "email,created", "email,status,created,reason", "email,created,reason"],
)
def test_a_list_that_looks_a_little_like_suppressions_is_taken_for_one(
    write: Write, merge: MergeAll, store: Store, header: str
) -> None:
    cells = {"email": "a@example.com", "status": "active", "created": "2026-01-02"}
    row = ",".join(cells.get(word, "x") for word in header.split(","))
    write("website", f"{header}\n{row}\n")
    merge()
    assert addresses(store) == ["a@example.com"]
