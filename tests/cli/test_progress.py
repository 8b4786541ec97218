"""What takes long says so on a terminal, and nowhere else."""

import io
import os
import pty
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from newsletter.cli import progress
from newsletter.cli.progress import busy


@contextmanager
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A terminal that is written to; what came is read from here."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    reading, writing = pty.openpty()
    with os.fdopen(writing, "w") as theirs:
        monkeypatch.setattr(sys, "stderr", theirs)
        yield reading
    os.close(reading)


def test_what_takes_long_says_so_and_is_gone_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "UNTOLD_SECONDS", 0)
    with terminal(monkeypatch) as screen:
        came = b""
        with busy("Merging the lists"):
            while b"Merging the lists" not in came:
                came += os.read(screen, 1000)
        came = os.read(screen, 10_000)
        assert came.endswith((b"\x1b[2K", b"\x1b[?25h"))  # the line is cleared, the cursor is back


def test_what_is_done_at_once_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with terminal(monkeypatch) as screen:
        with busy("Merging the lists"):
            pass
        assert select.select([screen], [], [], 0)[0] == []


def test_where_it_shall_be_plain_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "UNTOLD_SECONDS", 0)
    with terminal(monkeypatch) as screen:
        monkeypatch.setenv("NO_COLOR", "1")
        with busy("Merging the lists"):
            pass
        assert select.select([screen], [], [], 0)[0] == []


def test_without_a_terminal_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "UNTOLD_SECONDS", 0)
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    with busy("Merging the lists"):
        pass
    assert written.getvalue() == ""


def test_an_error_ends_the_line_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "UNTOLD_SECONDS", 0)
    with terminal(monkeypatch), pytest.raises(ZeroDivisionError), busy("Counting"):
        raise ZeroDivisionError
