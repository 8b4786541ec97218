"""This module makes an article of a text as staff receive it, and leaves every sentence as it was."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from newsletter.edition.draft import Birth, Draft, checked_title
from newsletter.edition.from_markdown import from_markdown
from newsletter.edition.from_plain import from_plain
from newsletter.edition.literal import without_jinja
from newsletter.edition.received import read_bytes, read_text

MARKDOWN = {".md", ".markdown", ".mdown", ".mkd"}
BRACES = "braces such as {{ in the text are shown as they are, not obeyed"


def edition_from(source: Path, birth: Birth, *, title: str | None = None) -> Draft:
    """An article of the text in the file *source*; without *title* one is proposed."""
    wanted = checked_title(title) if title is not None else None
    ending = source.suffix.lower()
    if ending in CONVERTED:
        draft = CONVERTED[ending](read_bytes(source), source, birth, wanted)
        braces = [BRACES] if '{{ "{' in draft.text else []
        return replace(draft, notes=(*braces, *draft.notes))
    text, encoding = read_text(source)
    make = from_markdown if ending in MARKDOWN else from_plain
    draft = make(text, source, birth, wanted)
    notes = [] if encoding == "utf-8" else [f"the file was read as {encoding} text"]
    if without_jinja(text) != text:
        notes.append(BRACES)
    return replace(draft, notes=(*notes, *draft.notes))


def _word(content: bytes, source: Path, birth: Birth, title: str | None) -> Draft:
    from newsletter.edition.from_word import from_word

    return from_word(content, source, birth, title)


def _page(content: bytes, source: Path, birth: Birth, title: str | None) -> Draft:
    from newsletter.edition.from_page import from_page

    return from_page(content, source, birth, title)


CONVERTED: Mapping[str, Callable[[bytes, Path, Birth, str | None], Draft]] = {
    ".docx": _word,
    ".html": _page,
    ".htm": _page,
    ".xhtml": _page,
}
"""What is read by its ending; the libraries are loaded when they are needed."""
