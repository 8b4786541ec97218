"""A mail that asks somebody to confirm the address: it can be looked at, but goes to no list."""

import shutil
from pathlib import Path

import pytest

from newsletter.cli.preview_page import means_of
from newsletter.cli.project import open_project
from newsletter.sandbox import Sandbox
from tests.cli.conftest import ROOT, Run, mails

CONFIRM = "content/system/confirm-your-address.md"
SAMPLE = "https://www.clockworkperform.com/c/sample"


@pytest.fixture(autouse=True)
def confirm(clinic: Path) -> Path:
    """The mail, in the clinic's folder."""
    (clinic / "content" / "system").mkdir()
    return Path(shutil.copy(ROOT / CONFIRM, clinic / CONFIRM))


def test_it_can_be_checked(run: Run) -> None:
    found = run("check", CONFIRM, "--practice", "--quick", "--json").json
    assert [one["rule"] for one in found if one["severity"] == "error"] == []


def test_what_comes_next_is_a_test_and_never_a_send(run: Run, sandbox: Sandbox) -> None:
    checked = run("check", CONFIRM, "--practice", "--quick")
    assert f"Next: newsletter test {CONFIRM} --practice --to YOUR-ADDRESS" in checked.err
    tested = run("test", CONFIRM, "--to", "me@example.com", "--practice")
    assert "3 tests went to me@example.com. This mail goes to no list." in tested.err
    assert "newsletter send" not in checked.err + tested.err


def test_it_can_be_previewed_as_everybody(run: Run, clinic: Path) -> None:
    assert run("preview", CONFIRM, "--write").code == 0
    written = list((clinic / ".newsletter/preview/confirm-your-address").glob("*.txt"))
    assert written
    assert all(SAMPLE in page.read_text() for page in written)
    means = means_of(open_project(practice=True), Path(CONFIRM))
    assert SAMPLE in means.compose().letter.view(means.stranger()).text


def test_it_can_be_sent_as_a_test(run: Run, sandbox: Sandbox) -> None:
    assert run("test", CONFIRM, "--to", "me@example.com", "--practice").code == 0
    assert {mail.address for mail in mails(sandbox)} == {"me@example.com"}


def test_it_goes_to_no_list_as_a_sample_confirms_nobody(run: Run, sandbox: Sandbox) -> None:
    sent = run("send", CONFIRM, "--practice", "--yes")
    assert sent.code == 1
    assert f"{CONFIRM} is a mail for one person who asks for the letter" in sent.err
    assert f"newsletter test {CONFIRM} --practice --to YOUR-ADDRESS" in sent.err
    assert mails(sandbox) == []


def test_an_article_for_lists_has_nothing_to_confirm(run: Run, clinic: Path, confirm: Path) -> None:
    shutil.copy(confirm, clinic / "content" / "confirm.md")
    assert run("check", "content/confirm.md", "--practice", "--quick").code == 1
