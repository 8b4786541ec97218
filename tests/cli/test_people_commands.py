"""Forgetting, giving out, exporting and suppressing people."""

import csv
import json
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from sqlalchemy import select
from xlsxwriter import Workbook

from newsletter.audience.export import FORMS
from newsletter.config import load_settings
from newsletter.sandbox import Sandbox, serve
from newsletter.store import metadata, open_store

from .conftest import ARTICLE, Run

PRACTICE = ("--practice",)
ADA = "ada.fontenot@example.com"
SEND = ("send", ARTICLE, "--practice", "--yes")


def everything(clinic: Path) -> str:
    """Every value of every table of the practice store."""
    store = open_store(load_settings(clinic, {}).store_address(practice=True))
    with store.read() as connection:
        found = "\n".join(
            str(row)
            for table in metadata.sorted_tables
            for row in connection.execute(select(table))
        )
    store.close()
    return found


def test_forget_names_every_file_that_holds_the_address(run: Run, clinic: Path) -> None:
    folder, row = clinic / "subscribers", f"Email\n{ADA.upper()}\n"
    (folder / "sample" / "website.csv").unlink()
    (folder / "wide.csv").write_text(row, encoding="utf-16")
    (folder / "far.csv").write_text("Email\n" + "x" * ((1 << 20) - 10) + ADA)
    (folder / "other.csv").write_text("Email\nbo@example.com\n")
    with Workbook(folder / "fair.xlsx") as book:
        book.add_worksheet().write_column(0, 0, row.split())
    with ZipFile(folder / "old.zip", "w", ZIP_DEFLATED) as packed:
        packed.writestr("list.csv", row)
    with ZipFile(folder / "book.zip", "w") as packed:
        packed.write(folder / "fair.xlsx", "fair.xlsx")
    (folder / "broken.zip").write_bytes(
        (folder / "old.zip").read_bytes().replace(b"PK\x03\x04", b"PK\x03\x05")
    )
    told = run("forget", ADA, *PRACTICE, "--yes", "--json").json["files"]
    assert [file for file in told if "sample" not in file] == [
        "subscribers/book.zip",
        "subscribers/broken.zip (this zip is broken, so perhaps it)",
        *(f"subscribers/{name}" for name in ("fair.xlsx", "far.csv", "old.zip", "wide.csv")),
    ]


def test_forget_names_exports_reports_and_what_was_practised(
    run: Run, clinic: Path, sandbox: Sandbox
) -> None:
    shutil.rmtree(clinic / "subscribers" / "sample")
    (clinic / "subscribers" / "desk.csv").write_text(f"Email\n{ADA}\nadä@münchen.example.com\n")
    (clinic / "subscribers" / "desk.toml").write_text('[list]\nconsent = "confirmed"\n')
    run(*SEND)
    run("report", "--csv", "who-got-it.csv", *PRACTICE)
    (clinic / "old").mkdir()
    (clinic / "old" / "copy.csv").write_text(f"Email\n{ADA}\nadä@xn--mnchen-3ya.example.com\n")
    (clinic / ".newsletter" / "sendgrid-eu.db").write_text(f"as a database holds {ADA}")
    (clinic / ".git").mkdir()
    (clinic / ".git" / "index").write_text(ADA)
    earnest = {"key": "SG.test", "host": sandbox.url}
    told = run("forget", ADA, "--yes", **earnest)
    assert told.code == 0
    assert [line for line in told.err.splitlines() if "still names" in line] == [
        "What was practised still names them: newsletter sandbox reset forgets all of it.",
        ".newsletter/sendgrid-eu.db still names them: it is not this account's store; forget them there too, or remove it.",
        "old/copy.csv still names them: remove that row there.",
        "subscribers/desk.csv still names them: remove that row there.",
        "who-got-it.csv still names them: remove that row there.",
    ]
    run("sandbox", "reset", "--yes")
    other = run("forget", "adä@münchen.example.com", "--yes", "--json", **earnest).json["files"]
    assert other == ["old/copy.csv", "subscribers/desk.csv", "who-got-it.csv"]


@pytest.mark.engine("sqlite")
def test_what_is_kept_of_people_is_for_nobody_else_on_this_computer(
    run: Run, clinic: Path, sandbox: Sandbox
) -> None:
    run(*SEND)
    run("preview", ARTICLE)
    kept = [*(clinic / ".newsletter").glob("practice.db*")]
    kept += [clinic / ".newsletter" / "sandbox", *(clinic / ".newsletter" / "preview").iterdir()]
    assert len(kept) >= 3
    assert [path.name for path in kept if stat.S_IMODE(path.stat().st_mode) & 0o077] == []


@pytest.mark.engine("sqlite")
def test_forget_leaves_nothing_in_the_log_while_the_pages_are_served(
    run: Run, clinic: Path
) -> None:
    run("lists", *PRACTICE)
    file = clinic / ".newsletter" / "practice.db"
    serving = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); "
        "c.execute('SELECT * FROM subscriber').fetchall(); print('open', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", serving, str(file)], stdin=PIPE, stdout=PIPE, text=True
    ) as pages:
        assert pages.stdout is not None
        assert pages.stdout.readline() == "open\n"
        run("forget", ADA, "--yes", *PRACTICE)
        raw = b"".join(path.read_bytes() for path in file.parent.glob("practice.db*"))
        pages.communicate("\n")
    assert ADA.encode() not in raw


@pytest.mark.engine("sqlite")
def test_forget_leaves_nothing_of_a_person_but_a_digest(
    run: Run, clinic: Path, sandbox: Sandbox
) -> None:
    run(*SEND)
    early = run("forget", ADA, *PRACTICE, "--yes")
    assert early.code == 1
    assert "has not left (campaign 1): take it back with newsletter undo 1" in early.err
    run("sandbox", "skip", "1h")
    run("preview", ARTICLE)
    assert ADA in everything(clinic)
    copy = clinic / ".newsletter" / "practice.before-0003.db"
    shutil.copy(clinic / ".newsletter" / "practice.db", copy)
    assert run("forget", ADA, *PRACTICE, typed="n\n").code == 1
    assert copy.exists()
    gone = run("forget", "ADA.Fontenot@example.com", *PRACTICE, typed="y\n")
    assert gone.code == 0
    assert "Erased: 3 rows of lists, 1 mail, 1 note that" in gone.out
    assert "subscribers/sample/website.csv still names them" in gone.err
    asked = run("lists", "explain", ADA, *PRACTICE)
    assert (asked.code, f"{ADA} asked to be forgotten" in asked.err) == (1, True)
    kept = everything(clinic)
    for trace in (ADA, "Fontenot"):
        assert trace not in kept
    raw = b"".join(path.read_bytes() for path in (clinic / ".newsletter").glob("practice.db*"))
    assert b"Fontenot" not in raw
    assert not copy.exists()


@pytest.mark.engine("sqlite")
def test_whoever_asks_to_be_forgotten_gets_nothing_new_although_sendgrid_is_away(
    run: Run, clinic: Path
) -> None:
    earnest = {"key": "SG.practice.only"}
    (clinic / "subscribers" / "desk.csv").write_text(f"Email\n{ADA}\n")
    (clinic / "subscribers" / "desk.toml").write_text('[list]\nconsent = "confirmed"\n')
    toml = (clinic / "newsletter.toml").read_text()
    (clinic / "newsletter.toml").write_text(
        toml.replace('email = ""', 'email = "news@clinic.example.com"')
    )
    with serve(clinic / ".newsletter" / "sandbox") as away:
        earnest["host"] = away.url
        assert "1  handed to SendGrid" in run("send", ARTICLE, "--yes", **earnest).out
    assert run("forget", ADA, "--yes", **earnest).code == 3
    assert ADA in run("lists", "suppressed", "-", **earnest).out


def test_forget_also_erases_an_address_that_a_rejected_row_was_told_with(
    run: Run, clinic: Path
) -> None:
    (clinic / "fair.csv").write_text(f"Email\n{ADA.title()} home\nbeau@example.com\n")
    run("lists", "import", "fair.csv", "--yes", "--jump", *PRACTICE)
    assert ADA.title() in everything(clinic)
    run("forget", ADA, "--yes", *PRACTICE)
    assert ADA not in everything(clinic).lower()
    run("lists", "fates", "fates.csv", *PRACTICE)
    assert "fair,2,rejected,this person asked to be forgotten" in (clinic / "fates.csv").read_text()


def test_the_erased_do_not_come_back_by_any_list_and_the_fates_add_up(
    run: Run, clinic: Path
) -> None:
    run("lists", *PRACTICE)
    assert run("forget", ADA, *PRACTICE, "--yes", "--json").json["rows"] == 3
    (clinic / "subscribers" / "new.csv").write_text(f"Email\n{ADA}\n")
    (clinic / "subscribers" / "new.toml").write_text('[list]\nconsent = "confirmed"\n')
    run("lists", "import", "subscribers/new.csv", *PRACTICE, "--yes")
    run("lists", "suppress", "subscribers/new.csv", *PRACTICE)
    assert ADA not in everything(clinic)
    reports = run("lists", *PRACTICE, "--json").json["lists"]
    assert all(sum(report["fates"].values()) == report["rows"] for report in reports)
    (new,) = (report for report in reports if report["list"] == "new")
    assert [fate["why"] for fate in new["rejected"]] == ["this person asked to be forgotten"]
    assert not (clinic / "subscribers" / "rejected" / "new.csv").exists()
    assert "Nothing was known of" in run("forget", ADA, *PRACTICE, "--yes").out


def test_export_person_gives_all_that_is_known(run: Run, sandbox: Sandbox) -> None:
    run(*SEND)
    told = run("export", "--person", ADA, *PRACTICE).json
    assert told["address"] == ADA
    assert [row[0] for row in told["lists"]["rows"]] == [
        "sample/front-desk",
        "sample/open-house",
        "sample/website",
    ]
    (mail,) = told["mails"]
    assert (mail["address"], mail["outcome"]) == (ADA, "accepted")
    nobody = run("export", "--person", "nobody@example.com", *PRACTICE)
    assert (nobody.code, "nothing is known of nobody@example.com" in nobody.err) == (1, True)


@pytest.mark.parametrize("form", FORMS)
def test_export_writes_what_each_program_imports_and_this_one_reads(
    run: Run, clinic: Path, form: str
) -> None:
    run("lists", *PRACTICE)
    done = run("export", "out.csv", "--for", form, *PRACTICE)
    assert done.code == 0
    assert "18 people written to out.csv" in done.err
    rows = list(csv.reader((clinic / "out.csv").open(encoding="utf-8-sig")))
    assert rows[0] == [*FORMS[form].columns]
    assert len(rows) == 19
    again = run("lists", "import", "out.csv", *PRACTICE, "--dry-run", "--json").json
    assert (again["rows"], again["rejected"], again["new"]) == (18, 0, 0)


def test_export_takes_an_audience_and_one_target(run: Run) -> None:
    run("lists", *PRACTICE)
    shown = run("export", "-", "--audience", "tagged running", *PRACTICE)
    count = run("lists", "count", "running", *PRACTICE, "--json").json["recipients"]
    assert len(shown.out.splitlines()) == count + 1
    assert run("export", *PRACTICE).code == 2
    assert "cannot be written" in run("export", "no/such/folder.csv", *PRACTICE).err


def test_suppression_files_go_in_and_come_out(run: Run, clinic: Path) -> None:
    run("lists", *PRACTICE)
    (clinic / "left.csv").write_text(
        f"Email,Status\n{ADA.upper()},\nb@example.com,bounced\nnobody,\n"
    )
    done = run("lists", "suppress", "left.csv", *PRACTICE)
    assert done.code == 0
    assert "3 rows: 2 new, 0 known already." in done.out
    assert "row 4 rejected" in done.out
    assert run("lists", "suppress", "left.csv", *PRACTICE, "--json").json["new"] == 0
    assert run("lists", *PRACTICE, "--json").json["audience"]["recipients"] == 17
    assert run("lists", "suppressed", "out.csv", *PRACTICE).code == 0
    rows = list(csv.DictReader((clinic / "out.csv").open(encoding="utf-8-sig")))
    assert [(row["Email"], row["Status"], row["Said by"]) for row in rows] == [
        (ADA, "unsubscribed", "left.csv"),
        ("b@example.com", "bounced", "left.csv"),
        ("left.already@example.com", "unsubscribed", "sample/old-tool:3"),
        ("wendy.trahan@example.org", "bounced", "sample/old-tool:4"),
        ("xavier.daigle@example.net", "unsubscribed", "sample/old-tool:5"),
        ("zoe.lejeune@example.net", "complained", "sample/old-tool:8"),
    ]
    assert json.loads(run("lists", "suppress", "out.csv", *PRACTICE, "--json").out)["rows"] == 6


def test_whoever_is_in_a_suppression_file_gets_no_mail_however_odd_their_row_is(
    run: Run, clinic: Path
) -> None:
    rows = (
        "a@example.com,Manual removal\nb@example.com;c@example.com,,too many\nnobody,unsubscribed\n"
    )
    (clinic / "left.csv").write_text(f"Email,Status\n{rows}")
    done = run("lists", "suppress", "left.csv", *PRACTICE)
    assert "3 rows: 3 new, 0 known already." in done.out
    assert "row 4 rejected" in done.out
    assert run("lists", "suppress", "left.csv", *PRACTICE, "--json").json["new"] == 0
    run("lists", "suppressed", "out.csv", *PRACTICE)
    gone = (clinic / "out.csv").read_text(encoding="utf-8-sig")
    assert [f"{name}@example.com,unsubscribed" in gone for name in "abc"] == [True] * 3


@pytest.mark.parametrize(
    "words", [["lists", "suppressed"], ["lists", "fates"], ["export"], ["report", "--csv"]]
)
def test_a_list_that_was_meant_to_be_read_is_not_written_over(
    run: Run, clinic: Path, sandbox: Sandbox, words: list[str]
) -> None:
    """`lists suppressed` writes, `lists suppress` reads: one letter, and those who left would be lost."""
    run(*SEND)
    leavers = clinic / "leavers.csv"
    for content in (b"Email\r\nada@example.com\r\n", b"PK\x03\x04\0\0\n"):
        leavers.write_bytes(content)
        told = run(*words, "leavers.csv", *PRACTICE)
        assert told.code == 1
        assert (
            "leavers.csv is there already and holds something else: it was left alone" in told.err
        )
        assert leavers.read_bytes() == content
    for _again in range(2):
        assert run(*words, "fresh.csv", *PRACTICE).code == 0
