"""This module makes an article of HTML: the title, the words, the pictures, and what is still to do."""

import base64
import binascii
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bs4 import Tag
from PIL import Image, UnidentifiedImageError

from newsletter.edition.draft import Birth, Draft, Enclosed
from newsletter.edition.from_markdown import from_converted
from newsletter.edition.literal import slug
from newsletter.edition.markup import as_markdown_text
from newsletter.edition.received import is_heading
from newsletter.errors import NewsletterError

FOLDER = "pictures"
MARKUP = re.compile(r"[\\[\]<>#|]")
ENDINGS = {"JPEG": ".jpg", "PNG": ".png", "GIF": ".gif", "WEBP": ".webp", "TIFF": ".tif", "BMP": ".bmp"}  # fmt: skip
SMALLEST = 3
"""Pixels: what is smaller counts readers or holds a place."""

Fetch = Callable[[str], bytes | None]
"""From a picture's address to its bytes; None where it lies elsewhere."""


@dataclass
class Album:
    """The pictures of one article; *notes* tell which are missing."""

    stem: str
    fetch: Fetch
    taken: list[Enclosed] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def picture(self, image: Tag) -> str:
        """The Markdown of *image*, which is kept; a line to do where it cannot be."""
        address = _address(image)
        alt = " ".join(str(image.get("alt") or "").split())
        if not address:
            return ""
        content = self.fetch(address)
        if content is None:
            self.notes.append(f"a picture lies elsewhere, save it beside the article: {address}")
            return f"TODO a picture belongs here: {_plain(alt)}".rstrip(": ")
        return self._kept(content, alt)

    def _kept(self, content: bytes, alt: str) -> str:
        try:
            with Image.open(io.BytesIO(content)) as image:
                size, kind = image.size, str(image.format)
        except (UnidentifiedImageError, OSError):
            kind, size = "", (SMALLEST, SMALLEST)
        if max(size) < SMALLEST:
            return ""
        if kind not in ENDINGS:
            self.notes.append("a drawing could not be read; save it from the file as PNG")
            return f"TODO a drawing belongs here: {_plain(alt)}".rstrip(": ")
        name = f"{FOLDER}/{self.stem}-{len(self.taken) + 1}{ENDINGS[kind]}"
        self.taken.append(Enclosed(name, content))
        return f"![{_plain(alt) or 'TODO say what the picture shows'}]({name})"


def draft_of_html(
    html: str, source: Path, birth: Birth, title: str | None, fetch: Fetch, author: str = ""
) -> Draft:
    """A draft of the article *html*; without *title* its first heading, or the file's name, is the title."""
    album = Album(slug(title or source.stem), fetch)
    try:
        text = _below_a_title(as_markdown_text(html, album.picture))
    except RecursionError as error:
        raise NewsletterError(
            f"{source}: its parts lie in each other too deeply; copy the article's text into a .txt file and name that"
        ) from error
    if not text:
        raise NewsletterError(f"{source}: there are no words in it; name a file with an article")
    draft = from_converted(text, source, birth, title, author=author)
    notes = (*dict.fromkeys(album.notes), *_told(album.taken), *draft.notes)
    return Draft(draft.name, draft.text, draft.title, notes, tuple(album.taken))


def _told(pictures: Sequence[Enclosed]) -> list[str]:
    if not pictures:
        return []
    names = ", ".join(picture.name for picture in pictures)
    return [f"pictures: {names}"]


def _below_a_title(text: str) -> str:
    """Headings moved so that the first is the title and the largest of the others stands below it."""
    text = _with_heading(text)
    heads = re.findall(r"^(#+) ", text, re.MULTILINE)
    if not heads:
        return text
    first = text.startswith("#")
    below = [len(marks) for marks in heads[first:]] or [2]
    shift = 2 - min(below)
    seen = iter(range(len(heads)))

    def moved(match: re.Match[str]) -> str:
        if next(seen) == 0 and first:
            return "# "
        return "#" * max(2, min(6, len(match[1]) + shift)) + " "

    return re.sub(r"^(#+) ", moved, text, flags=re.MULTILINE)


def _with_heading(text: str) -> str:
    """A short first line that is no sentence is the title, whatever it was formatted as."""
    line, _end, rest = text.partition("\n")
    words = line.strip("*")
    if rest.strip() and not MARKUP.search(words) and is_heading(words, longest=90):
        return f"# {words}\n{rest}"
    return text


def _address(image: Tag) -> str:
    """Where a picture lies; pages that load late keep it in another attribute."""
    given = [str(image.get(name) or "").strip() for name in ("data-src", "data-original", "src")]
    return next((address for address in given if address), "")


def data_of(address: str) -> bytes | None:
    """The bytes of a data: address; None where it is none."""
    head, comma, body = address.partition(",")
    if not comma or not head.startswith("data:") or not head.endswith(";base64"):
        return None
    try:
        return base64.b64decode(body, validate=False)
    except (binascii.Error, ValueError):
        return None


def _plain(alt: str) -> str:
    return re.sub(r"([\\\[\]])", r"\\\1", alt)
