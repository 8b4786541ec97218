"""The command as it is typed, in processes of their own."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Update, update

from newsletter.config import load_settings
from newsletter.sandbox import Fault, Sandbox, misbehave, skip
from newsletter.store import attempt, open_store, request
from tests.waiting import wait

from .conftest import ARTICLE, Run, delivered, mails

pytestmark = pytest.mark.slow


def start(clinic: Path, *words: str, stdin: int | None = None) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "newsletter", *words],
        cwd=clinic,
        env={"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"},
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_two_sends_at_once_reach_everybody_once(clinic: Path, sandbox: Sandbox) -> None:
    both = [start(clinic, "send", ARTICLE, "--practice", "--yes") for _ in range(2)]
    said = [one.communicate(timeout=60) for one in both]
    assert [one.returncode for one in both] == [0, 0], said
    skip(sandbox.url, 3600)
    assert len(delivered(sandbox)) == len(set(delivered(sandbox))) == 18
    assert len(list((sandbox.folder / "outbox").rglob("*.eml"))) == 18


QUESTIONS = {
    ("send", ARTICLE, "--practice"): "add --yes to agree beforehand",
    ("undo", "--practice"): "add --yes to agree beforehand",
    ("approve", "--practice"): "add --yes to agree beforehand",
    ("forget", "ada@example.com", "--practice"): "add --yes to agree beforehand",
    ("sandbox", "reset"): "add --yes to agree beforehand",
    ("lists", "undo", "--practice"): "add --yes to agree beforehand",
    ("new",): 'give it a title: newsletter new "TITLE"',
    ("setup",): "type the same command in a terminal",
}


@pytest.mark.parametrize(("words", "cure"), QUESTIONS.items(), ids=" ".join)
def test_where_nobody_can_be_asked_the_answer_is_named(
    run: Run, clinic: Path, sandbox: Sandbox, words: tuple[str, ...], cure: str
) -> None:
    if words[0] != "send":
        with (clinic / "newsletter.toml").open("a") as settings:
            settings.write("approval = true\n")
        run("send", ARTICLE, "--practice", "--yes")
    asked = run(*words)
    assert asked.code == 1
    assert asked.err.endswith(f"(standard input is no terminal), so it was not done; {cure}\n")
    assert "Aborted" not in asked.err
    assert mails(sandbox) == []


@pytest.mark.parametrize(
    "words", [("new",), ("send", ARTICLE, "--practice"), ("sandbox", "reset")], ids=" ".join
)
def test_ctrl_c_at_a_question_says_that_it_was_not_done(
    clinic: Path, sandbox: Sandbox, words: tuple[str, ...]
) -> None:
    _, keyboard = os.openpty()
    process = start(clinic, *words, stdin=keyboard)
    assert process.stderr is not None
    said = ""
    while not re.search(r"(Title|to send|\[y/N\]): $", said):
        letter = process.stderr.read(1)
        assert letter, said
        said += letter
    time.sleep(0.5)  # now it reads
    process.send_signal(signal.SIGINT)
    _, rest = process.communicate(timeout=60)
    assert process.returncode == 1
    assert rest.endswith("\nEnded at the question: what it asks was not done.\n")
    assert mails(sandbox) == []


@pytest.mark.engine("sqlite")
def test_ctrl_c_anywhere_else_says_how_to_go_on(clinic: Path, sandbox: Sandbox) -> None:
    misbehave(sandbox.url, Fault("stall before", seconds=20))
    words = ("test", ARTICLE, "--to", "me@example.com", "--practice")
    process = start(clinic, *words)
    wait((clinic / ".newsletter" / "practice.db").exists)
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert said.endswith("\nEnded by Ctrl-C. The same command, typed again, does what is left.\n")


def lose_the_answer(run: Run, clinic: Path, quiescence: int) -> None:
    """A send of which SendGrid answered nothing: for *quiescence* seconds it may still come."""
    with (clinic / "newsletter.toml").open("a") as settings:
        settings.write(
            f"deadline_seconds = {min(quiescence, 60)}\nquiescence_seconds = {quiescence}\n"
        )
    assert run("send", ARTICLE, "--practice", "--yes").code == 0
    write(clinic, update(request).values(state="unknown"))


def write(clinic: Path, change: Update) -> None:
    """Leave the store as a process left it that died."""
    address = load_settings(clinic, {}).store_address(practice=True)
    with closing(open_store(address)) as store, store.write() as connection:
        connection.execute(change)


WAITING = "Something is on its way to SendGrid and not answered yet: waiting for it, until "


@pytest.mark.parametrize("words", [("undo", "--yes"), ("pause",)], ids=" ".join)
def test_a_stop_tells_what_it_waits_for(
    run: Run, clinic: Path, sandbox: Sandbox, words: tuple[str, ...]
) -> None:
    lose_the_answer(run, clinic, 10)
    stopped = run(*words, "--practice")
    assert stopped.code == 0, stopped.err
    assert stopped.err.count(WAITING) == 1


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("words", [("undo", "--yes"), ("pause",)], ids=" ".join)
def test_a_stop_that_is_ended_while_it_waits_says_that_it_is_not_confirmed(
    run: Run, clinic: Path, sandbox: Sandbox, words: tuple[str, ...], ending: signal.Signals
) -> None:
    lose_the_answer(run, clinic, 180)
    said = ended_while_it_waits(clinic, words, ending)
    assert f"type newsletter {words[0]} 1 --practice again" in said
    assert "not confirmed" in run("status", "--practice").out


def ended_while_it_waits(clinic: Path, words: Sequence[str], ending: signal.Signals) -> str:
    """What a command says last that is ended while it waits for SendGrid."""
    process = start(clinic, *words, "--practice")
    assert process.stderr is not None
    while not process.stderr.readline().startswith(WAITING):
        assert process.poll() is None
    process.send_signal(ending)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 3
    assert "stopped before SendGrid confirmed it, so the mail may leave: " in said
    return said


def test_a_resume_that_is_ended_while_it_waits_says_that_it_is_not_confirmed(
    run: Run, clinic: Path, sandbox: Sandbox
) -> None:
    assert run("send", ARTICLE, "--practice", "--yes").code == 0
    assert run("pause", "--practice").code == 0
    write(clinic, update(attempt).values(confirmed_at=0))  # its answer was lost: it may still come
    said = ended_while_it_waits(clinic, ("resume", "--yes"), signal.SIGTERM)
    assert "type newsletter resume 1 --practice again" in said
    assert "pause not confirmed" in run("status", "--practice").out
