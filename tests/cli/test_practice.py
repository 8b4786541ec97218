"""In practice every command that is named stays in practice: a campaign's number means another one in earnest."""

import re
from pathlib import Path

import pytest

from newsletter.cli.wording import in_practice
from newsletter.sandbox import Sandbox, skip

from .conftest import ARTICLE, Ran, Run

SEND = ("send", ARTICLE, "--practice", "--yes")
NAMED = re.compile(r"newsletter (?:send|test|lists|campaigns|status|undo|report)\b.*")


@pytest.mark.parametrize(
    ("said", "better"),
    [
        ("take it back: newsletter undo 2", "take it back: newsletter undo 2 --practice"),
        ("newsletter undo 2 --practice", "newsletter undo 2 --practice"),
        ("type newsletter undo again", "type newsletter undo --practice again"),
        ("newsletter report 1 --csv who.csv", "newsletter report 1 --practice --csv who.csv"),
        ("newsletter report NUMBER says", "newsletter report NUMBER --practice says"),
        ("newsletter send content/a.md goes on", "newsletter send content/a.md --practice goes on"),
        ("newsletter new --like content/a.md", "newsletter new --like content/a.md"),
        ("type newsletter setup", "type newsletter setup"),
    ],
)
def test_a_command_that_is_named_gets_the_switch(said: str, better: str) -> None:
    assert in_practice(said) == better


def told(ran: Ran) -> list[str]:
    """The commands that were named."""
    return NAMED.findall(ran.err)


def test_every_command_says_so(run: Run, sandbox: Sandbox, clinic: Path) -> None:
    sent = [run("test", ARTICLE, "--to", "me@example.com", "--practice")]
    sent += [run("send", ARTICLE, "--practice", "--dry-run"), run(*SEND)]
    sent += [run("campaigns", "--practice"), run("report", "--practice")]
    (clinic / ARTICLE).write_text((clinic / ARTICLE).read_text() + "\nEdited.\n")
    sent += [run(*SEND), run("status", "7", "--practice"), run("undo", "--practice", "--yes")]
    sent += [run(*SEND)]
    skip(sandbox.url, 3600)
    sent += [run("undo", "--practice", "--yes")]
    assert all(told(ran) for ran in sent)
    assert [line for ran in sent for line in told(ran) if "--practice" not in line] == []
