"""This module remembers what words meant: in a list the same towns, names and days come again and again."""

from collections.abc import Callable
from typing import Generic, TypeVar

Word = TypeVar("Word", bound="str | tuple[str, ...]")
Meaning = TypeVar("Meaning")

AT_MOST = 20_000
LONGEST = 200


class Memo(dict[Word, Meaning], Generic[Word, Meaning]):
    """A table that works a word out when it is first asked for; forgets all when it has grown too large."""

    def __init__(self, work_out: Callable[[Word], Meaning]) -> None:
        super().__init__()
        self.work_out = work_out

    def __missing__(self, word: Word) -> Meaning:
        meaning = self.work_out(word)
        if len(word) <= LONGEST:
            if len(self) >= AT_MOST:
                self.clear()
            self[word] = meaning
        return meaning
