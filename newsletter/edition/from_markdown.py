"""This module makes an article of Markdown, with or without front matter."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from newsletter.edition.draft import Birth, Draft, file_name, unknown_as_comments, with_entries
from newsletter.edition.front_matter import has_front_matter, read_front_matter
from newsletter.edition.literal import without_jinja
from newsletter.edition.received import Closing, split_closing
from newsletter.edition.story import (
    Story,
    contacts,
    draft_of,
    notes_on,
    preheader,
    taken,
    tidy,
    title_of,
)
from newsletter.errors import NewsletterError

NO_PROSE = re.compile(r"\s*(?:[#>|<]|[-+*] |:::|\d+[.)] )")
PLAINLY = re.compile(r"^<([^<>\s]+)>$|^\\([-=+*_~]+)$")
"""A line that is a link alone, or a divider, as plain text has it."""
MARKS = re.compile(
    r"\\([!-/:-@\[-`{-~]|$)|!?\[((?:\\\[[^\[\]]*\]|\\.|[^\]\\])*)\]\([^)]*\)(?:\{[^}]*\})?|[*`]"
)


def from_markdown(text: str, source: Path, birth: Birth, title: str | None) -> Draft:
    """A draft of the Markdown *text* that was read from the file *source*."""
    if has_front_matter(text):
        return _with_front_matter(text, source, birth, title)
    lines, closing = split_closing(text.split("\n"))
    return draft_of(_markdown_story(lines, title or "", title_of(source)), birth, closing)


def from_converted(
    text: str, source: Path, birth: Birth, title: str | None, *, author: str = ""
) -> Draft:
    """A draft of Markdown that was made from another kind of file, *source*.

    A closing block of plain lines moves to the top; one with marks of its own stays where it is.
    """
    lines = text.split("\n")
    plain = [PLAINLY.sub(r"\1\2", line) for line in lines]
    kept, closing = split_closing(plain)
    if any("](" in line or "\\" in line or "![" in line for line in plain[len(kept) :]):
        kept, closing = lines, Closing()
    if author and not closing.author:
        closing = replace(closing, author=author)
    story = _markdown_story(lines[: len(kept)], title or "", title_of(source))
    if title is None:
        story = replace(story, title=_without_marks(story.title))
    return draft_of(story, birth, closing)


def _markdown_story(lines: Sequence[str], title: str, otherwise: str) -> Story:
    """The story of *lines*, whose first heading is the title where it says the same or none is given."""
    spoken = [number for number, line in enumerate(lines) if line.strip()]
    heading = re.fullmatch(r"#\s+(.+?)(?:\s+#+)?\s*", lines[spoken[0]])
    words = " ".join(heading[1].split()) if heading else ""
    if words and title in {"", words} and len(spoken) > 1:
        title, lines = words, lines[spoken[0] + 1 :]
    prose = [_without_marks(line) for line in lines if not NO_PROSE.match(line)]
    return Story(title or otherwise, preheader(prose), without_jinja(tidy(lines)))


def _without_marks(line: str) -> str:
    """The words that *line* shows: an escaped sign is the sign, a link its words."""
    return MARKS.sub(lambda mark: mark[1] or _without_marks(mark[2] or ""), line)


def _with_front_matter(text: str, source: Path, birth: Birth, title: str | None) -> Draft:
    """Keep the lines of the front matter; what has no key of ours becomes a comment."""
    text, unknown = unknown_as_comments(text, source.name)
    head, _problems = read_front_matter(text, source.name)
    if not head.body.strip():
        raise NewsletterError(f"{source}: there is no article below the front matter; add its text")
    own = {
        key: value if isinstance(value, str) else ", ".join(value)
        for key, value in head.values.items()
    }
    lines, closing = split_closing(head.body.split("\n"))
    closing = _without(closing, own)
    story = _markdown_story(lines, title or own.get("title", ""), title_of(source))
    entries = {
        "id": birth.id(story.title),
        "title": story.title,
        "subject": without_jinja(own.get("subject") or story.title),
        "preheader": without_jinja(own.get("preheader") or story.preheader),
        **taken(closing),
    }
    top = text.split("\n")[: head.body_line - 1]
    whole = "\n".join([*top, "", story.body, *contacts(closing.rest), ""])
    notes = (*_replaced(own, entries), *_commented(unknown), *notes_on(closing))
    written = with_entries(whole, entries, source.name)
    return Draft(file_name(story.title), written, story.title, notes)


def _without(closing: Closing, own: Mapping[str, str]) -> Closing:
    """*closing* without what the front matter says in its own words; that stays among the contacts."""
    spare = [value for key, value in taken(closing).items() if key in own]
    label = [closing.label] if closing.label else []
    return replace(
        closing,
        label="",
        rest=(*label, *spare, *closing.rest),
        **{key: "" for key in taken(closing) if key in own},
    )


def _replaced(own: Mapping[str, str], entries: Mapping[str, str]) -> list[str]:
    changed = [key for key in ("id", "title") if own.get(key) and own[key] != entries[key]]
    return [f"{key}: {entries[key]}, in place of {own[key]}" for key in changed]


def _commented(unknown: Sequence[str]) -> list[str]:
    return [f"no keys of ours, kept as comments: {', '.join(unknown)}"] if unknown else []
