"""This module shows a letter's HTML as mail programs do: pictures inside, light, dark, or forced to be dark."""

import base64
import re
from collections.abc import Mapping, Sequence

from newsletter.letter import Picture, with_addresses

SCHEME = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)")
ALWAYS, NEVER = "(min-width: 0px)", "(min-width: 999999px)"
INVERTED = "invert(1) hue-rotate(180deg)"
LOOKS: Mapping[str, str] = {
    "light": ":root { color-scheme: light only !important; }",
    "dark": ":root { color-scheme: dark only !important; }",
    "forced": (
        ":root { color-scheme: light only !important; background: #fff; "
        f"filter: {INVERTED}; }} img, video {{ filter: {INVERTED}; }}"
    ),
}
"""The style that each look adds. The forced one is a simulation: each program inverts in its own way."""


def with_pictures(html: str, pictures: Sequence[Picture]) -> str:
    """*html* with the pictures inside, as a browser can show it."""
    return with_addresses(html, pictures, _inside)


def _inside(picture: Picture) -> str:
    return f"data:{picture.type};base64,{base64.b64encode(picture.content).decode()}"


def dressed(html: str, look: str) -> str:
    """*html* in one look, whatever this computer prefers; its links open nothing in the frame."""
    html = SCHEME.sub(
        lambda asked: ALWAYS if (asked[1] == "dark") == (look == "dark") else NEVER, html
    )
    html = html.replace('href="#', 'target="_self" href="#')
    added = f'<base target="_blank"><style>{LOOKS[look]}</style>'
    head = re.search(r"</head\s*>", html, re.IGNORECASE)
    at = head.start() if head else 0
    return html[:at] + added + html[at:]
