"""This module writes a received article and its closing block as the text of an edition."""

import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from newsletter.edition.draft import Birth, Draft, checked_title, file_name
from newsletter.edition.literal import as_entry, as_markdown, without_jinja
from newsletter.edition.received import Closing, speaks


@dataclass(frozen=True)
class Story:
    """The article itself: *preheader* is the beginning of its first sentence, *body* is Markdown."""

    title: str
    preheader: str
    body: str


def draft_of(story: Story, birth: Birth, closing: Closing) -> Draft:
    """A draft with a new front matter."""
    label = [f"# {closing.label}"] if closing.label else []
    rows = [
        as_entry("id", birth.id(story.title)),
        as_entry("title", story.title),
        as_entry("subject", without_jinja(story.title)),
        as_entry("preheader", without_jinja(story.preheader)),
        *label,
        *(as_entry(key, value) for key, value in taken(closing).items()),
    ]
    text = "\n".join(["---", *rows, "---", "", story.body, *contacts(closing.rest), ""])
    return Draft(file_name(story.title), text, story.title, notes_on(closing))


def taken(closing: Closing) -> Mapping[str, str]:
    """What the closing block says for keys of the front matter."""
    known = {"author": closing.author, "website": closing.website, "place": closing.place}
    return {key: value for key, value in known.items() if value}


def contacts(lines: Sequence[str]) -> list[str]:
    """The contact lines that have no key: at the end of the article, a line each."""
    if not lines:
        return []
    rows = [as_markdown(line) for line in lines]
    following = [*rows[1:], ""]
    ends = ["\\" if row and below else "" for row, below in zip(rows, following, strict=True)]
    return ["", "---", "", *(row + end for row, end in zip(rows, ends, strict=True))]


def notes_on(closing: Closing) -> tuple[str, ...]:
    """What to tell about the closing block, and what is left to do."""
    notes = [f"{key}: {value}" for key, value in taken(closing).items()]
    if count := sum(map(bool, closing.rest)):
        lines = "1 contact line stands" if count == 1 else f"{count} contact lines stand"
        notes.append(f"{lines} at the end of the article; every letter's footer names the clinic")
    return (*notes, "look over the subject and the preheader")


def preheader(lines: Sequence[str]) -> str:
    """The beginning of the first line that says something."""
    spoken = [" ".join(line.split()) for line in lines if speaks(line)]
    chosen = next((line for line in spoken if len(line) >= 40), " ".join(spoken))
    return textwrap.shorten(chosen, 110, placeholder="…") or "TODO say what readers get"


def tidy(rows: Sequence[str]) -> str:
    """*rows* as one text with single empty lines."""
    return re.sub(r"\n{3,}", "\n\n", "\n".join(rows)).strip("\n")


def title_of(source: Path) -> str:
    """A title made of the file's name."""
    words = " ".join(re.sub(r"[-_\s]+", " ", source.stem).split()) or "Article"
    return checked_title(words[0].upper() + words[1:])
