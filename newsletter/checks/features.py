"""This module finds which of caniemail.com's features a letter uses."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from newsletter.checks.css import Declaration, StyleRule, read_style
from newsletter.checks.page import Node, Page
from newsletter.checks.support import known_features

PROPERTIES: Mapping[str, str] = {
    **dict.fromkeys(("gap", "row-gap", "column-gap", "grid-gap"), "css-gap"),
    **dict.fromkeys(("top", "right", "bottom", "left"), "css-left-right-top-bottom"),
    **dict.fromkeys(("inset", "inset-block", "inset-inline"), "css-inset"),
    **dict.fromkeys(("margin-inline", "margin-block"), "css-margin-inline-block"),
    **dict.fromkeys(("margin-inline-start", "margin-inline-end"), "css-margin-inline-start-end"),
    **dict.fromkeys(("margin-block-start", "margin-block-end"), "css-margin-block-start-end"),
    **dict.fromkeys(("padding-inline", "padding-block"), "css-padding-inline-block"),
    **dict.fromkeys(("padding-inline-start", "padding-inline-end"), "css-padding-inline-start-end"),
    **dict.fromkeys(("padding-block-start", "padding-block-end"), "css-padding-block-start-end"),
    **dict.fromkeys(("border-inline", "border-block"), "css-border-inline-block"),
    **dict.fromkeys(("block-size", "inline-size"), "css-block-inline-size"),
    **dict.fromkeys(
        ("columns", "column-rule", "column-width", "column-span"), "css-column-layout-properties"
    ),
    **dict.fromkeys(("mask", "mask-image"), "css-mask-image"),
    **dict.fromkeys(
        ("grid", "grid-template", "grid-template-columns", "grid-template-rows", "grid-area"),
        "css-grid-template",
    ),
    **dict.fromkeys(("align-content", "align-self"), "css-align-items"),
    **dict.fromkeys(("flex", "flex-flow", "flex-grow", "flex-basis"), "css-display-flex"),
    **dict.fromkeys(("shape-outside",), "css-shape-outside"),
}
"""Properties that the data keeps under another name."""

VALUES: tuple[tuple[str, str, str], ...] = (
    ("display", r"\b(inline-)?flex\b", "css-display-flex"),
    ("display", r"\b(inline-)?grid\b", "css-display-grid"),
    ("display", r"\bnone\b", "css-display-none"),
    ("", r"\bcalc\(", "css-unit-calc"),
    ("", r"\bclamp\(", "css-function-clamp"),
    ("", r"\bmin\(", "css-function-min"),
    ("", r"\bmax\(", "css-function-max"),
    ("", r"\blight-dark\(", "css-function-light-dark"),
    ("", r"\bvar\(", "css-variables"),
    ("", r"\blinear-gradient\(", "css-linear-gradient"),
    ("", r"\bradial-gradient\(", "css-radial-gradient"),
    ("", r"\bconic-gradient\(", "css-conic-gradient"),
    ("", r"\b(oklch|oklab|lab|lch|hwb|color|color-mix)\(", "css-modern-color"),
    ("", r"\brgba\(", "css-rgba"),
    ("", r"\d(vh|vw|vmin|vmax|ch|ex|rem|cm|mm|in|pc)\b", "css-unit-{}"),
)
"""A property (or any), what its value looks like, and the feature that it is."""

ELEMENTS: Mapping[str, str] = {
    **dict.fromkeys(
        "article aside details figure figcaption footer header main mark nav section summary time".split(),
        "html-semantics",
    ),
    **dict.fromkeys("ul ol dl".split(), "html-lists"),
    **dict.fromkeys("h1 h2 h3 h4 h5 h6".split(), "html-h1-h6"),
    **dict.fromkeys("map area".split(), "html-image-maps"),
    **dict.fromkeys("b strong".split(), "html-strong"),
    "s": "html-strike",
}

EXTENSIONS: Mapping[str, str] = {
    "jpeg": "jpg", "heic": "heif", "tif": "tiff", **{one: one for one in "jpg png gif svg webp avif bmp apng ico tiff heif mp4".split()},
}  # fmt: skip


def features(page: Page) -> dict[str, str]:
    """The slug of each feature, and a place where it is used."""
    found: dict[str, str] = {}
    for node in page.elements:
        for slug, where in (*_of_element(node), *_of_attributes(node)):
            found.setdefault(slug, where)
    for rule in page.rules:
        for slug, where in _of_rule(rule):
            found.setdefault(slug, where)
    return {slug: where for slug, where in found.items() if slug in known_features()}


def _of_element(node: Node) -> Iterator[tuple[str, str]]:
    tag, kind = node.tag, node.attributes.get("type") or "text"
    if tag == "input":
        yield (
            (
                f"html-input-{kind}"
                if kind in {"checkbox", "hidden", "radio", "reset", "submit"}
                else "html-input-text"
            ),
            "<input>",
        )
    elif tag == "button":
        yield f"html-button-{'reset' if kind == 'reset' else 'submit'}", "<button>"
    yield ELEMENTS.get(tag, f"html-{tag}"), f"<{tag}>"


def _of_attributes(node: Node) -> Iterator[tuple[str, str]]:
    for name, value in node.attributes.items():
        if name == "style":
            for declaration in read_style(value or ""):
                yield from _of_declaration(declaration)
        elif name == "src" and node.tag in {"img", "source", "video"}:
            yield from _of_picture(value or "")
        elif f"html-{name}" not in ELEMENT_NAMES:
            yield f"html-{name}", f"{name}="


ELEMENT_NAMES = frozenset(
    {
        "html-style",
        "html-video",
        "html-object",
        "html-form",
        "html-base",
        "html-table",
        "html-span",
        "html-code",
    }
)
"""Names that the data gives to elements and not to attributes."""


def _of_picture(source: str) -> Iterator[tuple[str, str]]:
    if source.startswith("data:"):
        yield "image-base64", source[:30]
    elif match := re.search(r"\.(\w{2,4})(?:[?#]|$)", source):
        yield f"image-{EXTENSIONS.get(match[1].lower(), '')}", source


def _of_rule(rule: StyleRule) -> Iterator[tuple[str, str]]:
    for condition in rule.conditions:
        yield f"css-{condition.split()[0].replace('@', 'at-')}", condition
    for declaration in rule.declarations:
        yield from _of_declaration(declaration)


@lru_cache(maxsize=4096)
def _found_in(declaration: Declaration) -> tuple[tuple[str, str], ...]:
    where = f"{declaration.name}: {declaration.value}"
    found = [(PROPERTIES.get(declaration.name, f"css-{declaration.name}"), where)]
    for name, pattern, slug in VALUES:
        if name in {"", declaration.name} and (match := re.search(pattern, declaration.value)):
            found.append((slug.format(match[1]) if "{}" in slug else slug, where))
    if declaration.name.startswith("--"):
        found.append(("css-variables", where))
    return tuple(found)


def _of_declaration(declaration: Declaration) -> Iterator[tuple[str, str]]:
    yield from _found_in(declaration)
