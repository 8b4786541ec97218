"""This module starts the real command as a process, forked from one that has imported everything.

So a start costs what the command itself does. The process can be told to kill itself at a certain
statement of the store, be it SQL, a commit, or the moment after a commit.
"""

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from sqlalchemy import Engine, event
from sqlalchemy.pool import Pool

import newsletter.cli
from newsletter.cli.group import COMMANDS
from newsletter.cli.group import newsletter as group

BROKEN = 70
"""The exit code of a command that ended in a traceback."""
KILLED = -signal.SIGKILL
TICKS = "ticks"


@dataclass(frozen=True)
class Desk:
    """Where a command is typed: a project's folder, with the address and the key of its account."""

    folder: Path
    url: str
    key: str
    database: str = ""
    """Of PostgreSQL; empty keeps the store in the folder."""

    @property
    def environment(self) -> dict[str, str]:
        """What a command finds in its environment."""
        return {
            "SENDGRID_HOST": self.url,
            "SENDGRID_API_KEY": self.key,
            "NEWSLETTER_DATABASE": self.database,
        }

    @property
    def log(self) -> Path:
        return self.folder / "log.txt"


def warm_up() -> None:
    """Import every command before the first fork."""
    for name in COMMANDS:
        group.get_command(None, name)  # type: ignore[arg-type]


def start(desk: Desk, words: Sequence[str], *, die_at: int = 0) -> int:
    """Fork a process that types ``newsletter *words*``; its number."""
    pid = os.fork()
    if pid:
        return pid
    code = BROKEN
    try:
        _sit_down(desk, words)
        ticks = _count_statements(die_at)
        code = _typed(words)
        (desk.folder / TICKS).write_text(str(ticks()))
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def wait(pid: int, seconds: float) -> int | None:
    """How the process ended, as subprocess tells it; None while it still runs after *seconds*."""
    until = time.monotonic() + seconds
    while True:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > until:
            return None
        time.sleep(0.005)


def _sit_down(desk: Desk, words: Sequence[str]) -> None:
    os.chdir(desk.folder)
    os.environ |= desk.environment
    log = os.open(desk.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    os.write(log, f"\n[{os.getpid()} at {time.time():.2f}] newsletter {' '.join(words)}\n".encode())


def _typed(words: Sequence[str]) -> int:
    sys.argv = ["newsletter", *words]
    sys.stdin = StringIO("y\n")  # to whatever is asked without --yes
    try:
        newsletter.cli.main()
    except SystemExit as ending:
        return ending.code if isinstance(ending.code, int) else 0
    return 0


def _count_statements(die_at: int) -> Callable[[], int]:
    """Count what happens in the store, and end this process at number *die_at*; 0 lets it live."""
    count = 0

    def tick(*_: object, **__: object) -> None:
        nonlocal count
        count += 1
        if count == die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", tick)
    event.listen(Engine, "commit", tick)
    event.listen(Pool, "checkin", tick)  # the moment after a commit
    return lambda: count
