"""Lists as they come: any delimiter, encoding and header, and bad rows rejected one by one."""

import io
import zipfile
from pathlib import Path

import pytest

from newsletter.audience import choose, fates, lines_to_add, list_files, merge_lists, people
from newsletter.errors import Problems
from newsletter.store import Store

from .conftest import NOW, TODAY, MergeAll, Write

HEAD = "Email,First name,Last name\n"


def everybody(store: Store) -> list[tuple[str, str, str]]:
    with store.read() as connection:
        return [
            (p.address, p.first_name, p.last_name)
            for p in people(connection, (), samples=True, today=TODAY)
        ]


def reasons(store: Store) -> list[str]:
    with store.read() as connection:
        return [
            f"{f.line}: {f.why}" for f in fates(connection, samples=True) if f.fate == "rejected"
        ]


ROWS = "Email{0}Vorname{0}Nachname\r\nada@example.com{0}Ada{0}Fontenot\r\nzoe@example.org{0}Zoé{0}LeJeune\r\n"

FORMS = {
    "comma": ROWS.format(",").encode(),
    "semicolon": ROWS.format(";").encode(),
    "tab": ROWS.format("\t").encode(),
    "bar": ROWS.format("|").encode(),
    "byte order mark": b"\xef\xbb\xbf" + ROWS.format(",").encode(),
    "utf-16": ROWS.format(",").encode("utf-16"),
    "windows": ROWS.format(",").encode("cp1252"),
    "unix lines": ROWS.format(",").replace("\r\n", "\n").encode(),
    "old mac lines": ROWS.format(",").replace("\r\n", "\r").encode(),
    "no last line end": ROWS.format(",").rstrip().encode(),
    "sep line": b"sep=;\r\n" + ROWS.format(";").encode(),
    "empty lines": ROWS.format(",").replace("\r\n", "\r\n\r\n").encode(),
}


@pytest.mark.parametrize("content", FORMS.values(), ids=FORMS)
def test_the_same_list_in_any_form_is_the_same_people(
    write: Write, merge: MergeAll, store: Store, content: bytes
) -> None:
    write("list", content)
    merge()
    assert everybody(store) == [
        ("ada@example.com", "Ada", "Fontenot"),
        ("zoe@example.org", "Zoé", "LeJeune"),
    ]
    assert reasons(store) == []


@pytest.mark.parametrize(
    ("header", "row", "person"),
    [
        ("E-Mail Address,Name", 'a@example.com,"Fontenot, Ada"', ("Ada", "Fontenot")),
        ("EMAIL,FULL NAME", "a@example.com,Ada de la Fontenot", ("Ada", "de la Fontenot")),
        ("attendee email,attendee name", "a@example.com,Ada", ("Ada", "")),
        ("Given Name,Family-Name,e_mail", "Ada,Fontenot,a@example.com", ("Ada", "Fontenot")),
        ("Email,First,Last,Unknown", "Ada F <a@example.com>,Ada,Fontenot,x", ("Ada", "Fontenot")),
        ("Email,First", '"\u00a0a@example.com\u200b", Ada ', ("Ada", "")),
        ("Email,First", 'a@example.com,"Ada\nMaria"', ("Ada Maria", "")),
        ("Email,Name", '"Fontenot, Dr. Ada <a@example.com>",', ("Ada", "Fontenot")),
        ("Email,Name", "a@example.com,a@example.com", ("", "")),
    ],
)
def test_headers_are_understood(
    write: Write, merge: MergeAll, store: Store, header: str, row: str, person: tuple[str, str]
) -> None:
    write("list", f"{header}\n{row}\n")
    merge()
    assert everybody(store) == [("a@example.com", *person)]


def test_each_address_in_a_cell_has_the_name_before_it(
    write: Write, merge: MergeAll, store: Store
) -> None:
    write("list", 'Email\n"Ada Fontenot <a@example.com>; Bo <b@example.com>"\n<c@example.com>\n')
    merge()
    assert everybody(store) == [
        ("a@example.com", "Ada", "Fontenot"),
        ("b@example.com", "Bo", ""),
        ("c@example.com", "", ""),
    ]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("nobody", ['2: "nobody" is no address (An email address must have an @-sign)']),
        ("a@b,,,x", ["2: 4 cells under 3 headings"]),
        (",Ada", ["2: there is no address"]),
        (
            '"a@example.com,Ada\nb@example.com,B',
            ["2: a quotation mark is not closed, or stands alone (unexpected end of data)"],
        ),
        (
            '"a"x,Ada',
            ["2: a quotation mark is not closed, or stands alone (',' expected after '\"')"],
        ),
    ],
)
def test_a_bad_row_is_rejected_with_its_line_and_the_rest_is_taken(
    write: Write, merge: MergeAll, store: Store, rows: str, told: list[str]
) -> None:
    write("list", f"{HEAD}{rows}\nlast@example.com,L,Last\n")
    merge()
    assert reasons(store) == told
    assert ("last@example.com", "L", "Last") in everybody(store)


def test_a_row_that_ends_early_and_an_unknown_status_are_rejected(
    write: Write, merge: MergeAll, store: Store
) -> None:
    write(
        "list", "Name,Status,Email\nAda\nGus,perhaps,g@example.com\nInes,inactive,i@example.com\n"
    )
    merge()
    assert reasons(store) == [
        "2: the row ends before its address",
        '3: the status "perhaps" is unknown; write subscribed or unsubscribed',
    ]
    assert everybody(store) == []  # inactive is not active


def test_hundreds_of_broken_rows_end_in_one_sentence(
    write: Write, merge: MergeAll, store: Store
) -> None:
    write("list", HEAD + 'a@example.com,"A\n' * 300)
    merge()
    assert reasons(store)[-1] == "202: too many broken rows; from here on nothing was read"


def test_each_row_with_a_stray_quotation_mark_is_told_however_many(
    write: Write, merge: MergeAll, store: Store
) -> None:
    write("list", HEAD + '"a"x,\n' * 300)
    merge()
    assert len(reasons(store)) == 300


def zipped(name: str) -> bytes:
    """A zip in which there is one file."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(name, "x")
    return content.getvalue()


UNREADABLE = {
    "empty": (b"", None, "the file is empty"),
    "blank": (b"\n \n", None, "the file is empty"),
    "no address column": (
        b"Name,Town\nAda,Gretna\n",
        1,
        "there is no column of addresses among: Name, Town",
    ),
    "binary": (b"\x7fELF\0\0\0", 1, "this is no text file"),
    "a broken workbook": (b"PK\x03\x04\0\0\0", None, "this workbook is broken"),
    "a PDF": (b"%PDF-1.7\n", None, "this is a PDF, no list"),
    "a web page": (b"\n<HTML><table>", None, "this is a web page, no list"),
    "a document of Numbers": (
        zipped("Index/Document.iwa"),
        None,
        "this is a document of Numbers or Pages, no list",
    ),
    "a letter of Word": (zipped("word/document.xml"), None, "this is a Word document, no list"),
    "addresses in two columns without a heading": (
        b"Ada,a@example.com,x@example.com\n",
        1,
        "addresses stand in several columns, and no heading says which are meant",
    ),
    "one huge line": (b"x" * 10_000_000, 1, "a line of more than a megabyte"),
    "clinical": (
        b"Email,Diagnosis,Date of birth\na@example.com,x,y\n",
        1,
        "clinical columns: Diagnosis, Date of birth",
    ),
}


@pytest.mark.parametrize(("content", "line", "what"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_no_list_is_said_before_anything_is_written(
    write: Write, merge: MergeAll, store: Store, content: bytes, line: int | None, what: str
) -> None:
    write("good", HEAD + "a@example.com,Ada,F\n")
    write("bad", content)
    with pytest.raises(Problems) as caught:
        merge()
    (problem,) = caught.value.problems
    assert (problem.path, problem.line) == ("subscribers/bad.csv", line)
    assert what in problem.what
    assert everybody(store) == []


@pytest.mark.parametrize(
    "heading",
    ["Diagnóstico", "Fecha de nacimiento", "Date de naissance", "Geburtsdatum", "Chief complaint"],
)
def test_clinical_columns_are_known_in_the_languages_whose_headings_are(
    write: Write, merge: MergeAll, heading: str
) -> None:
    write("list", f"Email,{heading}\na@example.com,x\n")
    with pytest.raises(Problems, match=f"clinical columns: {heading}"):
        merge()


def test_a_list_that_is_not_there_is_a_problem(project: Path, store: Store) -> None:
    from newsletter.audience import merge_lists

    with pytest.raises(Problems, match=r"gone\.csv: it cannot be read"):
        merge_lists(store, [project / "subscribers" / "gone.csv"], project, now=1)


WRONG_BASES = {
    "unknown word": ("[list]\nconcent = 'confirmed'\n", 2, "concent is unknown"),
    "unknown consent": ("[list]\nconsent = 'maybe'\n", 2, "consent = 'maybe'"),
    "patients": (
        "[list]\nconsent = 'confirmed'\nsource = 'EHR export'\n",
        3,
        "a list of patients cannot be mailed",
    ),
    "no section": ("consent = 'confirmed'\n", 1, "consent stands above [list]"),
    "broken": ("[list\n", 1, "this cannot be read"),
}


@pytest.mark.parametrize(("basis", "line", "what"), WRONG_BASES.values(), ids=WRONG_BASES)
def test_a_wrong_basis_is_said_with_its_line(
    write: Write, merge: MergeAll, basis: str, line: int, what: str
) -> None:
    write("list", HEAD + "a@example.com,Ada,F\n", basis)
    with pytest.raises(Problems) as caught:
        merge()
    (problem,) = caught.value.problems
    assert (problem.path, problem.line) == ("subscribers/list.toml", line)
    assert what in problem.what


def test_a_list_without_a_basis_is_merged_but_nobody_is_mailed_until_it_has_one(
    write: Write, merge: MergeAll, store: Store
) -> None:
    path = write("list", HEAD + "a@example.com,Ada,F\n", None)
    merge()
    with store.read() as connection:
        assert choose(connection, (), samples=True, today=TODAY).left_out == {"no consent": 1}
    assert lines_to_add("subscribers/list.csv").startswith(
        "subscribers/list.toml:\n  [list]\n  consent = "
    )
    path.with_suffix(".toml").write_text('[list]\nconsent = "confirmed"\n')
    assert merge().updated == 1
    assert everybody(store) == [("a@example.com", "Ada", "F")]


def test_samples_are_read_only_while_there_are_no_lists_of_ones_own(
    project: Path, write: Write
) -> None:
    samples = project / "subscribers" / "sample"
    samples.mkdir()
    (samples / "made-up.csv").write_text(HEAD)
    assert list_files(project, samples=False) == []
    assert list_files(project, samples=True) == [samples / "made-up.csv"]
    own = write("own", HEAD)
    assert list_files(project, samples=True) == [own]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-03-04", "2026-03-04"),
        ("2026-03-04T10:00:00Z", "2026-03-04"),
        ("2026-03-04 10:00:00", "2026-03-04"),
        ("3/4/2026", "2026-03-04"),
        ("4.3.2026", "2026-03-04"),
        ("Mar 4, 2026", "2026-03-04"),
        ("soon", None),
    ],
)
def test_dates_are_read_as_exports_write_them(
    write: Write, merge: MergeAll, store: Store, written: str, day: str | None
) -> None:
    write("list", f'Email,Signed up\na@example.com,"{written}"\n')
    merge()
    with store.read() as connection:
        (person,) = people(connection, (), samples=True, today=TODAY)
    assert (person.signed_up.isoformat() if person.signed_up else None) == day


def test_two_files_that_would_be_one_list_are_refused(
    project: Path, write: Write, merge: MergeAll
) -> None:
    write("desk", HEAD + "a@example.com,Ada,F\n")
    (project / "subscribers" / "desk.tsv").write_text("Email\nb@example.com\n")
    with pytest.raises(
        Problems, match=r"desk\.tsv: subscribers/desk\.csv is the list desk already"
    ):
        merge()


NO_ADDRESS = "is no address (An email address must have an @-sign)"


def test_a_rejected_row_with_broken_letters_is_told_as_windows_writes_them(
    write: Write, merge: MergeAll, store: Store
) -> None:
    good = "".join(f"p{n}@example.com,Zoé,F\n" for n in range(20))
    write("list", (HEAD + good).encode() + b"nob\xe9dy,Andr\xe9,F\n")
    merge()
    assert reasons(store) == [f'22: "nobédy" {NO_ADDRESS}']


def test_a_reason_shows_nothing_that_cannot_be_seen(
    write: Write, merge: MergeAll, store: Store
) -> None:
    write("list", f"{HEAD}no\0body,Ada,F\n".encode("utf-8-sig"))
    merge()
    assert reasons(store) == [f'2: "no body" {NO_ADDRESS}']


def test_the_first_object_is_a_person_even_where_the_address_is_wrong(
    project: Path, store: Store
) -> None:
    path = project / "subscribers" / "list.json"
    path.write_text('[{"contact": "nobody"}, {"contact": "a@example.com"}]')
    merge_lists(store, [path], project, now=NOW)
    assert reasons(store) == [f'1: "nobody" {NO_ADDRESS}']
