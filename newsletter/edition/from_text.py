"""This module makes an article of a text as staff receive it, and leaves every sentence as it was."""

from dataclasses import replace
from pathlib import Path

from newsletter.edition.draft import Birth, Draft, checked_title
from newsletter.edition.from_markdown import from_markdown
from newsletter.edition.from_plain import from_plain
from newsletter.edition.literal import without_jinja
from newsletter.edition.received import read_text

MARKDOWN = {".md", ".markdown", ".mdown", ".mkd"}


def edition_from(source: Path, birth: Birth, *, title: str | None = None) -> Draft:
    """An article of the text in the file *source*; without *title* one is proposed."""
    text, encoding = read_text(source)
    wanted = checked_title(title) if title is not None else None
    make = from_markdown if source.suffix.lower() in MARKDOWN else from_plain
    draft = make(text, source, birth, wanted)
    notes = [] if encoding == "utf-8" else [f"the file was read as {encoding} text"]
    if without_jinja(text) != text:
        notes.append("braces such as {{ in the text are shown as they are, not obeyed")
    return replace(draft, notes=(*notes, *draft.notes))
