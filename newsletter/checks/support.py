"""This module reads caniemail.com's data: which mail programs lose a feature, and how many readers use them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

CLIENTS: Mapping[tuple[str, str], tuple[str, float]] = {
    ("apple-mail", "ios"): ("Apple Mail (iPhone)", 0.25),
    ("apple-mail", "macos"): ("Apple Mail (Mac)", 0.08),
    ("gmail", "desktop-webmail"): ("Gmail", 0.13),
    ("gmail", "android"): ("Gmail (Android)", 0.12),
    ("gmail", "ios"): ("Gmail (iPhone)", 0.09),
    ("outlook", "windows"): ("Outlook (Windows)", 0.06),
    ("outlook", "outlook-com"): ("Outlook.com", 0.06),
    ("outlook", "ios"): ("Outlook (iPhone)", 0.03),
    ("outlook", "android"): ("Outlook (Android)", 0.02),
    ("outlook", "macos"): ("Outlook (Mac)", 0.02),
    ("yahoo", "desktop-webmail"): ("Yahoo", 0.05),
    ("yahoo", "ios"): ("Yahoo (iPhone)", 0.02),
    ("samsung-email", "android"): ("Samsung Email", 0.05),
    ("aol", "desktop-webmail"): ("AOL", 0.02),
}
"""The programs of readers in the United States and their share: our estimate from public figures of 2026."""

MATTERS = 0.05

GRACEFUL = (
    "css-at-", "css-pseudo-", "css-selector-", "css-border-radius", "css-box-shadow", "css-text-shadow",
    "css-cursor", "css-outline", "css-word-spacing", "css-letter-spacing", "css-transition", "css-animation",
    "css-color-scheme", "css-important", "css-comments", "css-overflow-wrap", "css-word-break", "css-word-wrap",
    "css-hyphen", "css-text-decoration-", "css-text-underline", "css-text-wrap", "css-text-emphasis",
    "css-user-select", "css-orphans", "css-widows", "css-font-kerning", "css-font-stretch", "css-sytem-ui",
    "css-list-style-image", "css-list-style-position", "css-accent-color", "css-caption-side", "css-tab-size",
    "css-white-space", "css-max-width", "css-min-width", "css-table-layout", "css-resize", "css-empty-cells",
    "css-text-indent", "css-text-align-last", "css-text-justify", "css-font-size-adjust", "css-nesting",
    "css-display-none", "css-direction", "html-aria-", "html-role", "html-lang", "html-dir", "html-loading",
    "html-target", "html-semantics", "html-abbr", "html-acronym", "html-address", "html-bdi", "html-dfn",
    "html-wbr", "html-del", "html-strike", "html-comments", "html-doctype", "html-meta", "html-body",
    "html-style", "html-link", "html-anchor-links", "html-mailto-links", "html-ruby", "html-rp", "html-rt",
    "html-cellspacing", "html-cellpadding", "html-valign", "html-align", "html-height", "html-width",
    "html-srcset", "html-hidden", "html-base",
)  # fmt: skip
"""What is merely missed where it is lost: the letter stays whole and readable."""


@dataclass(frozen=True)
class Loss:
    """A feature that some programs lose; *share* of the readers use them."""

    title: str
    url: str
    share: float
    clients: tuple[str, ...]


@lru_cache(maxsize=1)
def _data() -> Mapping[str, Mapping[str, Any]]:
    file = resources.files("newsletter.checks") / "data" / "caniemail.json"
    loaded: Mapping[str, Mapping[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    return loaded


def known_features() -> frozenset[str]:
    """The names of all features that the data speaks of."""
    return frozenset(_data())


def lost(slug: str) -> Loss | None:
    """Who loses the feature; None where it is lost gracefully or nobody knows of it."""
    feature = _data().get(slug)
    if feature is None or slug.startswith(GRACEFUL):
        return None
    losing = [
        told
        for (family, platform), told in CLIENTS.items()
        if feature["status"].get(f"{family} {platform}") == "n"
    ]
    share = sum(part for _name, part in losing) / sum(part for _name, part in CLIENTS.values())
    return Loss(feature["title"], feature["url"], share, tuple(name for name, _part in losing))
