"""This module finds, starts and steers a sandbox that runs in another process."""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

from newsletter.errors import NewsletterError, ServiceFailed
from newsletter.sandbox.faults import Fault

ADDRESS_FILE = "address.json"
LOG_FILE = "sandbox.log"
START_SECONDS = 20
ANSWER_SECONDS = 60

# A proxy of the environment must never see what is meant for this computer.
_OPEN = build_opener(ProxyHandler({})).open


def running(folder: Path) -> str | None:
    """Where the sandbox of *folder* answers; None when it does not run."""
    folder = folder.resolve()
    try:
        url: str = json.loads((folder / ADDRESS_FILE).read_text(encoding="utf-8"))["url"]
        alive = _asked(url, "GET", "/sandbox/alive", seconds=5)
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
    if _pid(folder) != process.pid:  # the other one came first; ours must not start later
        process.terminate()
        process.wait()
    return url


def skip(sandbox: Path | str, seconds: float) -> float:
    """Move the sandbox's clock on and let leave what is due; the new time, seconds since 1970."""
    now: float = _asked(_address(sandbox), "POST", "/sandbox/clock", {"skip": seconds})["now"]
    return now


def now(sandbox: Path | str) -> float:
    """The sandbox's time, seconds since 1970."""
    shown: float = _asked(_address(sandbox), "GET", "/sandbox/clock")["now"]
    return shown


def plant(sandbox: Path | str, name: str, emails: Sequence[str], reason: str = "") -> None:
    """Put *emails* on a list that only the world can fill: bounces, blocks, spam_reports …"""
    wish = {"list": name, "emails": [*emails], "reason": reason}
    _asked(_address(sandbox), "POST", "/sandbox/plant", wish)


def behave(sandbox: Path | str, **changes: Any) -> dict[str, Any]:
    """Change how the sandbox decides what SendGrid leaves open; the settings that hold now."""
    return _asked(_address(sandbox), "POST", "/sandbox/behaviour", changes)


def misbehave(sandbox: Path | str, *faults: Fault) -> None:
    """Plan misbehaviours, one after the other."""
    for fault in faults:
        _asked(_address(sandbox), "POST", "/sandbox/faults", asdict(fault))


def empty(url: str) -> None:
    """Let a running sandbox forget everything."""
    _asked(url, "POST", "/sandbox/reset", {})


def stop(folder: Path) -> bool:
    """End the sandbox of *folder* and wait until it is gone; False when none ran."""
    url = running(folder)
    if url is None:
        return False
    _asked(url, "POST", "/sandbox/stop", {})
    patience = time.monotonic() + START_SECONDS
    while running(folder):
        if time.monotonic() > patience:
            raise ServiceFailed(f"{folder}: the sandbox at {url} does not end; end its process")
        time.sleep(0.05)
    return True


def _spawned(folder: Path, options: Sequence[str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "newsletter.sandbox", "--folder", str(folder), *options]
    try:
        folder.mkdir(parents=True, exist_ok=True)
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


def _pid(folder: Path) -> int | None:
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


def _address(sandbox: Path | str) -> str:
    if isinstance(sandbox, str):
        return sandbox
    if url := running(sandbox):
        return url
    raise NewsletterError(
        f"{sandbox}: no sandbox runs here; start it with newsletter sandbox start"
    )


def _asked(
    url: str, method: str, path: str, body: Any = None, seconds: float = ANSWER_SECONDS
) -> dict[str, Any]:
    request = Request(  # noqa: S310  always http://127.0.0.1
        url + path,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
        method=method,
    )
    try:
        with _OPEN(request, timeout=seconds) as response:
            answer: dict[str, Any] = json.loads(response.read())
            return answer
    except HTTPError as error:
        raise NewsletterError(_complaint(error)) from error


def _complaint(error: HTTPError) -> str:
    words = json.loads(error.read())["errors"][0]["message"]
    return f"the sandbox refused: {words}"
