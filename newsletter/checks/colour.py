"""This module knows colours: how they are written, how they contrast, and what dark modes make of them."""

from functools import lru_cache
from typing import NamedTuple

from tinycss2.color3 import parse_color

SMALLEST, SMALLEST_LARGE = 4.5, 3.0
"""WCAG 2.2, 1.4.3: the contrast of text, and of large text (24 px, or 18.66 px bold)."""

DARKEST = 21.25
"""The lightness of #333333, which Outlook's dark mode makes of white; black becomes white."""


class Colour(NamedTuple):
    """Red, green and blue from 0 to 1."""

    red: float
    green: float
    blue: float

    def __str__(self) -> str:
        return "#" + "".join(f"{round(part * 255):02X}" for part in self)


BLACK, WHITE = Colour(0, 0, 0), Colour(1, 1, 1)


@lru_cache(maxsize=512)
def read_colour(words: str) -> tuple[Colour, float] | None:
    """The colour that CSS writes as *words*, and how opaque it is; None where it names none."""
    parsed = parse_color(words.strip())
    if parsed is None or isinstance(parsed, str):
        return None
    return Colour(parsed.red, parsed.green, parsed.blue), parsed.alpha


def over(colour: Colour, opacity: float, ground: Colour) -> Colour:
    """What is seen where *colour* lies on *ground*."""
    return Colour(*(a * opacity + b * (1 - opacity) for a, b in zip(colour, ground, strict=True)))


@lru_cache(maxsize=512)
def contrast(one: Colour, other: Colour) -> float:
    """From 1 to 21 (WCAG 2.2)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@lru_cache(maxsize=512)
def forced_dark(colour: Colour) -> Colour:
    """What a mail program makes of *colour* that turns letters dark by itself.

    The lightness is mirrored, as Outlook on the web does: L* becomes 21.25 to 100 for 100 to 0.
    """
    light, a, b = _to_lab(colour)
    return _from_lab((100 - light) * (100 - DARKEST) / 100 + DARKEST, a, b)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _gamma(part: float) -> float:
    part = part * 12.92 if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055
    return min(1.0, max(0.0, part))


def _luminance(colour: Colour) -> float:
    red, green, blue = map(_linear, colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _to_lab(colour: Colour) -> tuple[float, float, float]:
    red, green, blue = map(_linear, colour)
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    fx, fy, fz = (
        part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in (x, y, z)
    )
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def _from_lab(light: float, a: float, b: float) -> Colour:
    fy = (light + 16) / 116
    x, y, z = (
        scale * (part**3 if part**3 > 0.008856 else (part - 16 / 116) / 7.787)
        for part, scale in ((fy + a / 500, 0.9505), (fy, 1.0), (fy - b / 200, 1.089))
    )
    return Colour(
        _gamma(3.2406 * x - 1.5372 * y - 0.4986 * z),
        _gamma(-0.9689 * x + 1.8758 * y + 0.0415 * z),
        _gamma(0.0557 * x - 0.2040 * y + 1.0570 * z),
    )
