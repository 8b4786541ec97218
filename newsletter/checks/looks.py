"""This module works out how each element of a letter looks: the cascade of CSS, as far as rules ask for it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from newsletter.checks.colour import BLACK, WHITE, Colour, over, read_colour
from newsletter.checks.css import Declaration, StyleRule, holds, pixels, read_style, specificity

BOLD = frozenset("b strong th h1 h2 h3 h4 h5 h6".split())
SIZES = {"h1": 32.0, "h2": 24.0, "h3": 18.72, "h5": 13.28, "h6": 10.72, "small": 13.33}
LINK = Colour(0, 0, 0.93)
UNKNOWABLE = ":"
"""Selectors with a pseudo-class wait for a hand or a place; letters look as they do without."""


@dataclass(frozen=True)
class Look:
    """How an element looks; sizes in CSS pixels. *ground* is what lies behind its words."""

    colour: Colour = BLACK
    ground: Colour = WHITE
    own_ground: bool = False
    picture_behind: bool = False
    size: float = 16
    bold: bool = False
    line_height: float | None = None
    align: str = ""
    upper: bool = False
    underlined: bool = False
    hidden: bool = False

    @property
    def large(self) -> bool:
        """What WCAG calls large text."""
        return self.size >= 24 or (self.bold and self.size >= 18.66)


class Looks:
    """The looks of all elements of a letter, in light or in dark mode, on a wide screen."""

    def __init__(self, tree: Any, rules: Iterable[StyleRule], *, dark: bool) -> None:
        self.dark = dark
        self._set: dict[int, list[tuple[tuple[bool, bool, tuple[int, int, int]], Declaration]]]
        self._set = defaultdict(list)
        for rule in rules:
            if rule.selector and all(holds(one, dark=dark) for one in rule.conditions):
                self._apply(tree, rule)
        self._known: dict[int, Look] = {}

    def _apply(self, tree: Any, rule: StyleRule) -> None:
        if UNKNOWABLE in rule.selector:
            return
        strength = specificity(rule.selector)
        for node in tree.css(rule.selector):
            self._set[node.mem_id] += [
                ((one.important, False, strength), one) for one in rule.declarations
            ]

    def of(self, node: Any) -> Look:
        """How *node* looks."""
        known = self._known.get(node.mem_id)
        if known is None:
            around = (
                self.of(node.parent)
                if node.parent is not None and not node.parent.is_document_node
                else Look()
            )
            known = _changed(around, node.tag, self.declared(node))
            self._known[node.mem_id] = known
        return known

    def declared(self, node: Any) -> Mapping[str, str]:
        """What attributes and styles say of *node* itself, the stronger winning."""
        attributes = node.attributes
        said = [*self._set.get(node.mem_id, ())]
        said += [
            ((one.important, True, (0, 0, 0)), one)
            for one in read_style(attributes.get("style") or "")
        ]
        values = {name: attributes[key] for key, name in ATTRIBUTES if attributes.get(key)}
        for _strength, one in sorted(said, key=lambda pair: pair[0]):
            if one.name == "background":  # the shorthand takes the place of what was said before
                values.pop("background-color", None)
                values.pop("background-image", None)
            values[one.name] = one.value
        return values


ATTRIBUTES = (("bgcolor", "background-color"), ("align", "text-align"), ("color", "color"))


def _changed(around: Look, tag: str, values: Mapping[str, str]) -> Look:
    look = replace(
        around,
        own_ground=False,
        bold=around.bold or tag in BOLD,
        size=SIZES.get(tag, around.size),
        underlined=around.underlined or tag in {"a", "u"},
        colour=LINK if tag == "a" else around.colour,
    )
    look = _coloured(look, values)
    look = _sized(look, values)
    if decoration := values.get("text-decoration") or values.get("text-decoration-line"):
        look = replace(look, underlined="underline" in decoration)
    if weight := values.get("font-weight"):
        look = replace(
            look, bold=weight in {"bold", "bolder"} or (weight.isdigit() and int(weight) >= 700)
        )
    return replace(
        look,
        align=values.get("text-align", look.align),
        upper=values.get("text-transform", "uppercase" if look.upper else "") == "uppercase",
        hidden=around.hidden or _is_hidden(values, look.size),
    )


def _coloured(look: Look, values: Mapping[str, str]) -> Look:
    shorthand = values.get("background", "")
    behind = "url(" in shorthand or "url(" in values.get("background-image", "")
    ground = values.get("background-color") or _first_colour(shorthand)
    if ground and (found := read_colour(ground)) and found[1] > 0:
        look = replace(
            look, ground=over(*found, look.ground), own_ground=True, picture_behind=False
        )
    if behind:
        look = replace(look, picture_behind=True)
    if found := read_colour(values.get("color", "")):
        look = replace(look, colour=over(*found, look.ground))
    return look


def _first_colour(shorthand: str) -> str:
    return next((part for part in shorthand.split() if read_colour(part)), "")


def _sized(look: Look, values: Mapping[str, str]) -> Look:
    size = pixels(values.get("font-size", ""), look.size)
    if size is not None:
        look = replace(look, size=size)
    height = values.get("line-height", "")
    if height:
        number = pixels(height, look.size)
        bare = number is not None and height.replace(".", "").isdigit()
        look = replace(look, line_height=number * look.size if bare and number else number)
    return look


def _is_hidden(values: Mapping[str, str], size: float) -> bool:
    return (
        values.get("display") == "none"
        or values.get("visibility") == "hidden"
        or values.get("opacity") in {"0", "0.0"}
        or pixels(values.get("max-height", "")) == 0
        or ("font-size" in values and 0 < size <= 2)
    )
