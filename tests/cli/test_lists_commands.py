"""The commands under newsletter lists: what they show, ask and write."""

import csv
import shutil
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from newsletter.sandbox import Sandbox, skip

from .conftest import Run

FAIR = Path(__file__).parents[1] / "data" / "lists" / "fair.xlsx"
WEB = "subscribers/sample/website.csv"
PRACTICE = ("--practice",)


def person(number: int, status: str = "subscribed") -> str:
    return f"p{number:04}@example.com,{status}\n"


def written(clinic: Path, name: str, rows: list[str]) -> str:
    path = clinic / "subscribers" / f"{name}.csv"
    path.write_text("Email,Status\n" + "".join(rows))
    path.with_suffix(".toml").write_text('[list]\nconsent = "confirmed"\nsource = "form"\n')
    return f"subscribers/{name}.csv"


def test_import_shows_what_would_change_asks_and_merges(run: Run, clinic: Path) -> None:
    desk = written(clinic, "desk", [person(1), person(2), "nobody,\n"])
    shown = run("lists", "import", desk, *PRACTICE, typed="n\n")
    assert shown.code == 1
    assert "2 people new, 0 updated, 0 unchanged; 1 row rejected." in shown.out
    assert "nothing was merged" in shown.err
    assert run("lists", "import", desk, *PRACTICE, "--dry-run").code == 0
    assert (
        "Merged. To take it back: newsletter lists undo"
        in run("lists", "import", desk, *PRACTICE, typed="\n").err
    )
    again = run("lists", "import", desk, *PRACTICE, "--yes")
    assert (again.code, "merged already, nothing would change" in again.err) == (1, True)


def test_import_names_those_who_would_not_be_mailed_any_more(run: Run, clinic: Path) -> None:
    run("lists", "import", written(clinic, "desk", [person(1)]), *PRACTICE, "--yes")
    old = written(clinic, "old", [person(1, "unsubscribed"), person(2, "cleaned")])
    shown = run("lists", "import", old, *PRACTICE, "--dry-run")
    assert "1 person would not be mailed any more:\n    p0001@example.com" in shown.out
    assert "1 person would not be mailed: bounced." in shown.out
    told = run("lists", "import", old, *PRACTICE, "--dry-run", "--json").json
    assert told["leaving"] == ["p0001@example.com"]
    assert told["left_out"] == [["bounced", 1], ["unsubscribed", 1]]


def test_who_only_looks_keeps_the_rows_that_somebody_is_putting_right(
    run: Run, clinic: Path
) -> None:
    run("lists", "import", written(clinic, "desk", ["a@,\n", "b@,\n"]), "--yes", *PRACTICE)
    rejects = clinic / "subscribers" / "rejected" / "desk.csv"
    rejects.write_text(rejects.read_text().replace("a@", "a@example.com"))
    newer = written(clinic, "desk", ["a@,\n", "b@,\n", person(1)])
    assert "Nothing was merged" in run("lists", "import", newer, "--dry-run", *PRACTICE).err
    assert "a@example.com" in rejects.read_text()


def test_the_folder_of_lists_is_imported_without_the_rejected_and_a_file_only_once(
    run: Run, clinic: Path
) -> None:
    desk = written(clinic, "desk", ["a@,\n", person(1)])
    run("lists", "import", desk, "--dry-run", *PRACTICE)
    done = run("lists", "import", "subscribers", desk, "--yes", *PRACTICE)
    assert (done.code, f"{desk}: 2 rows" in done.out) == (0, True)


def test_a_folder_without_lists_and_a_name_that_is_none_are_told(run: Run, clinic: Path) -> None:
    (clinic / "empty").mkdir()
    for command in ("import", "read", "suppress"):
        told = run("lists", command, "empty", *PRACTICE)
        assert (told.code, "empty: there is no list in this folder" in told.err) == (1, True)
    desk = written(clinic, "desk", [person(1)])
    for name in ("", "../../elsewhere"):
        told = run("lists", "import", desk, "--list", name, "--yes", *PRACTICE)
        assert (told.code, "--list takes a name" in told.err) == (2, True)


def test_undo_says_who_counts_as_subscribed_again(run: Run, clinic: Path) -> None:
    run("lists", "import", written(clinic, "desk", [person(1), person(2)]), "--yes", *PRACTICE)
    left = written(clinic, "left", [person(1, "unsubscribed"), person(2)])
    run("lists", "import", left, "--yes", *PRACTICE)
    told = "1 person of whom only this said that they left or bounced: subscribed again."
    assert told in run("lists", "undo", "--yes", *PRACTICE).out
    assert "subscribed again" not in run("lists", "undo", "--yes", *PRACTICE).out


def test_only_a_list_that_consent_would_help_is_asked_for_it(run: Run, clinic: Path) -> None:
    folder = clinic / "subscribers"
    (folder / "Unsubscribed.csv").write_text("Email\na@example.com\n")
    (folder / "fair.csv").write_text("Email\na@example.com\nb@example.com\n")
    told = run("lists", *PRACTICE).out
    assert "Nobody of fair is mailed on its word" in told
    assert "Nobody of Unsubscribed" not in told


def test_rejected_rows_are_put_right_and_imported_again(run: Run, clinic: Path) -> None:
    desk = written(clinic, "desk", [person(1), '"no body",\n', person(3, "maybe")])
    assert "subscribers/rejected/desk.csv" in run("lists", "import", desk, *PRACTICE, "--yes").err
    path = clinic / "subscribers" / "rejected" / "desk.csv"
    rows = list(csv.reader(path.open(encoding="utf-8-sig")))
    assert rows[0] == ["Email", "Status", "Rejected because"]
    assert [row[:2] for row in rows[1:]] == [["no body", ""], ["p0003@example.com", "maybe"]]
    assert rows[1][2].startswith('line 3: "no body" is no address')
    path.write_text(
        path.read_text().replace("no body", "nobody@example.com").replace("maybe", "subscribed")
    )
    assert run("lists", "import", str(path), *PRACTICE, "--yes").code == 0
    told = run("lists", *PRACTICE, "--json").json
    assert told["audience"]["by_list"] == {"desk": 3}
    (report,) = told["lists"]
    assert (report["rows"], report["fates"]["taken"], report["rejected"]) == (3, 3, [])


def test_what_was_put_right_stays_until_it_is_merged(run: Run, clinic: Path) -> None:
    run("lists", "import", written(clinic, "desk", ["one,\n", "two,\n"]), *PRACTICE, "--yes")
    path = clinic / "subscribers" / "rejected" / "desk.csv"
    repaired = path.read_text().replace("one", "one@example.com")
    path.write_text(repaired)
    for words in (("--dry-run",), ()):
        run("lists", "import", str(path), *PRACTICE, *words, typed="n\n")
        assert path.read_text() == repaired
    assert run("lists", "import", str(path), *PRACTICE, typed="y\n").code == 0
    (row,) = csv.DictReader(path.open(encoding="utf-8-sig"))
    assert (row["Email"], run("lists", *PRACTICE, "--json").json["audience"]["recipients"]) == (
        "two",
        1,
    )


def test_undo_asks_and_the_next_send_does_not_bring_it_back(run: Run, clinic: Path) -> None:
    desk = written(clinic, "desk", [person(1)])
    run("lists", *PRACTICE)
    assert run("lists", "undo", *PRACTICE, typed="n\n").code == 1
    undone = run("lists", "undo", *PRACTICE, typed="\n")
    assert f"Take back the merge of {desk}" in undone.err
    told = f"Taken back: {desk}.\nGone again: 1 person. As before: 0 people.\n"
    assert undone.out == told
    assert run("lists", *PRACTICE, "--json").json["audience"]["recipients"] == 0
    told = "were taken back; newsletter lists import FILE --practice merges one again"
    assert told in run("lists", *PRACTICE).out
    again = run("lists", "import", desk, *PRACTICE, "--yes")
    assert (again.code, "add --again" in again.err) == (1, True)
    assert run("lists", "import", desk, *PRACTICE, typed="y\ny\n").code == 0
    assert run("lists", "undo", *PRACTICE, "--json", typed="y\n").json["gone"] == 1
    assert "there is no merge to take back" in run("lists", "undo", *PRACTICE).err


def test_a_jump_is_asked_twice(run: Run, clinic: Path) -> None:
    desk = written(clinic, "desk", [person(n) for n in range(60)])
    run("lists", *PRACTICE)
    written(clinic, "desk", [person(n) for n in range(120)] + ["x,\n"] * 8)
    shown = run("lists", "import", desk, *PRACTICE, typed="y\n128\n")
    assert "128 rows; at its last reading this list had 60." in shown.err
    assert "8 of 128 rows are rejected." in shown.err
    assert shown.code == 0
    run("lists", "undo", *PRACTICE, "--yes")
    for typed in ("n\n", "y\n60\n"):
        assert run("lists", "import", desk, *PRACTICE, "--again", typed=typed).code == 1
    refused = run("lists", "import", desk, *PRACTICE, "--again", "--yes")
    assert (refused.code, "add --jump if that is right" in refused.err) == (1, True)
    assert run("lists", "import", desk, *PRACTICE, "--again", "--yes", "--jump").code == 0


def test_send_asks_twice_before_an_old_export_and_stops_in_a_script(run: Run, clinic: Path) -> None:
    article = "content/strength-training-for-back-pain.md"
    written(clinic, "left", [person(n, "unsubscribed") for n in range(20)])
    run("lists", *PRACTICE)
    written(clinic, "old", [person(n) for n in range(150)])
    refused = run("send", article, *PRACTICE, "--yes")
    assert refused.code == 1
    assert (
        "20 people whom it calls subscribed left elsewhere, or bounced; it may be an old export."
        in refused.err
    )
    assert "newsletter lists import --practice subscribers/old.csv" in refused.err
    asked = run("send", article, *PRACTICE, "--dry-run", typed="y\n150\n")
    assert (asked.code, "To 130 people" in " ".join(asked.out.split())) == (
        0,
        True,
    )


def test_fates_writes_what_became_of_every_row(run: Run, clinic: Path) -> None:
    written(clinic, "desk", [person(1), person(1), person(2, "unsubscribed"), "nobody,\n"])
    run("lists", *PRACTICE)
    told = run("lists", "fates", "rows.csv", *PRACTICE)
    assert (told.code, "4 rows written to rows.csv." in told.err) == (0, True)
    with (clinic / "rows.csv").open(encoding="utf-8-sig", newline="") as file:
        heading, *rows = csv.reader(file)
    assert heading == ["List", "Line", "What became of it", "Why", "File"]
    assert [row[:4] for row in rows] == [
        ["desk", "2", "taken", ""],
        ["desk", "3", "merged into", "desk:2"],
        ["desk", "4", "suppressed", "unsubscribed"],
        ["desk", "5", "rejected", '"nobody" is no address (An email address must have an @-sign)'],
    ]
    assert {row[4] for row in rows} == {"subscribers/desk.csv"}


def test_explain_says_which_row_said_what(run: Run) -> None:
    run("lists", *PRACTICE)
    told = run("lists", "explain", "Ada.Fontenot@example.com", *PRACTICE)
    assert told.code == 0
    lines = [line.split() for line in told.out.splitlines()]
    assert ["tag", "running", "sample/website:2", "2026-02-03"] in lines
    assert "may be mailed" in told.out
    assert "sign-up form on the website" in told.out
    nobody = run("lists", "explain", "nobody@example.com", *PRACTICE)
    assert (nobody.code, "no list names nobody@example.com" in nobody.err) == (1, True)
    assert "write name@domain" in run("lists", "explain", "nobody", *PRACTICE).err


def test_explain_shows_both_sources_of_a_conflict(run: Run, clinic: Path) -> None:
    for name, city in (("desk", "Gretna"), ("web", "Kenner")):
        (clinic / "subscribers" / f"{name}.csv").write_text(
            f"Email,City,Updated\na@example.com,{city},\n"
        )
        run("lists", *PRACTICE)
    told = run("lists", "explain", "a@example.com", *PRACTICE, "--json").json
    (city,) = (fact for fact in told["facts"] if fact["field"] == "city")
    assert (city["value"], city["list"], city["line"]) == ("Kenner", "web", 2)
    assert [(other["value"], other["list"], other["line"]) for other in city["instead"]] == [
        ("Gretna", "desk", 2)
    ]
    shown = run("lists", "explain", "a@example.com", *PRACTICE).out
    assert "instead Gretna desk:2" in " ".join(shown.split())
    assert "city was Gretna, became Kenner" in shown
    assert "not mailed, no consent" in shown


def test_explain_shows_how_an_address_was_spelt_before(run: Run, clinic: Path) -> None:
    for name, address in (("desk", "Ada@Example.com"), ("web", "ada@example.com")):
        (clinic / "subscribers" / f"{name}.csv").write_text(f"Email\n{address}\n")
        run("lists", *PRACTICE)
    shown = " ".join(run("lists", "explain", "ada@example.com", *PRACTICE).out.split())
    assert "address ada@example.com web:2" in shown
    assert "address was Ada@example.com, became ada@example.com" in shown


def test_count_says_who_is_meant(run: Run) -> None:
    run("lists", *PRACTICE)
    told = run("lists", "count", "in", "New", "Orleans,", "except", "running", *PRACTICE)
    assert told.code == 0
    assert "people in New Orleans, except tagged running." in told.out
    wrong = run("lists", "count", "in New Orlans", *PRACTICE)
    assert (wrong.code, "did you mean New Orleans?" in wrong.err) == (1, True)
    assert run("lists", "count", "everyone", *PRACTICE, "--json").json["recipients"] == 18


@pytest.mark.slow
def test_send_goes_to_the_audience_that_was_asked_for(run: Run, clinic: Path) -> None:
    article = "content/strength-training-for-back-pain.md"
    plan = run("send", article, *PRACTICE, "--dry-run", "--audience", "tagged running")
    assert plan.code == 0
    assert "Audience tagged running" in " ".join(plan.out.split())
    count = run("lists", "count", "tagged running", *PRACTICE, "--json").json["recipients"]
    dry = run("send", article, *PRACTICE, "--dry-run", "--audience", "running", "--json").json
    assert (dry["plan"]["recipients"], dry["plan"]["audience"]) == (count, "tagged running")
    for command in (("preview", article), ("check", article, *PRACTICE)):
        assert run(*command, "--audience", "tagged running").code == 0
        assert "there is no tag rowing" in run(*command, "--audience", "tagged rowing").err


GREETED = {
    "neither": ("Dear reader", "it greets nobody by name"),
    "both": ("Dear Ana and Ben", "it greets them all by first name"),
}


@pytest.mark.parametrize(("family", "subject", "said"), [(one, *GREETED[one]) for one in GREETED])
def test_a_family_is_greeted_as_newsletter_toml_says(
    run: Run, clinic: Path, sandbox: Sandbox, family: str, subject: str, said: str
) -> None:
    settings = clinic / "newsletter.toml"
    settings.write_text(settings.read_text().replace('"neither"\n', f'"{family}"\n'))
    desk = clinic / written(clinic, "desk", [])
    desk.write_text("Email,First name\nus@example.com,Ben\nus@example.com,Ana\n")
    letter(clinic, subject="Dear {{ reader.first_name | default('reader', true) }}")
    assert run("send", LETTER, *PRACTICE, "--yes").code == 0
    skip(sandbox.url, 3600)
    (mail,) = (sandbox.folder / "outbox").rglob("*.eml")
    assert f"\nSubject: {subject}\n" in mail.read_text()
    shown = run("lists", "check", *PRACTICE).out
    assert f'and {said} ([lists] family = "{family}" in newsletter.toml): 1\n' in shown
    assert "  us@example.com, Ana and Ben\n" in shown


def test_words_for_an_audience_that_mean_nothing_are_told_with_their_line(
    run: Run, clinic: Path
) -> None:
    written(clinic, "desk", [person(1)])
    run("lists", *PRACTICE)
    letter(clinic, audience="on desk and tagged runing")
    told = f"{LETTER}:6: audience: there is no tag runing"
    for command, options in OPTIONS.items():
        shown = run(command, LETTER, *options)
        assert (shown.code, told in shown.out + shown.err) == (1, True)
    own = run("preview", LETTER, "--audience", "on dusk")
    told = "audience: there is no list dusk; did you mean desk?"
    assert (own.code, own.err.splitlines()[0]) == (1, told)


LETTER = "content/desk.md"
OPTIONS = {
    "send": (*PRACTICE, "--dry-run"),
    "preview": (),
    "test": (*PRACTICE, "--to", "me@example.com"),
    "check": (*PRACTICE, "--offline"),
}


def letter(clinic: Path, subject: str = "The desk is open", audience: str = "desk") -> None:
    """Write an article whose audience stands on line 6."""
    head = ("id: desk-1", "title: The desk", f'subject: "{subject}"', "preheader: Come in", f"audience: {audience}")  # fmt: skip
    words = "Good morning. The desk is open again from Monday, and we look forward to you."
    (clinic / LETTER).write_text("\n".join(["---", *head, "---", "", words, ""]))


def test_check_shows_doubtful_addresses(run: Run, clinic: Path) -> None:
    written(clinic, "desk", ["beau@gmial.com,\n", person(1)])
    run("lists", *PRACTICE)
    told = run("lists", "check", *PRACTICE)
    assert told.code == 0
    assert "perhaps gmail.com" in told.out
    assert "1 of 2 people look doubtful; nothing was changed." in told.out
    assert "2 of 2 domains not verified" in told.out
    assert run("lists", "check", *PRACTICE, "--json").json["people"] == 2


@pytest.mark.engine("sqlite")
def test_a_store_of_an_older_program_is_brought_up_to_date_and_that_is_said(
    run: Run, clinic: Path
) -> None:
    early = Path(__file__).parents[1] / "store" / "before_versions.sql"
    (clinic / ".newsletter").mkdir(exist_ok=True)
    with closing(sqlite3.connect(clinic / ".newsletter" / "practice.db")) as store:
        store.executescript(early.read_text())
        store.commit()
    told = "The store was made by an older program and is brought up to date first, once;"
    first, second = (run("lists", *PRACTICE) for _time in range(2))
    assert (first.code, second.code) == (0, 0)
    assert (told in first.err, told in second.err) == (True, False)


def test_the_first_of_many_rejected_rows_are_shown_and_where_all_are(
    run: Run, clinic: Path
) -> None:
    written(clinic, "desk", [person(1), *["nobody,\n"] * 60])
    shown = run("lists", *PRACTICE).out
    assert shown.count(": rejected: ") == 10
    assert "... and 50 more; newsletter lists fates FILE --practice writes them all\n" in shown
    assert run("lists", "fates", "all.csv", *PRACTICE).code == 0
    assert (clinic / "all.csv").read_text(encoding="utf-8-sig").count(",rejected,") == 60


def test_files_that_nobody_reads_are_named(run: Run, clinic: Path) -> None:
    folder = clinic / "subscribers"
    written(clinic, "desk", [person(1)])
    (folder / "more").mkdir()
    for name in ("people.numbers", "notes.md", ".hidden", "Thumbs.db", "more/scan.pdf"):
        (folder / name).touch()
    with zipfile.ZipFile(folder / "old.zip", "w") as archive:
        for name in ("a/list.csv", "a/list.numbers", "__MACOSX/._list", "a/.DS_Store"):
            archive.writestr(name, "Email\na@example.com\n")
    told = " was not read: a list is a CSV, Excel, OpenOffice, JSON or zip file"
    for command in ((), ("import", "subscribers", "--dry-run")):
        said = run("lists", *command, *PRACTICE).err
        named = [line.partition(told)[0] for line in said.splitlines() if told in line]
        assert named == [
            "subscribers/more/scan.pdf",
            "subscribers/old.zip#a/list.numbers",
            "subscribers/people.numbers",
        ]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this computer has no /dev/full")
def test_a_full_disk_is_a_sentence(run: Run, clinic: Path) -> None:
    desk = written(clinic, "desk", ["nobody,\n"])
    (clinic / "subscribers" / "rejected").mkdir()
    (clinic / "subscribers" / "rejected" / "desk.csv").symlink_to("/dev/full")
    full = run("lists", "import", desk, *PRACTICE, "--yes", "--jump")
    assert full.code == 1
    assert "the disk is full; make room and type the same command again" in full.err


def test_of_somebody_with_hundreds_of_rows_the_first_are_shown(run: Run, clinic: Path) -> None:
    written(clinic, "desk", ["none@example.com,\n"] * 60)
    run("lists", *PRACTICE)
    told = run("lists", "explain", "none@example.com", *PRACTICE)
    assert told.out.count("subscribers/desk.csv:") == 50
    assert "  ... and 10 more; --json has them all\n" in told.out
    assert len(run("lists", "explain", "none@example.com", *PRACTICE, "--json").json["rows"]) == 60


def test_another_sheet_with_addresses_is_named_and_can_be_merged(run: Run, clinic: Path) -> None:
    shutil.copy(FAIR, clinic / "subscribers" / "fair.xlsx")
    place = "subscribers/fair.xlsx#April"
    told = f"{place} holds addresses too and is not read: newsletter lists import --practice '{place}' merges it."
    assert told in run("lists", *PRACTICE).err
    assert run("lists", "import", place, *PRACTICE, "--yes").code == 0
    lists = [report["list"] for report in run("lists", *PRACTICE, "--json").json["lists"]]
    assert lists == ["fair", "fair/April"]
