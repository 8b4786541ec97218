"""This module finds, starts and ends a sandbox that runs in another process."""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from filelock import FileLock, Timeout

from newsletter.errors import NewsletterError, ServiceFailed
from newsletter.sandbox.asking import asked

ADDRESS_FILE = "address.json"
LOCK_FILE = "sandbox.lock"
LOG_FILE = "sandbox.log"
START_SECONDS = 20


def running(folder: Path) -> str | None:
    """Where the sandbox of *folder* answers; None when it does not run."""
    folder = folder.resolve()
    try:
        url: str = json.loads((folder / ADDRESS_FILE).read_text(encoding="utf-8"))["url"]
        alive = asked(url, "GET", "/sandbox/alive", seconds=5)
    except (OSError, ValueError, KeyError):  # no file, a torn one, or nobody answers
        return None
    return url if alive.get("folder") == str(folder) else None


def start_in_background(
    folder: Path, *, idle_seconds: float = 600, options: Sequence[str] = ()
) -> str:
    """The address of *folder*'s sandbox, started as a process of its own where none runs.

    Two that start at once both get the address of the one that came first.
    """
    if url := running(folder):
        return url
    process = _spawned(folder, ["--idle", str(idle_seconds), *options])
    url = _awaited(folder, process)
    if url is None:
        raise ServiceFailed(_last_words(folder))
    if pid_of(folder) != process.pid:  # the other one came first; ours must not start later
        process.terminate()
        process.wait()
    return url


def stop(folder: Path) -> bool:
    """End the sandbox of *folder* and wait until it is gone; False when none ran."""
    url = running(folder)
    if url is None:
        return False
    asked(url, "POST", "/sandbox/stop", {})
    try:
        with FileLock(folder / LOCK_FILE).acquire(timeout=START_SECONDS):  # it lets go at the last
            return True
    except Timeout as error:
        raise ServiceFailed(
            f"{folder}: the sandbox at {url} does not end; end its process"
        ) from error


def _spawned(folder: Path, options: Sequence[str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "newsletter.sandbox", "--folder", str(folder), *options]
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (folder / LOG_FILE).open("ab") as log:
            return subprocess.Popen(  # noqa: S603  our own module
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
    except OSError as error:
        raise NewsletterError(
            f"{folder}: the sandbox cannot keep its state here ({error.strerror}); "
            "give it a folder that can be written"
        ) from error


def _awaited(folder: Path, process: subprocess.Popen[bytes]) -> str | None:
    patience = time.monotonic() + START_SECONDS
    while time.monotonic() < patience and not process.poll():
        if url := running(folder):
            return url
        time.sleep(0.05)
    return running(folder)


def pid_of(folder: Path) -> int | None:
    """The process of the sandbox whose address lies in *folder*; None where there is none."""
    try:
        found: int = json.loads((folder / ADDRESS_FILE).read_text(encoding="utf-8"))["pid"]
        return found
    except (OSError, ValueError, KeyError):  # it ended already
        return None


def _last_words(folder: Path) -> str:
    log = folder / LOG_FILE
    said = log.read_text(encoding="utf-8").strip()
    ending = f", which ends: {said.splitlines()[-1]}" if said else ""
    return f"{folder}: the sandbox did not start; look into {log}{ending}"
