"""In practice every command that is named stays in practice: a campaign's number means another one in earnest."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from newsletter.cli.group import newsletter
from newsletter.cli.wording import in_practice
from newsletter.sandbox import Sandbox, skip

from .conftest import ARTICLE, Ran, Run

SEND = ("send", ARTICLE, "--practice", "--yes")
NAMED = re.compile(
    r"newsletter (?:send|test|lists|campaigns|status|undo|pause|resume|approve|worker|report)\b.*"
)


@pytest.mark.parametrize(
    ("said", "better"),
    [
        ("take it back: newsletter undo 2", "take it back: newsletter undo 2 --practice"),
        ("newsletter undo 2 --practice", "newsletter undo 2 --practice"),
        ("type newsletter undo again", "type newsletter undo --practice again"),
        ("newsletter report 1 --csv who.csv", "newsletter report 1 --practice --csv who.csv"),
        ("newsletter report NUMBER says", "newsletter report NUMBER --practice says"),
        ("newsletter send content/a.md goes on", "newsletter send content/a.md --practice goes on"),
        ("Next: newsletter resume 1, or", "Next: newsletter resume 1 --practice, or"),
        ("keep newsletter worker running", "keep newsletter worker --practice running"),
        (
            "newsletter preview content/a.md, then",
            "newsletter preview content/a.md --practice, then",
        ),
        (
            "newsletter send 'content/on a walk.md' goes on",
            "newsletter send 'content/on a walk.md' --practice goes on",
        ),
        (
            """newsletter send 'content/it'"'"'s.md' goes on""",
            """newsletter send --practice 'content/it'"'"'s.md' goes on""",
        ),
        ("newsletter new --like content/a.md", "newsletter new --like content/a.md"),
        ("type newsletter setup", "type newsletter setup"),
    ],
)
def test_a_command_that_is_named_gets_the_switch(said: str, better: str) -> None:
    assert in_practice(said) == better


def commands(group: click.Group, name: str) -> Iterator[tuple[str, click.Command]]:
    """Every command below *group*, with the words that it is typed with."""
    context = click.Context(group)
    for word in group.list_commands(context):
        command = group.get_command(context, word)
        assert command is not None
        yield f"{name} {word}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{name} {word}")


TAKE_IT = [
    name
    for name, command in commands(newsletter, "newsletter")
    if any("--practice" in option.opts for option in command.params)
]


@pytest.mark.parametrize("name", TAKE_IT)
def test_no_command_that_takes_the_switch_is_forgotten(name: str) -> None:
    assert in_practice(f"Next: {name}") == f"Next: {name} --practice"


def test_a_hold_stays_in_practice(run: Run, sandbox: Sandbox) -> None:
    run(*SEND)
    assert "Next: newsletter resume 1 --practice" in run("pause", "--practice").err
    assert "Next: newsletter status 1 --practice" in run("resume", "--practice", "--yes").err


def test_lists_that_are_taken_back_stay_in_practice(run: Run) -> None:
    run("lists", "--practice")
    undone = run("lists", "undo", "--practice", "--yes")
    assert "you type newsletter lists import FILE --practice" in undone.err


def test_who_merged_in_practice_is_told_how_to_take_back_that_and_not_the_real_lists(
    run: Run, clinic: Path
) -> None:
    written = clinic / "subscribers" / "front-desk.csv"
    written.write_text(
        "Email,First name,City\na@example.com,Ada,Gretna\nA@example.com,Eve,Kenner\n"
    )
    merged = run("lists", "import", str(written), "--practice", "--yes", key="SG.a")
    assert "explain ADDRESS --practice shows both" in merged.out
    assert "take it back: newsletter lists undo --practice" in merged.err


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


@pytest.mark.parametrize(
    "words",
    [
        ("serve",),
        ("lists", "suppress", "gone.csv"),
        ("forget", "ada.fontenot@example.com", "--yes"),
        ("undo", "--yes"),
        ("pause",),
        ("resume", "--yes"),
        ("resolve",),
        ("approve", "--yes"),
    ],
    ids=" ".join,
)
def test_what_would_be_taken_for_done_is_never_only_practised(
    run: Run, sandbox: Sandbox, clinic: Path, words: tuple[str, ...]
) -> None:
    """Whoever left by such a page, or stood in such a list, would be mailed as soon as there is a key again."""
    settings = clinic / "newsletter.toml"
    site = '[site]\nurl = "https://news.example.com"\n[lists]'
    settings.write_text(re.sub(r"\[site\](.|\n)*?\[lists\]", site, settings.read_text()))
    (clinic / "gone.csv").write_text("email\nada.fontenot@example.com\n")
    assert run(*SEND).code == 0
    refused = run(*words)
    assert (refused.code, refused.out) == (1, "")
    assert refused.err.startswith("there is no SendGrid key; type newsletter setup to enter it")
    assert "State       handed over" in run("status", "--practice").out
