"""This module takes an article's pictures from beside it, to travel inside the letter."""

import hashlib
import io
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from PIL import Image, UnidentifiedImageError

from newsletter.errors import Problem

WIDEST = 536
TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif"}
"""What every mail program shows (caniemail.com): no WebP, AVIF or SVG."""


@dataclass(frozen=True)
class Picture:
    """A picture that travels inline; the letter's HTML shows it as cid:*cid*."""

    cid: str
    filename: str
    type: str
    content: bytes


@dataclass(frozen=True)
class Shown:
    """How a picture stands in the letter; *width* and *height* in CSS pixels."""

    src: str
    width: int
    height: int


class Pictures:
    """The pictures of one edition, each taken once; what is wrong with them gathers in *problems*."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = name
        self.taken: dict[str, tuple[Picture, Shown]] = {}
        self.problems: list[Problem] = []

    def shown(self, source: str, line: int, width: object = None) -> Shown:
        """The picture *source*, at most as wide as the letter's text and never wider than it is sharp."""
        if source.startswith(("https://", "http://")):
            cure = "save the picture beside the article and name the file"
            self.problems.append(
                Problem(self.name, line, f"{source} is a picture from the web", cure)
            )
            return Shown(source, WIDEST, WIDEST)
        try:
            picture, natural = self._taken(source)
        except (OSError, UnidentifiedImageError, ValueError) as error:
            self.problems.append(
                Problem(
                    self.name,
                    line,
                    f"the picture {source}: {_reason(error)}",
                    "use a PNG, JPEG or GIF file beside the article",
                )
            )
            return Shown(source, WIDEST, WIDEST)
        wide = min(int(str(width)) if str(width or "").isdigit() else WIDEST, WIDEST, natural.width)
        return Shown(f"cid:{picture.cid}", wide, round(natural.height * wide / natural.width))

    def _taken(self, source: str) -> tuple[Picture, Shown]:
        if source not in self.taken:
            path = Path(unquote(source))  # markdown-it has encoded the spaces of a name
            content = (self.folder / path).read_bytes()
            with Image.open(io.BytesIO(content)) as image:
                width, height, kind = image.width, image.height, str(image.format)
            if kind not in TYPES:
                raise ValueError(f"{kind} is not shown by every mail program")
            cid = f"{re.sub(r'[^A-Za-z0-9]+', '-', path.stem)}-{hashlib.sha256(content).hexdigest()[:8]}"
            picture = Picture(cid, path.name, TYPES[kind], content)
            self.taken[source] = picture, Shown(source, width, height)
        return self.taken[source]

    @property
    def all(self) -> tuple[Picture, ...]:
        return tuple(picture for picture, _shown in self.taken.values())


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    return "this is no picture" if isinstance(error, UnidentifiedImageError) else str(error)
