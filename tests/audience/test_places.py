"""Where lists lie: files, folders, zips, sheets; and what their .toml corrects."""

import os
import zipfile
from pathlib import Path

import pytest
from xlsxwriter import Workbook

from newsletter.audience import choose, list_files, merge_lists, people
from newsletter.audience.basis import Basis, basis_path, lines_to_add, read_basis
from newsletter.audience.examining import examined
from newsletter.audience.place import list_name, places
from newsletter.audience.read import Row, examine, read_rows
from newsletter.errors import Problems
from newsletter.store import Store

from .conftest import CONFIRMED, NOW, TODAY, MergeAll, Write

FAIR = Path(__file__).parents[1] / "data" / "lists" / "fair.xlsx"


def test_lists_in_folders_and_zips_are_found_and_named(project: Path) -> None:
    folder = project / "subscribers"
    (folder / "fair").mkdir()
    for name in ("a.csv", "b.TSV", "fair/c.xlsx", "fair/notes.md", "a.toml", ".hidden.csv"):
        (folder / name).write_text("x")
    for apart in ("sample", "rejected"):
        (folder / apart).mkdir()
        (folder / apart / "d.csv").write_text("x")
    with zipfile.ZipFile(folder / "e.zip", "w") as archive:
        archive.writestr("subscribed_members_export_0a1b2c3d.csv", "Email\n")
        archive.writestr("cleaned_members_export_0a1b2c3d.csv", "Email\n")
        archive.writestr("readme.md", "x")
    assert [list_name(path, project) for path in list_files(project, samples=True)] == [
        "a",
        "b",
        "e/cleaned",
        "e/subscribed",
        "fair/c",
    ]


def test_a_pipe_is_no_list_and_nobody_waits_for_it(project: Path) -> None:
    pipe = project / "subscribers" / "pipe.csv"
    os.mkfifo(pipe)
    with pytest.raises(Problems, match="this is no file; save the list as a file"):
        examined([pipe], project)


@pytest.mark.parametrize(
    ("place", "basis"),
    [
        ("list.csv", "list.toml"),
        ("list.zip#inside.csv", "list.toml"),
        ("folder/list.csv", "folder.toml"),
        ("folder/own.csv", "folder/own.toml"),
    ],
)
def test_the_basis_stands_beside_the_list_or_its_folder(
    tmp_path: Path, place: str, basis: str
) -> None:
    (tmp_path / "folder").mkdir()
    for name in ("list.toml", "folder.toml", "folder/own.toml"):
        (tmp_path / name).write_text(CONFIRMED)
    assert basis_path(tmp_path / place) == tmp_path / basis
    assert read_basis(tmp_path / place, place)[0].consent == "confirmed"


def test_a_sheet_is_named_or_found(tmp_path: Path) -> None:
    def addresses(path: Path, basis: Basis) -> list[str]:
        listed, problems = examine(path, tmp_path, basis)
        assert listed is not None, problems
        return [row.address for row in read_rows(listed) if isinstance(row, Row)]

    may, april = ["ada@example.com", "zoe@example.org"], ["april@example.com"]
    assert addresses(FAIR, Basis()) == may
    assert addresses(Path(f"{FAIR}#April"), Basis()) == april
    assert addresses(FAIR, Basis(sheet="April")) == april
    assert [
        examine(FAIR, tmp_path, basis)[0].other_sheets for basis in (Basis(), Basis(sheet="May"))
    ] == [  # type: ignore[union-attr]
        ("April",),
        (),
    ]
    assert list_name(Path(f"{FAIR}#April"), tmp_path) == "fair/April"
    _listed, (problem,) = examine(Path(f"{FAIR}#June"), tmp_path, Basis())
    assert (problem.what, problem.cure) == (
        "there is no sheet June",
        "there are Read me, May, April",
    )


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("l.zip", b"PK\x03\x04broken", "this zip is broken"),
        ("l.json", b"{", "this is no JSON"),
        ("l.json", b'{"total": 3}', "there are no people in this JSON"),
        (
            "l.json",
            b'{"in": [{"email": "a@example.com"}], "more": {"out": [{"email": "b@example.com"}]}}',
            "addresses stand in several lists of this JSON: in, more.out",
        ),
        ("l.jsonl", b"nothing\n", "there are no people in this file"),
        ("l.vcf.txt", b"BEGIN:VCARD\n", "this is a file of address cards, no list"),
    ],
)
def test_what_is_no_list_is_told(tmp_path: Path, name: str, content: bytes, told: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    _listed, (problem,) = examine(path, tmp_path, Basis())
    assert problem.what.startswith(told)
    assert problem.cure


def test_what_lies_in_a_hidden_folder_is_no_list_of_the_clinics(
    write: Write, project: Path
) -> None:
    folder = project / "subscribers"
    (folder / ".Trash").mkdir()
    (folder / "2026").mkdir()
    for name in (".Trash/old", "2026/fair", "website"):
        write(name, "Email\na@example.com\n", None)
    found = [path.relative_to(folder).as_posix() for path in list_files(project, samples=False)]
    assert found == ["2026/fair.csv", "website.csv"]


def test_a_hidden_sheet_is_named_but_read_only_where_no_other_holds_addresses(
    tmp_path: Path,
) -> None:
    with Workbook(tmp_path / "fair.xlsx") as workbook:
        workbook.add_worksheet("Now").write_column(0, 0, ["Email", "a@example.com"])
        old = workbook.add_worksheet("Old")
        old.write_column(0, 0, ["Email", "b@example.com", "c@example.com"])
        old.hide()
    listed, _problems = examine(tmp_path / "fair.xlsx", tmp_path, Basis())
    assert listed is not None
    assert (listed.sheet, listed.other_sheets) == ("Now", ("Old",))


def test_a_workbook_in_a_zip_is_read_and_its_other_sheets_can_be_named(
    project: Path, store: Store
) -> None:
    path = project / "subscribers" / "fair.zip"
    with Workbook(project / "May fair.xlsx") as workbook:
        workbook.add_worksheet("May").write_column(
            0, 0, ["Email", "a@example.com", "b@example.com"]
        )
        workbook.add_worksheet("June").write_column(0, 0, ["Email", "c@example.com"])
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(project / "May fair.xlsx", "May fair.xlsx")
    path.with_suffix(".toml").write_text(CONFIRMED)
    done = merge_lists(store, [path], project, now=NOW)
    assert (done.new, done.not_read) == (2, ("subscribers/fair.zip#May fair.xlsx#June",))
    assert merge_lists(store, [path], project, now=NOW).files == ()
    done = merge_lists(store, [project / done.not_read[0]], project, now=NOW)
    assert done.new == 1
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("more.csv", "Email\nd@example.com\n")
    assert merge_lists(store, places([path]), project, now=NOW).new == 1


def test_a_list_may_lie_at_the_root_of_a_disk() -> None:
    _listed, (problem,) = examine(Path("/no such list.csv"), Path("/"), Basis())
    assert str(problem).startswith("no such list.csv: it cannot be read (No such file")
    assert basis_path(Path("/fair.csv")) == Path("/fair.toml")


def test_a_zip_without_a_list_or_with_a_password_is_told(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "none.zip", "w") as archive:
        archive.writestr("photo.png", b"x")
    _listed, (problem,) = examine(tmp_path / "none.zip", tmp_path, Basis())
    assert problem.what == "there is no list in this zip"
    with zipfile.ZipFile(tmp_path / "locked.zip", "w") as archive:
        archive.writestr("list.csv", b"Email\n")
    locked = bytearray((tmp_path / "locked.zip").read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(mark) + at] |= 1
    (tmp_path / "locked.zip").write_bytes(locked)
    _listed, (problem,) = examine(tmp_path / "locked.zip", tmp_path, Basis())
    assert problem.what == "this zip has a password or is of an unusual kind"


def test_a_workbook_with_a_password_is_told(tmp_path: Path) -> None:
    plain = bytearray((Path(__file__).parents[1] / "data/lists/mindbody-workbook.xls").read_bytes())
    at = plain.index("Workbook".encode("utf-16-le"))
    locked = "EncryptedPackage".encode("utf-16-le")
    plain[at : at + 66] = locked.ljust(64, b"\0") + (len(locked) + 2).to_bytes(2, "little")
    (tmp_path / "locked.xlsx").write_bytes(plain)
    _listed, (problem,) = examine(tmp_path / "locked.xlsx", tmp_path, Basis())
    assert problem.what == "this workbook has a password"


def test_a_zip_says_once_what_is_wrong_with_its_basis(project: Path) -> None:
    path = project / "subscribers" / "two.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "Email\na@example.com\n")
        archive.writestr("b.csv", "Email\nb@example.com\n")
    path.with_suffix(".toml").write_text("[list]\nconcent = 'confirmed'\n")
    with pytest.raises(Problems) as caught:
        examined(places([path]), project)
    (problem,) = caught.value.problems
    assert str(problem).startswith(
        "subscribers/two.toml:2: concent is unknown; known are consent, source"
    )
    assert lines_to_add("subscribers/two.zip#a.csv").startswith("subscribers/two.toml:")


CORRECTED = CONFIRMED + (
    'tags = ["fair"]\nlanguage = "fr"\nstanding = "subscribed"\nseveral = "first"\ndates = "day first"\n'
    'delimiter = ";"\nencoding = "mac_roman"\n'
    '[columns]\naddress = "Kontakt"\nlast_name = "Who"\n[status]\n"on hold" = "unconfirmed"\n'
)


def test_a_toml_corrects_how_a_list_is_read(write: Write, merge: MergeAll, store: Store) -> None:
    write(
        "list",
        "Email;Kontakt;Who;Status;Signed up\n"
        "no@example.com;a@example.com, b@example.com;Noël;active;3/4/2026\n"
        "no@example.com;c@example.com;C;on hold;\n".replace("\n", "\r").encode("mac_roman"),
        CORRECTED,
    )
    merge()
    with store.read() as connection:
        (person,) = people(connection, (), samples=True, today=TODAY)
        assert choose(connection, (), samples=True, today=TODAY).left_out == {"not confirmed": 1}
    assert (person.address, person.last_name, person.language, person.tags) == (
        "a@example.com",
        "Noël",
        "fr",
        ("fair",),
    )
    assert str(person.signed_up) == "2026-04-03"


WRONG = {
    "consent = 'maybe'": "write one of none, unconfirmed, confirmed",
    "standing = 'erased'": "write one of subscribed",
    "tags = 'a, b'": 'write tags = ["strength", "running"]',
    "language = 'English'": "write two letters",
    "time_zone = 'Central'": "write a name such as",
    "precedence = 'high'": "write a whole number",
    "encoding = 'klingon'": "write utf-8, utf-16",
    "delimiter = 'semicolon'": "write one sign",
    "dates = 'european'": "write one of month first, day first",
    "several = 'both'": "write one of each, first, none",
    "[columns]\nemail = 'E-Mail'": "known are address",
    "[status]\ngold = 'premium'": "write one of subscribed",
    "[people]\na = 1": "known are [list], [columns] and [status]",
}


@pytest.mark.parametrize(("line", "cure"), WRONG.items(), ids=WRONG)
def test_what_is_wrong_in_a_toml_is_told_with_its_cure(
    tmp_path: Path, line: str, cure: str
) -> None:
    (tmp_path / "list.toml").write_text(
        f"{CONFIRMED}{line}\n".replace(
            'consent = "confirmed"\n',
            "" if line.startswith("consent") else 'consent = "confirmed"\n',
        )
    )
    _basis, problems = read_basis(tmp_path / "list.csv", "list.csv")
    assert cure in problems[-1].cure
    assert problems[-1].line is not None


def test_a_column_that_a_toml_names_and_the_list_has_not_is_told(
    write: Write, merge: MergeAll
) -> None:
    write("list", "Email\na@example.com\n", CONFIRMED + '[columns]\nname = "Wer"\n')
    with pytest.raises(
        Problems, match=r"there is no column Wer; correct \[columns\]; there are: Email"
    ):
        merge()


def test_what_is_no_person_in_a_list_of_people_is_a_rejected_row(tmp_path: Path) -> None:
    path = tmp_path / "people.json"
    path.write_text(
        '{"tags": [{"name": "run"}, {}, {}, {}], "people": [{"email": "a@example.com"}, "b@example.com", null]}'
    )
    listed, _problems = examine(path, tmp_path, Basis())
    assert listed is not None
    assert [
        (row.line, row.address if isinstance(row, Row) else row.reason) for row in read_rows(listed)
    ] == [
        (1, "a@example.com"),
        (2, "this is no object"),
        (3, "this is no object"),
    ]


def test_without_headings_the_toml_says_which_addresses_are_meant(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Ada,a@example.com,x@example.com\nBo,b@example.com,\n")
    _none, (problem,) = examine(path, tmp_path, Basis())
    assert 'address = "column 2"' in problem.cure
    listed, _problems = examine(path, tmp_path, Basis(columns={"address": "column 3"}))
    assert listed is not None
    assert [row.address for row in read_rows(listed) if isinstance(row, Row)] == ["x@example.com"]


@pytest.mark.parametrize("zipped", [False, True])
def test_rows_that_excel_hides_are_read_and_counted_aloud(
    project: Path, store: Store, zipped: bool
) -> None:
    path = project / "subscribers" / "fair.xlsx"
    with Workbook(path) as workbook:
        workbook.add_worksheet("Notes").set_row(0, None, None, {"hidden": True})
        sheet = workbook.add_worksheet("May & June")
        for place, name in enumerate(("Email", "a@example.com", "b@example.com", "c@example.com")):
            sheet.write_row(place, 0, [name, "x" if place == 2 else "Group"])
        sheet.autofilter(0, 0, 3, 1)
        sheet.filter_column(1, "Group == Group")
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.set_row(9, None, None, {"hidden": True})  # which holds nothing
    if zipped:
        with zipfile.ZipFile(path.with_suffix(".zip"), "w") as archive:
            archive.write(path, "fair.xlsx")
        path.unlink()
        path = path.with_suffix(".zip")
    done = merge_lists(store, [path], project, now=NOW)
    assert (done.new, done.hidden) == (3, ((f"subscribers/{path.name}", 1),))


def test_addresses_under_another_heading_are_named(project: Path, store: Store) -> None:
    path = project / "subscribers" / "couples.csv"
    path.write_text(
        "Name,Email,Email,Spouse's email,Website\n"
        "Ada,a@example.com,,b@example.com,example.com\n"
        "Cy,,c@example.com,,\n"
    )
    done = merge_lists(store, [path], project, now=NOW)
    assert (done.new, done.other_columns) == (
        2,
        (("subscribers/couples.csv", "Spouse's email"),),
    )
