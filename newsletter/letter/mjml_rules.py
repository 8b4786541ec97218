"""This module knows MJML's tags, where each may stand and what it may say: the engine itself accepts anything."""

from collections.abc import Mapping
from dataclasses import dataclass

COMMON = "css-class mj-class"
PADDING = "padding padding-top padding-right padding-bottom padding-left"
BORDER = "border border-top border-right border-bottom border-left border-radius"
BACKGROUND = "background-color background-url background-repeat background-size background-position background-position-x background-position-y"
FONT = "font-family font-size font-style font-weight letter-spacing line-height text-align text-decoration text-transform color"

ATTRIBUTES: Mapping[str, frozenset[str]] = {
    tag: frozenset(words.split())
    for tag, words in {
        "mjml": "lang dir",
        "mj-head": "",
        "mj-body": f"{COMMON} width background-color",
        "mj-title": "",
        "mj-breakpoint": "width",
        "mj-style": "",
        "mj-attributes": "",
        "mj-all": "",
        "mj-class": "",
        "mj-raw": "",
        "mj-wrapper": f"{COMMON} {PADDING} {BORDER} {BACKGROUND} full-width text-align direction",
        "mj-section": f"{COMMON} {PADDING} {BORDER} {BACKGROUND} full-width text-align direction text-padding",
        "mj-group": f"{COMMON} width vertical-align background-color direction",
        "mj-column": f"{COMMON} {PADDING} {BORDER} width vertical-align background-color inner-background-color inner-border inner-border-top inner-border-right inner-border-bottom inner-border-left inner-border-radius direction",
        "mj-text": f"{COMMON} {PADDING} {FONT} height align container-background-color vertical-align",
        "mj-button": f"{COMMON} {PADDING} {BORDER} {FONT} href rel target title name align background-color container-background-color height width inner-padding vertical-align",
        "mj-image": f"{COMMON} {PADDING} {BORDER} src srcset sizes alt href rel target title name align width height max-height fluid-on-mobile container-background-color usemap font-size",
        "mj-divider": f"{COMMON} {PADDING} border-color border-style border-width container-background-color width align",
        "mj-spacer": f"{COMMON} {PADDING} container-background-color height width",
        "mj-table": f"{COMMON} {PADDING} {FONT} align border cellpadding cellspacing container-background-color table-layout width vertical-align",
        "mj-social": f"{COMMON} {PADDING} {FONT} align border-radius container-background-color icon-height icon-padding icon-size inner-padding mode text-padding table-layout",
        "mj-social-element": f"{COMMON} {PADDING} {FONT} align alt background-color border-radius href icon-height icon-padding icon-size name rel src srcset sizes target text-padding title vertical-align",
        "mj-hero": f"{COMMON} {PADDING} {BACKGROUND} height width mode vertical-align inner-padding container-background-color background-height background-width border-radius",
    }.items()
}
"""The attributes of each tag that this engine renders as MJML's documentation says."""

PARENTS: Mapping[str, frozenset[str]] = {
    tag: frozenset(words.split())
    for tag, words in {
        "mj-head": "mjml",
        "mj-body": "mjml",
        "mj-title": "mj-head",
        "mj-breakpoint": "mj-head",
        "mj-style": "mj-head",
        "mj-attributes": "mj-head",
        "mj-all": "mj-attributes",
        "mj-class": "mj-attributes",
        "mj-raw": "mj-head mj-body mj-column mj-wrapper mj-section mj-hero",
        "mj-wrapper": "mj-body",
        "mj-section": "mj-body mj-wrapper",
        "mj-hero": "mj-body mj-wrapper",
        "mj-group": "mj-section",
        "mj-column": "mj-section mj-group",
        "mj-text": "mj-column mj-hero",
        "mj-button": "mj-column mj-hero",
        "mj-image": "mj-column mj-hero",
        "mj-divider": "mj-column mj-hero",
        "mj-spacer": "mj-column mj-hero",
        "mj-table": "mj-column mj-hero",
        "mj-social": "mj-column mj-hero",
        "mj-social-element": "mj-social",
    }.items()
}
"""Where each tag may stand; inside mj-attributes every component may stand for its defaults."""

NOT_HERE: Mapping[str, tuple[str, str]] = {
    "mj-include": ("<mj-include> is not read", 'use {% include "partials/…" %}'),
    "mj-carousel": ("<mj-carousel> is not rendered rightly", "use one mj-image with a link"),
    "mj-accordion": ("<mj-accordion> is not rendered rightly", "write the text out under headings"),
    "mj-accordion-element": ("<mj-accordion-element> is not rendered rightly", "write the text out under headings"),
    "mj-navbar": ("<mj-navbar> opens only in a few mail programs", "use links in an mj-text"),
    "mj-navbar-link": ("<mj-navbar-link> opens only in a few mail programs", "use links in an mj-text"),
    "mj-html-attributes": ("<mj-html-attributes> is not read", "write the attribute in the HTML itself"),
    "mj-selector": ("<mj-selector> is not read", "write the attribute in the HTML itself"),
    "mj-preview": (
        "<mj-preview> is hidden white text, which spam filters count",
        'make the preheader the first visible line: {% include "edition/preheader.mjml" %}',
    ),
    "mj-font": (
        "<mj-font> loads a font from elsewhere, which tells them who reads, and most mail programs leave it out",
        "use fonts that every computer has, in partials/tokens.jinja",
    ),
}  # fmt: skip
"""Tags that this engine renders wrongly or not at all, or that harm a letter: what, and what to use instead."""

NOT_THERE: Mapping[tuple[str, str], str] = {
    ("mjml", "owa"): "take it away",
    ("mj-body", "id"): "use css-class",
    ("mj-wrapper", "gap"): "give each mj-section inside a padding-top",
    ("mj-section", "gutter"): "give each mj-column inside a padding",
    ("mj-table", "role"): "use mj-table for data, and mj-section with mj-column for layout",
    ("mj-style", "inline"): "write the style into the tag itself, or leave inline out: the sheet stays in the head",
    ("mj-raw", "position"): "leave it out; nothing can stand before the doctype",
    ("mj-image", "loading"): "take it away; mail programs load pictures their own way",
}  # fmt: skip
"""Attributes of MJML that this engine ignores, and what to write instead."""

NEEDED: Mapping[str, Mapping[str, str]] = {
    "mjml": {
        "lang": 'write lang="{{ edition.language }}", for screen readers',
        "dir": 'write dir="{{ edition.direction }}", for screen readers',
    },
    "mj-image": {"alt": 'write alt="what it shows", or alt="" for decoration'},
    "mj-social-element": {
        "alt": 'write alt="what it shows", or alt="" where words stand beside it',
        "src": "name a picture of your own; the engine takes it from another company's server",
    },
}
"""Attributes without which a letter is not accessible, or asks a stranger for something."""


@dataclass(frozen=True)
class Value:
    """Values that the engine takes in silence and renders wrongly."""

    tags: str
    attributes: str
    wrong: str
    what: str
    cure: str


VALUES = (
    Value(r"mj-.*", r".*padding(-\w+)?", r"(^|\s)0(\s|$)", "has a 0 without px, which is computed wrongly", "write 0px"),
    Value(r"mj-.*", r"(inner-|icon-|text-)?padding(-\w+)?", r"^(?!\s*(\d+(\.\d+)?(px|%)?\s*){1,4}$)", "is no width", "write one to four widths, as 8px 32px"),
    Value(r"mj-(?!table).*", r"width|icon-size|icon-height", r"^(?!\d+(\.\d+)?(px|%)$)", "is no width", "write 184px or 50%"),
    Value(r"mj-(image|spacer|button|hero)", r"height", r"^(?!(\d+(\.\d+)?(px|%)|auto)$)", "is no height", "write 184px"),
    Value(r"mj-.*", r"font-size", r"^(?!\d+(\.\d+)?px$)", "is no size", "write 17px"),
    Value(r"mj-.*", r"line-height", r"^(?!\d+(\.\d+)?(px|%)?$)", "is no height", "write 27px"),
    Value(r"mj-.*", r".*color", r"^(?!(#[0-9a-fA-F]{3,8}|[a-zA-Z]+|rgba?\([^)]*\))$)", "is no colour", "write one as #0B5D4E, from partials/tokens.jinja"),
    Value(r"mj-hero", r"mode", r"fluid-height", "comes out with a height below nothing", 'use mode="fixed-height", or mj-section with background-url'),
    Value(r"mj-social-element", r"name", r"^(?!.*-noshare$)(facebook|twitter|x|google|pinterest|linkedin|xing|tumblr)$", "wraps the link into a page that shares it", "write the name with -noshare at its end"),
)  # fmt: skip

HTML_INSIDE = frozenset(
    {
        "mj-text",
        "mj-button",
        "mj-table",
        "mj-raw",
        "mj-social-element",
        "mj-title",
        "mj-preview",
        "mj-style",
    }
)
"""Tags whose content is HTML or words."""

VOID = frozenset({"br", "hr", "img", "meta", "link", "input", "col", "area", "base", "wbr"})
