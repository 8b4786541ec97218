"""This module makes a picture as light as it may be: no more pixels than are shown, a format that all mail programs show.

Photographs become JPEG, drawings PNG with few colours; moving pictures stay as they are. Dark lines on nothing get
the white ground that they were drawn for: in dark mode nobody would see them. What a camera
writes into a file (the place, the time, the owner) does not travel.
"""

import io
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageOps

FORMATS = {
    "PNG": ("image/png", ".png"),
    "JPEG": ("image/jpeg", ".jpg"),
    "GIF": ("image/gif", ".gif"),
}
"""What every mail program shows (caniemail.com): no WebP, AVIF or SVG."""

QUALITY = 82
FEW = 4096
"""A drawing has fewer colours than this, a photograph more."""
DARK = 64
"""Shades, of 256, that are hard to tell from the ground of a dark mode."""
MUCH = 0.1
"""The part of a drawing that may be lost there."""
WORTH_IT = 0.9
"""A file that is not a tenth lighter afterwards stays as it was."""


@dataclass(frozen=True)
class Light:
    """A picture's file; *natural* is the width in pixels that it had at first."""

    content: bytes
    type: str
    ending: str
    width: int
    height: int
    natural: int


@lru_cache(maxsize=64)
def lighten(content: bytes, pixels: int) -> Light:
    """The picture *content*, at most *pixels* wide; raises OSError or ValueError where it is none."""
    with Image.open(io.BytesIO(content)) as image:
        if image.format == "GIF" and getattr(image, "is_animated", False):
            return _kept(content, image)
        upright = ImageOps.exif_transpose(image)
        drawn = _in_colours(upright)
        colours = _on_white(drawn) if _is_lost_in_dark(drawn) else drawn
        written, kind = _written(
            _smaller(colours, pixels), photograph=_is_photograph(image, colours)
        )
        may_stay = colours is drawn and _may_stay(image, upright, pixels)
        if may_stay and len(written) > WORTH_IT * len(content):
            return _kept(content, image)
        with Image.open(io.BytesIO(written)) as small:
            return Light(written, *FORMATS[kind], small.width, small.height, upright.width)


def _kept(content: bytes, image: Image.Image) -> Light:
    kind = FORMATS[image.format or ""]
    return Light(content, *kind, image.width, image.height, image.width)


def _may_stay(image: Image.Image, upright: Image.Image, pixels: int) -> bool:
    tells = bool(image.getexif()) or image.mode == "CMYK"
    return image.format in FORMATS and upright.width <= pixels and not tells


def _smaller(image: Image.Image, pixels: int) -> Image.Image:
    if image.width <= pixels:
        return image
    height = max(1, round(image.height * pixels / image.width))
    return image.resize((pixels, height), Image.Resampling.LANCZOS)


def _in_colours(image: Image.Image) -> Image.Image:
    """Plain RGB; with transparency where there is any."""
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        clear = image.convert("RGBA")
        seen_through = clear.getchannel("A").getextrema() != (255, 255)
        return clear if seen_through else clear.convert("RGB")
    return image.convert("RGB")


def _is_lost_in_dark(image: Image.Image) -> bool:
    """Whether much of what is seen of a transparent picture is dark."""
    if image.mode != "RGBA":
        return False
    seen = image.getchannel("A").point(lambda alpha: 255 * (alpha > 127))
    shades = image.convert("L").histogram(seen)
    return sum(shades[:DARK]) > MUCH * sum(shades)


def _on_white(image: Image.Image) -> Image.Image:
    ground = Image.new("RGB", image.size, "white")
    ground.paste(image, mask=image.getchannel("A"))
    return ground


def _is_photograph(image: Image.Image, colours: Image.Image) -> bool:
    return colours.mode == "RGB" and (image.format == "JPEG" or colours.getcolors(FEW) is None)


def _written(image: Image.Image, *, photograph: bool) -> tuple[bytes, str]:
    file = io.BytesIO()
    if photograph:
        image.save(file, "JPEG", quality=QUALITY, optimize=True, progressive=True)
        return file.getvalue(), "JPEG"
    method = Image.Quantize.MEDIANCUT if image.mode == "RGB" else Image.Quantize.FASTOCTREE
    image.quantize(256, method, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return file.getvalue(), "PNG"
