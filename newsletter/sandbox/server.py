"""This module runs a sandbox: one for each folder, until it is closed, stopped or long idle."""

import json
import os
import shutil
import signal
import sqlite3
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from filelock import FileLock, Timeout

from newsletter.errors import NewsletterError
from newsletter.sandbox.app import App
from newsletter.sandbox.behaviour import Behaviour
from newsletter.sandbox.clock import Clock
from newsletter.sandbox.database import FILE, Database
from newsletter.sandbox.faults import Fault, Faults
from newsletter.sandbox.listener import Listener
from newsletter.sandbox.office import Office
from newsletter.sandbox.outbox import Outbox
from newsletter.sandbox.postman import deliver_events
from newsletter.sandbox.remote import ADDRESS_FILE, LOCK_FILE, pid_of, running
from newsletter.sandbox.steering import begin
from newsletter.sandbox.trouble import Trouble

OUTBOX_LIMIT = 10_000
LONGEST_NAP = 0.5
PATIENCE_SECONDS = 3


@dataclass
class Sandbox:
    """A running sandbox; close it, or use it in a with statement."""

    office: Office
    listener: Listener
    lock: FileLock
    idle_seconds: float | None
    _threads: list[threading.Thread] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it answers, for example http://127.0.0.1:49152."""
        return self.office.url

    @property
    def folder(self) -> Path:
        """Where its state lies."""
        return self.office.folder

    def close(self) -> None:
        """End it; the state stays on disk."""
        self.office.leave()
        self.wait()

    def wait(self) -> None:
        """Wait until it has ended."""
        for thread in self._threads:
            thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _start(self) -> None:
        _write_address(self.folder, self.url)
        for work in (
            lambda: self.listener.serve_forever(0.05),
            self._keep_time,
            self._post_events,
        ):
            self._threads.append(threading.Thread(target=work, daemon=True))
            self._threads[-1].start()

    def _keep_time(self) -> None:
        while not self.office.stop_asked.is_set():
            self.office.wake.wait(self._nap_after_a_look())
            self.office.wake.clear()
            if self.idle_seconds is not None and self.listener.idle_for() > self.idle_seconds:
                self.office.stop_asked.set()
        self._end()

    def _post_events(self) -> None:
        while not self.office.stop_asked.wait(LONGEST_NAP):
            for office in (self.office, *[*self.office.subusers.values()]):
                if office.listened_to:
                    self._post_events_of(office)

    def _post_events_of(self, office: Office) -> None:
        try:
            deliver_events(office)
        except Exception:  # a full disk must not end it, and a closed subuser has nothing to post
            if not office.stop_asked.is_set():
                traceback.print_exc(file=sys.stderr)

    def _nap_after_a_look(self) -> float:
        """Subusers look after themselves: what is due there leaves when they are next asked."""
        try:
            self.office.release()
            if self.office.clock.speed != 1:
                self.office.clock.keep()
            nap = self.office.seconds_to_next()
        except Exception:  # a full disk must not stop the clock
            traceback.print_exc(file=sys.stderr)
            return LONGEST_NAP
        return LONGEST_NAP if nap is None else min(nap, LONGEST_NAP)

    def _end(self) -> None:
        self.listener.end()
        # another may have begun here since, where somebody removed the folder
        if pid_of(self.folder) == os.getpid():
            (self.folder / ADDRESS_FILE).unlink(missing_ok=True)
        self.office.clock.keep()
        for key in [*self.office.subusers]:
            self.office.close_subuser(key)
        self.office.database.close()
        self.lock.release()


def serve(
    folder: Path,
    *,
    port: int = 0,
    speed: float = 1,
    outbox: bool = True,
    outbox_limit: int = OUTBOX_LIMIT,
    idle_seconds: float | None = None,
    key: str | None = None,
    behaviour: Behaviour | None = None,
    faults: Iterable[Fault] = (),
    trouble: Trouble | None = None,
) -> Sandbox:
    """Start a sandbox whose state lies in *folder*, in threads of this process.

    *port* 0 takes the port of last time, so that links in old mail work, or any free one.
    *speed* 60 lets an hour pass in a minute. Without *outbox* no .eml files are written; with it
    at most *outbox_limit* mails wait as files at a time. *idle_seconds* ends it after so long
    without a request. Only *key* is let in, or every key. *faults* are misbehaviours to come, *trouble*
    is what chance adds.
    Raises NewsletterError where a sandbox runs in *folder* already, or the port is taken.
    """
    folder = folder.resolve()
    _check_speed(speed)
    with ExitStack() as undo:
        lock = _locked(folder)
        undo.callback(lock.release)
        database = undo.enter_context(closing(_database(folder)))
        office = Office(
            folder=folder,
            database=database,
            clock=Clock(database, speed),
            outbox=Outbox(folder, limit=outbox_limit if outbox else 0),
            key=key,
            behaviour=behaviour or Behaviour(),
            faults=Faults(faults),
            trouble=trouble or Trouble(),
        )
        sandbox = Sandbox(office, _listener(office, port), lock, idle_seconds)
        undo.pop_all()
    sandbox._start()
    return sandbox


def _check_speed(speed: float) -> None:
    if speed <= 0:
        raise NewsletterError(f"speed {speed:g} would stop the clock; write 1 or more")


def run_forever(sandbox: Sandbox, started: Callable[[Sandbox], None]) -> None:
    """Run *sandbox* in the foreground until Ctrl-C, SIGTERM, a stop or idleness; *started* may greet."""

    def leave(number: int, frame: FrameType | None) -> None:
        sandbox.office.leave()

    before = {name: signal.signal(name, leave) for name in (signal.SIGINT, signal.SIGTERM)}
    try:
        started(sandbox)
        sandbox.wait()
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
        sandbox.close()


def reset(folder: Path) -> None:
    """Forget all mail, batches, lists and groups of *folder*'s sandbox, running or not."""
    if url := running(folder):
        begin(url)
        return
    if not folder.is_dir():
        return
    lock = _locked(folder)
    try:
        for file in folder.glob(f"{FILE}*"):
            file.unlink()
        shutil.rmtree(folder / "outbox", ignore_errors=True)
    finally:
        lock.release()


def _listener(office: Office, port: int) -> Listener:
    last = office.database.setting("port", 0)
    try:
        listener = Listener(App(office), port or last)
    except NewsletterError:
        if port or not last:
            raise
        listener = Listener(App(office), 0)
    office.url = listener.url
    office.database.keep("port", listener.port)
    return listener


def _locked(folder: Path) -> FileLock:
    """The folder's lock, after a moment where a sandbox is just about to end."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FileLock(folder / LOCK_FILE, thread_local=False)
        patience = time.monotonic() + PATIENCE_SECONDS
        while not _acquired(lock):
            at = running(folder)
            if at or time.monotonic() > patience:
                raise NewsletterError(
                    f"{folder}: a sandbox runs here already{f' at {at}' if at else ''}; "
                    "use it, or end it with newsletter sandbox stop"
                )
            time.sleep(0.02)
    except OSError as error:
        raise NewsletterError(
            f"{folder}: the sandbox cannot keep its state here ({error.strerror}); "
            "give it a folder that can be written"
        ) from error
    return lock


def _acquired(lock: FileLock) -> bool:
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return False
    return True


def _database(folder: Path) -> Database:
    try:
        return Database(folder)
    except sqlite3.DatabaseError as error:
        raise NewsletterError(
            f"{folder / FILE}: this is no state of a sandbox ({error}); "
            "type newsletter sandbox reset to begin anew"
        ) from error


def _write_address(folder: Path, url: str) -> None:
    written = folder / f"{ADDRESS_FILE}.new"
    written.write_text(json.dumps({"url": url, "pid": os.getpid()}), encoding="utf-8")
    written.replace(folder / ADDRESS_FILE)
