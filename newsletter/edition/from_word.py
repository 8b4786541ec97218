"""This module makes an article of a Word file: as it reads when every tracked change is accepted, without comments."""

import html
import io
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
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
    (re.compile(rb"</w:fldSimple>"), b'<w:r><w:fldChar w:fldCharType="end"/></w:r>'),
    (
        re.compile(rb'<w:fldSimple(?= )[^>]* w:instr="([^"]*)"[^>]*(?<!/)>'),
        rb'<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>\1</w:instrText></w:r>'
        rb'<w:r><w:fldChar w:fldCharType="separate"/></w:r>',
    ),
    (re.compile(rb"</?w:(?:customXml|dir|bdo)(?: [^>]*)?(?<!/)>|</?m:[^>]*>"), b""),
)
"""What mammoth leaves out with the words in it, as what it keeps or takes away (ECMA-376, part 1, 17.13 and 17.16)."""
EQUATION = re.compile(rb"<m:oMath(?: [^>]*)?(?<!/)>.*?</m:oMath>", re.DOTALL)
EQUATIONS = (
    (re.compile(rb"<m:(rPr|ctrlPr)(?: [^>]*)?(?<!/)>.*?</m:\1>", re.DOTALL), b""),
    (re.compile(rb"</m:num>"), b"<m:r><m:t>/</m:t></m:r>"),
    (re.compile(rb"<m:sup>(?!</)"), b"<m:r><m:t>^</m:t></m:r>"),
    (re.compile(rb"<(/?)m:(r|t)(?=[ >])"), rb"<\1w:\2"),
    (re.compile(rb"</?m:[^>]*>"), b""),
)
"""An equation as the line of text that it is in Word's linear form (ECMA-376, part 1, 22.1)."""
CHOICE = re.compile(
    rb"<mc:AlternateContent(?: [^>]*)?>\s*<mc:Choice(?: [^>]*)?>"
    rb"((?:(?!</?mc:AlternateContent|</mc:Choice>).)*)</mc:Choice>"
    rb"(?:(?!</?mc:AlternateContent|<mc:Fallback).)*</mc:AlternateContent>",
    re.DOTALL,
)
"""What newer programs show, where nothing is said for older ones."""
DRAWING = re.compile(rb"<w:drawing(?: [^>]*)?>(?:(?!<w:drawing[ >]).)*?</w:drawing>", re.DOTALL)
BOX = re.compile(rb"<w:txbxContent(?: [^>]*)?>(.*?)</w:txbxContent>", re.DOTALL)
HIDDEN = re.compile(
    rb"<w:r(?: [^>]*)?>\s*<w:rPr>(?:(?!</w:rPr>|<w:rPrChange).)*<w:vanish(?: w:val=\"(?:1|true|on)\")?/>"
    rb"(?:(?!</w:rPr>).)*</w:rPr>(?:(?!<w:r[ >]).)*?</w:r>",
    re.DOTALL,
)
TEXT = re.compile(rb"<w:t(?: [^>]*)?>([^<]*)</w:t>")


@dataclass
class Seen:
    """What a Word file has that its article lacks."""

    comments: int = 0
    equations: int = 0
    hidden: list[str] = field(default_factory=list)

    def notes(self) -> list[str]:
        """A line for each kind of it."""
        hidden = " ".join(" ".join(self.hidden).split())
        told = [
            "1 comment was left out"
            if self.comments == 1
            else f"{self.comments} comments were left out",
            "an equation became a line of text, look it over"
            if self.equations == 1
            else f"{self.equations} equations became lines of text, look them over",
            f"hidden in Word and left out: “{hidden}”",
        ]
        return [
            note
            for note, there in zip(told, (self.comments, self.equations, hidden), strict=True)
            if there
        ]


def from_word(content: bytes, source: Path, birth: Birth, title: str | None) -> Draft:
    """A draft of the .docx file *source* with the bytes *content*."""
    import mammoth

    settled, seen = _settled(content, source)
    try:
        converted = mammoth.convert_to_html(io.BytesIO(settled), style_map=STYLES)
    except (KeyError, ValueError, IndexError, AttributeError, ExpatError) as error:
        raise _unreadable(source) from error
    draft = draft_of_html(_without_marks(converted.value), source, birth, title, data_of)
    return replace(draft, notes=(*seen.notes(), *draft.notes))


def _settled(content: bytes, source: Path) -> tuple[bytes, Seen]:
    """The file as it is to be read, and what it has beside that."""
    written = io.BytesIO()
    seen = Seen()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(written, "w") as new:
            if sum(entry.file_size for entry in old.infolist()) > 10 * LARGEST:
                raise NewsletterError(f"{source}: this is too much for an article")
            old.getinfo("word/document.xml")
            for entry in old.infolist():
                part = old.read(entry)
                if entry.filename.startswith("word/comments.xml"):
                    seen.comments = len(re.findall(rb"<w:comment[ >]", part))
                new.writestr(entry.filename, _part(entry.filename, part, seen))
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError) as error:
        raise _unreadable(source) from error
    return written.getvalue(), seen


def _part(name: str, part: bytes, seen: Seen) -> bytes:
    if not re.fullmatch(r"word/(document|footnotes|endnotes)\.xml", name):
        return part
    part = _with_boxes(_without_hidden(part, seen))
    seen.equations += len(EQUATION.findall(part))
    part = EQUATION.sub(lambda found: _replaced(found[0], EQUATIONS), part)
    return _replaced(part, SETTLED)


def _replaced(part: bytes, table: Sequence[tuple[re.Pattern[bytes], bytes]]) -> bytes:
    for pattern, replacement in table:
        part = pattern.sub(replacement, part)
    return part


def _without_hidden(part: bytes, seen: Seen) -> bytes:
    """What Word does not show does not come out."""

    def gone(run: re.Match[bytes]) -> bytes:
        texts = TEXT.findall(run[0])
        seen.hidden += [html.unescape(text.decode("utf-8", "replace")) for text in texts]
        return TEXT.sub(b"", run[0]) if b"<w:fldChar" in run[0] else b""

    return HIDDEN.sub(gone, part)


def _with_boxes(part: bytes) -> bytes:
    """Text boxes of today's kind as the older kind that mammoth knows, also round pictures and other boxes."""
    pictures: list[bytes] = []

    def box(drawing: re.Match[bytes]) -> bytes:
        if texts := BOX.findall(drawing[0]):
            return b"<w:pict>" + b"".join(texts) + b"</w:pict>"
        pictures.append(drawing[0])
        return b"<w:picture-%d/>" % (len(pictures) - 1)

    boxed = _until_settled(DRAWING, box, _until_settled(CHOICE, lambda found: found[1], part))
    return re.sub(rb"<w:picture-(\d+)/>", lambda found: pictures[int(found[1])], boxed)


def _until_settled(
    pattern: re.Pattern[bytes], replaced: Callable[[re.Match[bytes]], bytes], part: bytes
) -> bytes:
    """*part* with every find replaced from the inside: *pattern* sees none that has another in it."""
    count = 1
    while count:
        part, count = pattern.subn(replaced, part)
    return part


def _without_marks(html: str) -> str:
    """Without the arrows that lead from a note back to its place."""
    return re.sub(r'\s*<a href="#(?:foot|end)note-ref-[^"]*">↑</a>', "", html)


def _unreadable(source: Path) -> NewsletterError:
    return NewsletterError(
        f"{source}: this is no Word file that can be read (a password, or an older kind?); "
        "open it in Word, save it as .docx and name that file"
    )
