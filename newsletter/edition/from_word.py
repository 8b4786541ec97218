"""This module makes an article of a Word file: as it reads when every tracked change is accepted, without comments."""

import io
import re
import zipfile
from pathlib import Path
from xml.parsers.expat import ExpatError

from newsletter.edition.draft import Birth, Draft
from newsletter.edition.from_html import data_of, draft_of_html
from newsletter.errors import NewsletterError

STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
"""
LARGEST = 30_000_000
"""Bytes of a Word file; a long article with photographs has ten million."""

SETTLED = (
    (re.compile(rb"<(/?)w:moveTo(?=[ />])"), rb"<\1w:ins"),
    (re.compile(rb"<(/?)w:moveFrom(?=[ />])"), rb"<\1w:del"),
    (re.compile(rb"</?w:(?:fldSimple|customXml|dir|bdo)(?: [^>]*)?(?<!/)>"), b""),
)
"""What mammoth leaves out with the words in it, as what it keeps or takes away (ECMA-376, part 1, 17.13)."""


def from_word(content: bytes, source: Path, birth: Birth, title: str | None) -> Draft:
    """A draft of the .docx file *source* with the bytes *content*."""
    import mammoth

    settled, comments = _settled(content, source)
    try:
        converted = mammoth.convert_to_html(io.BytesIO(settled), style_map=STYLES)
    except (KeyError, ValueError, IndexError, AttributeError, ExpatError) as error:
        raise _unreadable(source) from error
    draft = draft_of_html(_without_marks(converted.value), source, birth, title, data_of)
    notes = [f"{comments} comments were left out"] if comments > 1 else []
    notes += ["1 comment was left out"] if comments == 1 else []
    return Draft(draft.name, draft.text, draft.title, (*notes, *draft.notes), draft.pictures)


def _settled(content: bytes, source: Path) -> tuple[bytes, int]:
    """The file with moved words in their new place, and how many comments it has."""
    written = io.BytesIO()
    comments = 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(written, "w") as new:
            if sum(entry.file_size for entry in old.infolist()) > 10 * LARGEST:
                raise NewsletterError(f"{source}: this is too much for an article")
            old.getinfo("word/document.xml")
            for entry in old.infolist():
                part = old.read(entry)
                if entry.filename.startswith("word/comments.xml"):
                    comments = len(re.findall(rb"<w:comment[ >]", part))
                new.writestr(entry.filename, _part(entry.filename, part))
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError) as error:
        raise _unreadable(source) from error
    return written.getvalue(), comments


def _part(name: str, part: bytes) -> bytes:
    if not re.fullmatch(r"word/(document|footnotes|endnotes)\.xml", name):
        return part
    for pattern, replacement in SETTLED:
        part = pattern.sub(replacement, part)
    return part


def _without_marks(html: str) -> str:
    """Without the arrows that lead from a note back to its place."""
    return re.sub(r'\s*<a href="#(?:foot|end)note-ref-[^"]*">↑</a>', "", html)


def _unreadable(source: Path) -> NewsletterError:
    return NewsletterError(
        f"{source}: this is no Word file that can be read (a password, or an older kind?); "
        "open it in Word, save it as .docx and name that file"
    )
