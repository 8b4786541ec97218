"""This module knows MJML's tags, where each may stand and what it may say: the engine itself accepts anything."""

from collections.abc import Mapping

COMMON = "css-class mj-class"
PADDING = "padding padding-top padding-right padding-bottom padding-left"
BORDER = "border border-top border-right border-bottom border-left border-radius"
BACKGROUND = "background-color background-url background-repeat background-size background-position background-position-x background-position-y"
FONT = "font-family font-size font-style font-weight letter-spacing line-height text-align text-decoration text-transform color"

BODY, SECTIONS, COLUMNS, CONTENT, HEAD = "mj-body", "mj-section", "mj-column", "content", "mj-head"

ATTRIBUTES: Mapping[str, frozenset[str]] = {
    tag: frozenset(words.split())
    for tag, words in {
        "mjml": "lang dir owa",
        "mj-head": "",
        "mj-body": f"{COMMON} width background-color",
        "mj-title": "",
        "mj-preview": "",
        "mj-breakpoint": "width",
        "mj-font": "name href",
        "mj-style": "",
        "mj-attributes": "",
        "mj-raw": "",
        "mj-wrapper": f"{COMMON} {PADDING} {BORDER} {BACKGROUND} full-width text-align",
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
        "mj-preview": "mj-head",
        "mj-breakpoint": "mj-head",
        "mj-font": "mj-head",
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

NOT_HERE: Mapping[str, str] = {
    "mj-include": 'use {% include "partials/…" %}',
    "mj-carousel": "use one mj-image with a link",
    "mj-accordion": "write the text out under headings",
    "mj-accordion-element": "write the text out under headings",
    "mj-navbar": "use links in an mj-text",
    "mj-navbar-link": "use links in an mj-text",
    "mj-html-attributes": "write the attribute in the HTML itself",
    "mj-selector": "write the attribute in the HTML itself",
}
"""Tags that this engine renders wrongly or not at all, and what to use instead."""

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
