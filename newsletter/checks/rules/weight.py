"""This module holds the rules of size and pictures: what mailboxes cut off, and what they do not show."""

import io
import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from PIL import Image

from newsletter.checks.css import pixels
from newsletter.checks.draft import Draft
from newsletter.checks.page import Node
from newsletter.checks.rule import Hit, rule
from newsletter.checks.size import weigh
from newsletter.letter import Picture

HUGE_PICTURE, LARGE_PICTURE, LARGE_PICTURES = 1_000_000, 200_000, 800_000
UNSHOWN = re.compile(r"\.(svg|webp|avif|heic|heif|bmp|tiff?)$", re.IGNORECASE)
SHOWN = ("PNG", "JPEG", "GIF")
SHARPEST = 2.2
"""Times as wide as shown: 2 is enough for every screen, the rest leaves room for rounding."""
PHONE = 480
"""A small picture may be as wide as a phone there; up to this width it is never too sharp."""
FEWEST_WORDS = 50


@rule(
    "size/html", "error", "the HTML, with rewritten links, is under 102 kB (80 kB warns)", "Gmail"
)
def html(draft: Draft) -> Iterator[Hit]:
    weight = weigh(draft.page)
    if weight.severity:
        sentence = f"the HTML is {weight.sent / 1000:.0f} kB with links; Gmail cuts it at 102"
        yield Hit(sentence, "shorten the article", severity=weight.severity)


@rule(
    "size/image",
    "error",
    "no picture over 1 MB (200 kB warns), all together under 800 kB",
    "react-email, own",
)
def image(draft: Draft) -> Iterator[Hit]:
    shown = [picture for picture in draft.pictures if _is_shown(draft, picture)]
    for picture in shown:
        size = len(picture.content)
        if size > LARGE_PICTURE:
            severity = "error" if size > HUGE_PICTURE else "warning"
            sentence = f"the picture {_file(picture)} is {size / 1000:,.0f} kB"
            cure = "save it smaller: twice as wide as shown, as JPEG"
            yield Hit(sentence, cure, _line(draft, picture), severity=severity)
    total = sum(len(picture.content) for picture in shown)
    if total > LARGE_PICTURES and max(len(picture.content) for picture in shown) <= LARGE_PICTURE:
        sentence = f"the pictures are {total / 1000:,.0f} kB together"
        yield Hit(sentence, "leave some out or save them smaller", severity="warning")


def _is_shown(draft: Draft, picture: Picture) -> bool:
    return f"cid:{picture.cid}" in draft.view.html or picture.filename in draft.view.html


@rule(
    "img/format",
    "error",
    "pictures are JPEG, PNG or GIF, and none is written into the HTML",
    "caniemail, Buttondown",
)
def format_(draft: Draft) -> Iterator[Hit]:
    cure = "save it as JPEG, PNG or GIF"
    for node in draft.page.images:
        source = node.attributes.get("src") or ""
        if source.startswith("data:"):
            yield Hit(
                "a picture is written into the HTML (data:)",
                "name a file beside the article",
                path=draft.template,
            )
        elif match := UNSHOWN.search(urlsplit(source).path):
            sentence = f"many mail programs do not show {match[1].upper()}: {_name(source)}"
            yield Hit(sentence, cure, draft.line(_name(source)))
    for picture in draft.pictures:
        if picture.type.startswith("image/") and (kind := _size(picture)[0]) not in SHOWN:
            yield Hit(
                f"the picture {_file(picture)} is {kind or 'none'}",
                cure,
                _line(draft, picture),
            )


@rule(
    "img/dims",
    "warning",
    "pictures say how wide they are, and are not much larger than that",
    "own",
)
def dims(draft: Draft) -> Iterator[Hit]:
    by_cid = {f"cid:{picture.cid}": picture for picture in draft.pictures}
    for node in draft.page.images:
        source = node.attributes.get("src") or ""
        width = pixels(node.attributes.get("width") or "")
        picture = by_cid.get(source)
        if _is_pixel(node):
            continue
        if width is None or not _height_known(draft, node):
            yield Hit(
                f"the picture {_name(source)[:60]} does not say how large it is",
                'write width="…px"',
                path=draft.template,
            )
        elif picture is not None and (real := _size(picture)[1]) > max(width, PHONE) * SHARPEST:
            sentence = f"the picture {_file(picture)} is {real} px wide and shown {width:g} px wide"
            yield Hit(sentence, f"save it {2 * width:.0f} px wide", _line(draft, picture))


def _height_known(draft: Draft, node: Node) -> bool:
    """As an attribute (auto follows from the width), or as a style."""
    return bool(node.attributes.get("height") or draft.page.light.declared(node).get("height"))


def _is_pixel(node: Node) -> bool:
    return node.attributes.get("width") in {"0", "1"}


def _name(source: str) -> str:
    return unquote(source.rpartition("/")[2]) or source


def _file(picture: Picture) -> str:
    """The name by which the author knows it."""
    return _name(picture.source) or picture.filename


def _line(draft: Draft, picture: Picture) -> int | None:
    """Where the article names it, in its text or as its hero."""
    source = picture.source or picture.filename
    is_hero = draft.edition.details.get("hero") == source
    return draft.key_line("hero") if is_hero else draft.written.picture(source)


def _size(picture: Picture) -> tuple[str, int]:
    try:
        with Image.open(io.BytesIO(picture.content)) as opened:
            return str(opened.format), opened.width
    except OSError:
        return "", 0


@rule(
    "img/ratio",
    "error",
    "the letter is not a picture with hardly a word",
    "SpamAssassin HTML_IMAGE_ONLY, Buttondown",
)
def ratio(draft: Draft) -> Iterator[Hit]:
    own = draft.page.text
    for part in (draft.settings.clinic.why, draft.settings.clinic.disclaimer):
        own = own.replace(" ".join(part.split()), "") if part else own
    words = len(own.split())
    pictures = [node for node in draft.page.images if not _is_pixel(node)]
    if pictures and words < FEWEST_WORDS:
        sentence = f"the letter is a picture with {words} words: who sees no pictures sees nothing"
        yield Hit(sentence, "write in the letter what the picture says")
