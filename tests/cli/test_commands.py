"""Each command beside send: what it says, writes and exits with."""

import csv
import io
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from newsletter.config import load_settings
from newsletter.edition import load_edition
from newsletter.sandbox import Sandbox, running, serve, stop
from newsletter.store import is_there

from .conftest import ARTICLE, Run, mails

SEND = ("send", ARTICLE, "--practice", "--yes")


def test_new_starts_a_blank_edition_that_loads(run: Run, clinic: Path) -> None:
    made = run("new", "Knees & stairs")
    assert made.code == 0
    (path,) = set((clinic / "content").glob("*.md")) - {clinic / ARTICLE}
    assert load_edition(path, clinic).title == "Knees & stairs"
    assert f"content/{path.name} is ready" in made.out
    assert "newsletter preview" in made.err


@pytest.mark.parametrize(
    "template", ["digest", "announcement", "plain", "welcome", "report", "mine"]
)
def test_new_starts_any_kind_of_letter(run: Run, clinic: Path, template: str) -> None:
    for ending in ("mjml", "txt"):
        shutil.copy(
            clinic / f"templates/email/plain.{ending}", clinic / f"templates/email/mine.{ending}"
        )
    assert run("new", "Knees", "--template", template).code == 0
    (path,) = set((clinic / "content").glob("*.md")) - {clinic / ARTICLE}
    assert load_edition(path, clinic).template == template
    assert run("preview", f"content/{path.name}").code == 0


def test_new_names_the_templates_that_there_are(run: Run) -> None:
    told = run("new", "Knees", "--template", "digets")
    assert (told.code, "did you mean digest?" in told.err) == (1, True)
    assert "there are announcement, article, digest, plain, report, welcome" in run("new", "Knees", "--template", "xyz").err  # fmt: skip


def test_new_takes_a_saved_page_as_another_kind_of_letter(run: Run, clinic: Path) -> None:
    (clinic / "page.html").write_text("<article><h1>Hips</h1><p>They open.</p></article>")
    assert run("new", "--from", "page.html", "--template", "plain").code == 0
    edition = load_edition(clinic / "content" / "hips.md", clinic)
    assert (edition.template, edition.body.strip()) == ("plain", "They open.")


def test_new_asks_for_a_title(run: Run, clinic: Path) -> None:
    assert run("new", typed="Hips\n").code == 0
    assert len(list((clinic / "content").glob("*.md"))) == 2


RECEIVED = """\
Why sleep matters
Sleep is when tissue repairs itself. Most adults need seven hours.
A dark room helps.
———————-
Article posted by:
Dana Rivers
https://www.example.com/dana
Metairie
"""


def test_new_takes_a_text_as_it_was_received(run: Run, clinic: Path) -> None:
    (clinic / "received.txt").write_text(RECEIVED)
    made = run("new", "--from", "received.txt")
    assert made.code == 0
    (path,) = set((clinic / "content").glob("*.md")) - {clinic / ARTICLE}
    edition = load_edition(path, clinic)
    assert edition.title == "Why sleep matters"
    assert edition.details["author"] == "Dana Rivers"
    assert "Sleep is when tissue repairs itself. Most adults need seven hours." in edition.body


def test_new_like_an_earlier_edition(run: Run, clinic: Path) -> None:
    assert run("new", "Strong hips", "--like", ARTICLE).code == 0
    (path,) = set((clinic / "content").glob("*.md")) - {clinic / ARTICLE}
    old, new = load_edition(clinic / ARTICLE, clinic), load_edition(path, clinic)
    assert (new.title, new.body) == ("Strong hips", old.body)
    assert new.id != old.id


def test_new_never_writes_over_a_file(run: Run, clinic: Path) -> None:
    run("new", "Hips")
    again = run("new", "Hips")
    assert again.code == 1
    assert "Traceback" not in again.err


def test_new_takes_one_source(run: Run) -> None:
    assert run("new", "--from", "a", "--like", "b").code == 2


def test_preview_writes_each_kind_of_reader(run: Run, clinic: Path) -> None:
    run("lists", "--practice")
    shown = run("preview", ARTICLE)
    assert shown.code == 0
    folder = clinic / ".newsletter" / "preview" / "strength-training-for-back-pain"
    assert sorted(path.name for path in folder.iterdir()) == [
        "longest-name.html",
        "longest-name.txt",
        "nothing-known.html",
        "nothing-known.txt",
        "version-1.html",
        "version-1.txt",
        "version-2.html",
        "version-2.txt",
    ]
    page = (folder / "version-1.html").read_text()
    assert "data:image/png;base64," in page
    assert "cid:" not in page


def test_check_says_what_is_wrong(run: Run, clinic: Path) -> None:
    good = run("check", ARTICLE, "--practice", "--quick")
    assert good.code == 0
    assert "info: newsletter.toml: the clinic's postal address is not set" in good.out
    source = (clinic / ARTICLE).read_text()
    (clinic / ARTICLE).write_text(source + "\n\nDear {{ reader.last_name }}, TODO\n")
    run("lists", "--practice")
    bad = run("check", ARTICLE, "--practice", "--quick", "--json")
    assert bad.code == 1
    wrong = [finding["rule"] for finding in bad.json if finding["severity"] == "error"]
    assert sorted(wrong) == ["tpl/missing-value", "tpl/placeholder"]
    (clinic / ARTICLE).write_text(source + "\n\nTODO\n")
    bad = run("check", ARTICLE, "--practice", "--quick")
    assert bad.code == 1
    assert "“TODO” was left in the letter" in bad.out
    assert "1 error, 0 warnings, 1 note; of " in bad.err


def test_an_article_with_an_error_is_not_sent(run: Run, clinic: Path, sandbox: Sandbox) -> None:
    (clinic / ARTICLE).write_text((clinic / ARTICLE).read_text() + "\n\nTODO\n")
    for words in (SEND, (*SEND, "--json")):
        sent = run(*words)
        assert sent.code == 1
        assert "TODO" in sent.err
    assert mails(sandbox) == []


def test_lists_shows_the_fate_of_every_row(run: Run) -> None:
    shown = run("lists", "--practice")
    assert shown.code == 0
    rows = [line.split() for line in shown.out.splitlines()]
    assert ["together", "18", "7", "4", "5", "5", "39"] in rows
    assert "subscribers/sample/front-desk.csv:5: rejected:" in shown.out
    assert 'consent = "confirmed"' in shown.out
    assert shown.out.endswith("1 person left out: not confirmed.\n")
    again = run("lists", "--practice", "--json")
    assert again.json["merge"]["files"] == []
    assert again.json["audience"]["recipients"] == 18


def test_lists_without_lists_say_where_to_put_them(run: Run) -> None:
    shown = run("lists", key="SG.some.key")
    assert shown.code == 0
    assert "There are no lists yet: put CSV files into subscribers/" in shown.out


def test_whoever_is_gone_from_a_list_is_told(run: Run, clinic: Path) -> None:
    run("lists", "--practice")
    path = clinic / "subscribers" / "sample" / "website.csv"
    path.write_text("\n".join(path.read_text().splitlines()[:5]) + "\n")
    assert "no longer in sample/website: they stay as they were" in run("lists", "--practice").err


def test_a_test_goes_to_one_address_in_every_version(run: Run, sandbox: Sandbox) -> None:
    sent = run("test", ARTICLE, "--to", "Me@Example.com", "--practice")
    assert sent.code == 0
    assert [mail.address for mail in mails(sandbox)] == ["Me@example.com"] * 4
    assert run("test", ARTICLE, "--to", "nobody", "--practice").code == 1
    assert "write name@domain" in run("test", ARTICLE, "--to", "nobody", "--practice").err


def test_the_report_has_a_row_a_person(run: Run, sandbox: Sandbox, clinic: Path) -> None:
    run(*SEND)
    report = run("report", "--practice")
    assert "ada.fontenot@example.com" in report.out
    assert "18 frozen = 18 accepted" in report.out
    assert len(run("report", "1", "--practice", "--json").json["people"]) == 18
    written = run("report", "--practice", "--csv", "who.csv")
    assert written.code == 0
    rows = list(csv.DictReader((clinic / "who.csv").open(encoding="utf-8-sig")))
    assert len(rows) == 18
    assert rows[0]["outcome"] == "accepted"
    assert rows[0]["send_at"].endswith(("CST", "CDT"))
    printed = run("report", "--practice", "--csv", "-")
    assert len(list(csv.DictReader(io.StringIO(printed.out)))) == 18


def test_a_name_that_looks_like_a_formula_is_harmless_in_a_spreadsheet(
    run: Run, sandbox: Sandbox, clinic: Path
) -> None:
    with (clinic / "subscribers" / "sample" / "website.csv").open("a") as file:
        file.write("formula@example.com,=1+1,X,Gretna,en,,subscribed,2026-11-01\n")
    run(*SEND)
    assert "'=1+1" in run("report", "--practice", "--csv", "-").out


def test_the_rows_go_into_a_file_and_the_sums_to_another_program(
    run: Run, clinic: Path, sandbox: Sandbox
) -> None:
    run(*SEND)
    both = run("report", "--practice", "--json", "--csv", "who.csv")
    assert both.code == 0
    with (clinic / "who.csv").open(encoding="utf-8-sig") as file:
        written = [row["address"] for row in csv.DictReader(file)]
    assert written == [row["address"] for row in both.json["people"]]
    assert len(written) == 18
    twice = run("report", "--practice", "--json", "--csv", "-")
    assert twice.code == 2
    assert "--json and --csv - both print" in twice.err


def test_campaigns_and_status(run: Run, sandbox: Sandbox) -> None:
    assert "Nothing was sent yet." in run("campaigns", "--practice").out
    for command in ("status", "report", "undo"):
        nothing = run(command, "--practice")
        assert nothing.code == 1
        assert "nothing was sent yet" in nothing.err
    run(*SEND)
    assert "handed over" in run("campaigns", "--practice").out
    (listed,) = run("campaigns", "--practice", "--json").json
    assert (listed["counts"]["accepted"], listed["state"]) == (18, "handed over")
    status = run("status", "--practice")
    assert "State       handed over" in status.out
    assert "Undo until" in status.out
    assert run("status", "1", "--practice", "--json").json["state"] == "handed over"
    assert run("status", "7", "--practice").code == 1
    assert run("undo", "--practice", typed="n\n").code == 1
    undone = run("undo", "--practice", "--json", typed="y\n")
    assert undone.code == 0
    assert "undone" in run("campaigns", "--practice").out
    assert "State    undone" in run("status", "--practice").out


def test_a_command_that_is_named_can_be_typed_as_it_stands_in_a_folder_of_the_project(
    run: Run, sandbox: Sandbox, clinic: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(clinic / "content")
    assert run("lists", "read", "subscribers/sample/website.csv").code == 0
    assert run("check", ARTICLE, "--practice", "--quick").code == 0
    planned = run("send", ARTICLE, "--practice", "--dry-run")
    assert f"Next: newsletter send {Path(ARTICLE).name} --practice" in planned.err
    missing = run("check", "content/nobody.md", "--practice", "--quick")
    assert "there is no such file" in missing.out
    assert run("check", "x" * 5000, "--practice", "--quick").code == 1


def test_setup_asks_and_keeps(run: Run, clinic: Path) -> None:
    typed = "news@clockworkperform.com\nClockwork Perform\n\n1 Made-up Street, New Orleans, LA 70112\nCall us\nSG.made.up\n"
    done = run("setup", typed=typed)
    assert done.code == 0, done.err
    assert "SG.made.up" not in done.out + done.err
    toml = (clinic / "newsletter.toml").read_text()
    assert 'email = "news@clockworkperform.com"' in toml
    assert 'postal_address = "1 Made-up Street, New Orleans, LA 70112"' in toml
    assert "SG.made.up" in (clinic / ".env").read_text()
    again = run("setup", typed="\n\n\n\n\n\n")
    assert again.code == 0
    assert (clinic / "newsletter.toml").read_text() == toml


def test_setup_says_that_a_key_of_the_environment_is_used_before_the_one_it_keeps(run: Run) -> None:
    typed = "\n\n\n\n\nSG.made.up\n"
    assert "Another key is used first" not in run("setup", typed=typed).err
    told = run("setup", typed=typed, key="SG.the.terminals").err
    assert "Another key is used first: SENDGRID_API_KEY of this terminal's environment." in told


def test_setup_asks_again_for_what_is_no_address(run: Run, clinic: Path) -> None:
    typed = "nonsense\nnews@clockworkperform.com\n\ndesk\n\n\n\n\n"
    done = run("setup", typed=typed)
    assert done.code == 0, done.err
    assert 'Error: "nonsense" is no address (' in done.err
    assert 'Error: "desk" is no address (' in done.err
    sender = load_settings(clinic, {}).sender
    assert (sender.email, sender.reply_to) == ("news@clockworkperform.com", "")


def test_a_sandbox_that_shall_misbehave_says_so(clinic: Path) -> None:
    words = ["sandbox", "--trouble", "0.2", "--seed", "17", "--outbox", "none"]
    process = subprocess.Popen(
        [sys.executable, "-m", "newsletter", *words], cwd=clinic, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    told = process.stderr.readline()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert told == "It misbehaves: 20% of all requests go wrong, by chance 17.\n"
    assert process.returncode == 0


def test_a_slip_of_the_pen_moves_no_clock_beyond_its_end(run: Run, sandbox: Sandbox) -> None:
    slipped = run("sandbox", "skip", "3000000d")
    assert slipped.code == 2
    assert "3000000d is more than a year; write 366d or less" in slipped.err
    assert run("sandbox", "skip", "366d").code == 0
    assert run("send", ARTICLE, "--practice", "--dry-run").code == 0


@pytest.mark.parametrize("command", [("preview", ARTICLE, "--live"), ("sandbox",), ("serve",)])
def test_a_port_that_no_computer_has_is_wrong_usage(run: Run, command: tuple[str, ...]) -> None:
    assert run(*command, "--port", "99999").code == 2


def test_a_number_that_no_campaign_can_have_is_told(run: Run) -> None:
    number = "9" * 30
    assert f"there is no campaign {number}; type" in run("status", number, "--practice").err


def test_the_sandbox_is_found_moved_stopped_and_emptied(
    run: Run, clinic: Path, sandbox: Sandbox
) -> None:
    found = run("sandbox")
    assert f"The sandbox runs already; its inbox: {sandbox.url}/" in found.out
    assert run("sandbox", "skip", "soon").code == 2
    assert "In the sandbox it is now" in run("sandbox", "skip", "15m").out
    run(*SEND)
    assert run("sandbox", "reset", typed="n\n").code == 1
    assert run("sandbox", "reset", "--yes").code == 0
    assert "No sandbox runs." in run("sandbox", "stop").out
    assert "Nothing was sent yet." in run("campaigns", "--practice").out


@pytest.mark.slow
def test_practice_starts_a_sandbox_of_its_own_in_the_background(run: Run, clinic: Path) -> None:
    folder = clinic / ".newsletter" / "sandbox"
    try:
        assert run(*SEND).code == 0
        assert running(folder) is not None
        assert "The sandbox has ended." in run("sandbox", "stop").out
        with serve(folder) as again:
            assert len(mails(again)) == 18
    finally:
        stop(folder)


def test_real_pages_are_not_served_from_the_practice_store(run: Run, clinic: Path) -> None:
    """A service often has no keyring: whoever left would have left only in practice."""
    (clinic / "newsletter.toml").write_text('[site]\nurl = "https://news.example.com"\n')
    served = run("serve")
    assert served.code == 1
    assert "there is no SendGrid key; type newsletter setup" in served.err


def test_where_real_letters_were_sent_a_missing_key_is_no_practice(
    run: Run, clinic: Path, sandbox: Sandbox
) -> None:
    (clinic / "gone.csv").write_text("email\nada.fontenot@example.com\n")
    assert run("lists", "suppress", "gone.csv", key="SG.practice.only").code == 0
    for words in (["forget", "ada@example.com", "--yes"], ["undo", "1"], ["lists"], ["campaigns"]):
        told = run(*words)
        assert told.code == 1
        assert "the SendGrid key is not found any more" in told.err
        assert "there is a store of real letters" in told.err
    assert not is_there(load_settings(clinic, {}).store_address(practice=True))
    assert run("campaigns", "--practice").code == 0


def test_a_doctor_who_looked_before_there_was_a_key_leaves_practice_as_it_is(
    run: Run, sandbox: Sandbox, clinic: Path
) -> None:
    assert "newsletter setup" in run("doctor").out
    assert is_there(load_settings(clinic, {}).store_address(practice=False))
    assert run("campaigns").code == 0
    assert run("check", ARTICLE, "--quick").code == 0


def test_a_port_that_is_taken_is_said_before_anything_is_served(
    run: Run, clinic: Path, sandbox: Sandbox
) -> None:
    (clinic / "newsletter.toml").write_text('[site]\nurl = "https://news.example.com"\n')
    port = sandbox.url.rpartition(":")[2]
    told = run("serve", "--practice", "--port", port)
    assert (told.code, told.out) == (1, "")
    assert f"port {port} cannot be used at 127.0.0.1 (Address already in use)" in told.err
    assert run("serve", "--practice", "--port", "99999").code == 2
    nowhere = run("serve", "--practice", "--host", "no.such.computer.invalid")
    assert (nowhere.code, "cannot be used at no.such" in nowhere.err) == (1, True)


def test_serving_needs_a_site(run: Run) -> None:
    served = run("serve", "--practice")
    assert served.code == 1
    assert "[site] url is empty, so SendGrid hosts the unsubscribe page" in served.err


@pytest.mark.parametrize("name", ["on a walk.md", "it's spring.md", "Übung.md"])
@pytest.mark.parametrize("folder", [".", "content", "subscribers/sample"])
def test_a_command_that_is_named_can_be_typed_as_it_stands(
    run: Run,
    clinic: Path,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    folder: str,
    name: str,
) -> None:
    (clinic / ARTICLE).rename(clinic / "content" / name)
    monkeypatch.chdir(clinic / folder)
    typed = os.path.relpath(clinic / "content" / name)
    checked = run("check", typed, "--practice", "--quick")
    tested = run("test", typed, "--practice", "--to", "me@example.com")
    previewed = run("preview", typed, "--practice")
    sent = run("send", typed, "--practice", "--yes")
    taken_back = run("undo", "--practice", "--yes")
    for said in (checked, tested, previewed, sent, taken_back):
        assert said.code == 0, said.err
        (command,) = re.findall(r"newsletter (?:send|test|report) .*?(?= says|\n)", said.err)
        words = shlex.split(command.replace("YOUR-ADDRESS", "me@example.com"))
        assert run(*words[1:], *(["--dry-run"] if words[1] == "send" else [])).code == 0, command
