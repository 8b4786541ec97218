"""This module reads from the page's address what somebody wants to see."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from urllib.parse import urlencode

PARTS: Mapping[str, str] = {
    "letter": "Letter",
    "text": "Text",
    "article": "Article",
    "html": "HTML",
}
WIDTHS: Mapping[str, str] = {"320": "320", "390": "390", "700": "700", "full": "Full"}
LOOKS: Mapping[str, str] = {"light": "Light", "dark": "Dark", "forced": "Forced dark"}
IMAGES: Mapping[str, str] = {"on": "On", "off": "Off"}


@dataclass(frozen=True)
class Wish:
    """What is shown, and how; every field has a word that stands in the address."""

    reader: str = ""
    part: str = "letter"
    width: str = "390"
    look: str = "light"
    images: str = "on"

    def query(self, **changes: str) -> str:
        """The address that asks for this, with some *changes*."""
        return "?" + urlencode({k: v for k, v in asdict(replace(self, **changes)).items() if v})


def read_wish(asked: Mapping[str, str]) -> Wish:
    """What *asked* says; whatever is unknown stays as it is at first."""
    tables = {"part": PARTS, "width": WIDTHS, "look": LOOKS, "images": IMAGES}
    known = {name: asked[name] for name, table in tables.items() if asked.get(name, "") in table}
    return Wish(reader=asked.get("reader", ""), **known)
