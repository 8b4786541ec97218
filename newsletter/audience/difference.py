"""This module says what a merge changes, and which changes are too large to be made without a second look."""

from collections.abc import Iterator
from dataclasses import dataclass
from shlex import quote

from newsletter.errors import NewsletterError

SMALLEST = 100
"""Rows from which a list is judged by shares; a shorter one is read by eye."""
GROWTH = 2
REJECTED = 0.05
LEFT = 0.10


@dataclass(frozen=True)
class ListChange:
    """One list of a merge: its rows now and at its last reading; *left* are people whom it calls subscribed and who left elsewhere."""

    list: str
    file: str
    rows: int
    rejected: int
    rows_before: int | None = None
    left: int = 0


@dataclass(frozen=True)
class Merge:
    """What a merge changed, in people; *rows* and *rejected* count rows, *vanished* is by list.

    *lowered* were known and fell (to unsubscribed, bounced or complained); *withdrawn* are those whose consent a list
    takes back that gave it; *leaving* are the first of both that could be mailed until now. *left_out* are the people of
    these lists who are not mailed, by reason; *conflicts* those of whom two rows say different things, *contradicted*
    those who are mailed although one of these rows says that they did not agree. *not_read* are
    sheets of these files that hold addresses too, *other_columns* columns that do, by file, and *hidden* the number of rows
    that Excel does not show, by file. *held_back* are files that were taken back, and stay out.
    """

    files: tuple[str, ...] = ()
    rows: int = 0
    rejected: int = 0
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    lowered: int = 0
    withdrawn: int = 0
    vanished: tuple[tuple[str, int], ...] = ()
    leaving: tuple[str, ...] = ()
    left_out: tuple[tuple[str, int], ...] = ()
    conflicts: int = 0
    contradicted: int = 0
    lists: tuple[ListChange, ...] = ()
    not_read: tuple[str, ...] = ()
    other_columns: tuple[tuple[str, str], ...] = ()
    hidden: tuple[tuple[str, int], ...] = ()
    held_back: tuple[str, ...] = ()


class Jump(NewsletterError):
    """A merge changes so much that somebody should look first; nothing was written."""

    def __init__(self, merge: Merge) -> None:
        self.merge = merge
        files = " ".join(map(quote, merge.files))
        told = "\n".join(jumps(merge))
        super().__init__(
            f"{told}\nNothing was merged. Look at it with: newsletter lists import {files}"
        )


def jumps(merge: Merge) -> list[str]:
    """A sentence for each list that changes unusually much."""
    return [sentence for change in merge.lists for sentence in _jumps(change)]


def _jumps(change: ListChange) -> Iterator[str]:
    before = change.rows_before
    if max(change.rows, before or 0) < SMALLEST:
        return
    if before and change.rows >= GROWTH * before:
        yield f"{change.file}: {change.rows:,} rows; at its last reading this list had {before:,}."
    if change.rejected >= REJECTED * change.rows:
        yield f"{change.file}: {change.rejected:,} of {change.rows:,} rows are rejected."
    if change.left >= LEFT * change.rows:
        yield f"{change.file}: {change.left:,} people whom it calls subscribed left elsewhere, or bounced; it may be an old export."
