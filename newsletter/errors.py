"""This module holds the errors that people see.

NewsletterError                 something the user can put right (exit 1)
├── Problems                    everything wrong with one or more files, told at once
└── ServiceFailed               the world failed: SendGrid, the network, the disk (exit 3)
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


class NewsletterError(Exception):
    """A sentence for a person: what is wrong, where, and what to do next."""

    exit_code = 1


class ServiceFailed(NewsletterError):
    """The service failed or an outcome is unknown; trying again later may help."""

    exit_code = 3


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong in a file; *line* counts from 1, None means the whole file."""

    path: Path | str
    line: int | None
    what: str
    cure: str

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line else f"{self.path}"
        return f"{where}: {self.what}; {self.cure}"


def wrong_name(name: str) -> Problem | None:
    """What is wrong with a file whose name no text can hold: it came from a computer with another encoding."""
    try:
        name.encode()
    except UnicodeEncodeError:
        shown = name.encode(errors="replace").decode()
        return Problem(shown, None, "its name is no UTF-8 text", "rename it, in plain letters")
    return None


class Problems(NewsletterError):
    """All problems that were found, in the order of their files and lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: (str(p.path), p.line or 0, p.what)))
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[type["Problems"], tuple[tuple[Problem, ...]]]:
        """How it comes home from another process."""
        return Problems, (self.problems,)
