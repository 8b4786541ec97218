"""This module makes an article of plain text that has one paragraph a line."""

import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from newsletter.edition.draft import Birth, Draft
from newsletter.edition.literal import as_heading, as_markdown
from newsletter.edition.received import is_heading, is_rule, split_closing
from newsletter.edition.story import Story, draft_of, preheader, tidy, title_of

HARD_WRAP = 100
"""Texts whose longest line is shorter were broken by a mail program or an editor."""
FULL = 45
"""Characters of a line that may have been broken there."""
LIST_ITEM = re.compile(r"\s*(?:[-+*•·–—]|\d+[.)])\s")


def from_plain(text: str, source: Path, birth: Birth, title: str | None) -> Draft:
    """A draft of the plain *text* that was read from the file *source*."""
    lines, closing = split_closing(text.split("\n"))
    spoken = [number for number, line in enumerate(lines) if line.strip()]
    first = " ".join(lines[spoken[0]].split())
    proposed = is_heading(first, longest=90) if title is None else title == first
    if proposed and len(spoken) > 1:
        title, lines = first, lines[spoken[0] + 1 :]
    story = Story(title or title_of(source), preheader(lines), _paragraphs(lines))
    return draft_of(story, birth, closing)


def _paragraphs(lines: Sequence[str]) -> str:
    """One paragraph a line; or, in a text that was broken into short lines, one a block."""
    wrapped = _is_wrapped([line.strip() for line in lines])
    written: list[str] = []
    above = ""
    for line, below in zip(lines, _spoken_below(lines), strict=True):
        goes_on = wrapped and len(above) >= FULL and not LIST_ITEM.match(line)
        if is_rule(line):
            written += ["", "---"]
        elif goes_on and line.strip():
            written.append(as_markdown(line))
        elif is_heading(line) and len(below) >= 80:
            written += ["", as_heading(line)]
        else:
            written += ["", as_markdown(line)]
        above = "" if is_rule(line) else line.strip()
    return tidy(written)


def _is_wrapped(lines: Sequence[str]) -> bool:
    """Whether most lines that another one follows at once break off in the middle of a sentence."""
    full = [line for line, below in pairwise(lines) if len(line) >= FULL and below]
    broken = sum(line[-1] not in '.!?:;"”' for line in full)
    return broken > len(full) / 2 and max(map(len, lines)) <= HARD_WRAP


def _spoken_below(lines: Sequence[str]) -> list[str]:
    """For each line the next one that is not empty."""
    found, below = [], ""
    for line in reversed(lines):
        found.append(below)
        below = line.strip() or below
    return found[::-1]
