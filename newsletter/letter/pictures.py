"""This module takes an article's pictures from beside it, to travel inside the letter or to lie on the clinic's site."""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from PIL import Image, UnidentifiedImageError

from newsletter.errors import Problem
from newsletter.letter.lighten import Light, lighten

WIDEST = 536
SHARP = 2
"""Pixels of the file for each pixel shown: what good screens have."""

FORMATS = "use a PNG or JPEG file beside the article"
PHONES = ("this is HEIC, which mail programs do not show", "export it from Photos as JPEG")
UNSHOWN = {
    ".heic": PHONES,
    ".heif": PHONES,
    ".svg": ("this is SVG, which mail programs do not show", "export it as PNG, 1,072 pixels wide"),
}
"""What cannot be read here, by the ending of the file."""


@dataclass(frozen=True)
class Picture:
    """A file that travels with the letter; the letter's HTML shows a picture as cid:*cid*.

    *source* is the file that the article names: what travels may have another format.
    """

    cid: str
    filename: str
    type: str
    content: bytes
    source: str = ""

    @property
    def is_shown(self) -> bool:
        """Whether the letter shows it; a calendar file it only brings along."""
        return self.type.startswith("image/")

    def travels_with(self, html: str) -> bool:
        """Whether the letter *html* needs it inside: it shows it, or brings a file that lies nowhere else."""
        return f"cid:{self.cid}" in html if self.is_shown else f"/{self.cid}" not in html


@dataclass(frozen=True)
class Shown:
    """How a picture stands in the letter; *width* and *height* in CSS pixels."""

    src: str
    width: int
    height: int


class Pictures:
    """The pictures of one edition, each taken once; what is wrong with them gathers in *problems*.

    *site* is the address of the clinic's pages, where pictures do not travel in the letter.
    """

    def __init__(self, folder: Path, name: str, site: str = "") -> None:
        self.folder = folder
        self.name = name
        self.site = site
        self.taken: dict[str, Picture] = {}
        self.problems: list[Problem] = []

    def shown(
        self, source: str, line: int, width: object = None, *, widest: int = WIDEST, phone: int = 0
    ) -> Shown:
        """The picture *source*, at most *widest* pixels wide and never wider than it is sharp.

        *phone* is the width on a phone, where that is more.
        """
        if not source:
            cure = "write its name: ![what it shows](file.png)"
            self._problem(line, "a picture names no file", cure)
            return Shown(source, widest, widest)
        if source.startswith(("https://", "http://")):
            cure = "save the picture beside the article and name the file"
            self._problem(line, f"{source} is a picture from the web", cure)
            return Shown(source, widest, widest)
        if source.startswith("data:"):
            cure = "save it as a file beside the article, and name that: ![what it shows](file.png)"
            self._problem(line, "a picture is written into the article itself", cure)
            return Shown("", widest, widest)
        wanted = min(int(str(width)) if str(width or "").isdigit() else widest, widest)
        try:
            light = self._light(source, SHARP * max(wanted, phone))
        except (OSError, UnidentifiedImageError, ValueError, Image.DecompressionBombError) as error:
            what, cure = _reason(error, source)
            self._problem(line, f"the picture {source}: {what}", cure)
            return Shown(source, widest, widest)
        wide = min(wanted, light.natural)
        address = self._address(source, light)
        return Shown(address, wide, max(1, round(light.height * wide / light.width)))

    def enclose(self, picture: Picture) -> str:
        """Take *picture* along; its address in the letter."""
        self.taken[picture.cid] = picture
        return address_of(picture, self.site)

    def _light(self, source: str, pixels: int) -> Light:
        path = self.folder / unquote(source)  # markdown-it has encoded the spaces of a name
        return lighten(path.read_bytes(), pixels)

    def _address(self, source: str, light: Light) -> str:
        stem = Path(unquote(source)).stem
        digest = hashlib.sha256(light.content).hexdigest()[:16]
        cid = f"{re.sub(r'[^A-Za-z0-9]+', '-', stem).strip('-') or 'picture'}-{digest}"
        filename = f"{stem}{light.ending}"
        return self.enclose(Picture(cid, filename, light.type, light.content, source))

    def _problem(self, line: int, what: str, cure: str) -> None:
        self.problems.append(Problem(self.name, line, what, cure))

    @property
    def all(self) -> tuple[Picture, ...]:
        return tuple(self.taken.values())


def address_of(picture: Picture, site: str = "") -> str:
    """Where the letter finds *picture*: inside itself, or on the clinic's *site*."""
    return f"{site}/picture/{picture.cid}" if site else f"cid:{picture.cid}"


def with_addresses(
    html: str, pictures: Sequence[Picture], address: Callable[[Picture], str]
) -> str:
    """*html* with other addresses of its pictures: inside the page, for looking at it or testing it."""
    for picture in pictures:
        pattern = rf'"(?:cid:|https://[^"\s]*/picture/){re.escape(picture.cid)}"'
        html = re.sub(pattern, lambda _match, one=picture: f'"{address(one)}"', html)  # type: ignore[misc]
    return html


def _reason(error: Exception, source: str) -> tuple[str, str]:
    """Why a picture cannot be taken, and what would be right."""
    ending = Path(source).suffix.lower()
    if isinstance(error, FileNotFoundError):
        return "there is no such file", FORMATS
    if isinstance(error, UnidentifiedImageError):
        return UNSHOWN.get(ending, ("this is no picture that can be read", FORMATS))
    if "truncated" in str(error):
        return (
            "the file ends in the middle of the picture",
            "copy it once more from where it is whole",
        )
    return str(error), FORMATS
