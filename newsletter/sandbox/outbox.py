"""This module keeps mail as .eml files: waiting until its time, then delivered."""

import shutil
from collections.abc import Iterable
from pathlib import Path


class NoOutbox:
    """Writes no files at all."""

    limit = 0

    def put(self, number: int, eml: bytes) -> None:
        """Nobody reads it."""

    def deliver(self, numbers: Iterable[int]) -> None:
        """There is no file to move."""

    def discard(self, numbers: Iterable[int]) -> None:
        """There is no file to remove."""

    def numbers_waiting(self) -> list[int]:
        """None."""
        return []

    def empty(self) -> None:
        """It is."""


class Outbox:
    """Two folders of .eml files, named by the number of the mail."""

    def __init__(self, folder: Path, *, limit: int) -> None:
        self.limit = limit
        """How many mails may wait as files at a time; 0 writes none."""
        self.waiting = folder / "outbox" / "waiting"
        self.delivered = folder / "outbox" / "delivered"
        self.waiting.mkdir(parents=True, exist_ok=True)
        self.delivered.mkdir(parents=True, exist_ok=True)

    def put(self, number: int, eml: bytes) -> None:
        """Write a mail that waits for its time."""
        (self.waiting / _name(number)).write_bytes(eml)

    def deliver(self, numbers: Iterable[int]) -> None:
        """Move mail that left; done twice it changes nothing."""
        if not any(self.waiting.iterdir()):
            return
        for number in numbers:
            if (file := self.waiting / _name(number)).exists():
                file.replace(self.delivered / file.name)

    def discard(self, numbers: Iterable[int]) -> None:
        """Remove mail that will never leave."""
        if not any(self.waiting.iterdir()):
            return
        for number in numbers:
            (self.waiting / _name(number)).unlink(missing_ok=True)

    def numbers_waiting(self) -> list[int]:
        """The numbers of all mail in the folder ``waiting``."""
        return [int(file.stem) for file in self.waiting.glob("*.eml")]

    def empty(self) -> None:
        """Remove all mail."""
        for folder in (self.waiting, self.delivered):
            shutil.rmtree(folder)
            folder.mkdir()


def _name(number: int) -> str:
    return f"{number:08}.eml"
