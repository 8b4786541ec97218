"""This module reads the style sheets and style attributes of a letter."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import tinycss2

LENGTH = re.compile(r"(-?\d*\.?\d+)(px|em|rem|%|pt)?$")
DESKTOP = 700
"""The width in pixels at which conditions on the width are answered."""


@dataclass(frozen=True)
class Declaration:
    """One line of CSS."""

    name: str
    value: str
    important: bool = False


@dataclass(frozen=True)
class StyleRule:
    """What a selector sets, under the conditions of the at-rules around it."""

    selector: str
    declarations: tuple[Declaration, ...]
    conditions: tuple[str, ...] = ()


@lru_cache(maxsize=4096)
def read_style(words: str) -> tuple[Declaration, ...]:
    """The declarations of a style attribute."""
    return tuple(_declarations(tinycss2.parse_blocks_contents(words, skip_comments=True)))


@lru_cache(maxsize=128)
def read_sheet(words: str) -> tuple[StyleRule, ...]:
    """The rules of a style sheet, those inside @media and @supports with their condition."""
    parsed = tinycss2.parse_stylesheet(words, skip_comments=True, skip_whitespace=True)
    return tuple(_rules(parsed, ()))


def _declarations(parsed: list[Any]) -> Iterator[Declaration]:
    for node in parsed:
        if node.type == "declaration":
            value = tinycss2.serialize(node.value).strip()
            yield Declaration(node.lower_name, value, node.important)


def _rules(parsed: list[Any], conditions: tuple[str, ...]) -> Iterator[StyleRule]:
    for node in parsed:
        if node.type == "qualified-rule":
            own = tuple(_declarations(tinycss2.parse_blocks_contents(node.content)))
            for selector in tinycss2.serialize(node.prelude).split(","):
                yield StyleRule(selector.strip(), own, conditions)
        elif node.type == "at-rule":
            condition = (
                f"@{node.lower_at_keyword} {tinycss2.serialize(node.prelude).strip()}".strip()
            )
            inside = tinycss2.parse_rule_list(
                node.content or [], skip_comments=True, skip_whitespace=True
            )
            nested = [*_rules(inside, (*conditions, condition))]
            yield from nested or [StyleRule("", (), (*conditions, condition))]


def holds(condition: str, *, dark: bool) -> bool:
    """Whether the condition of an at-rule is met on a wide screen, in dark mode or not."""
    if not condition.startswith("@media"):
        return False
    if "print" in condition or ("prefers-color-scheme" in condition and "dark" in condition) > dark:
        return False
    if re.search(r"prefers-color-scheme\s*:\s*light", condition) and dark:
        return False
    return all(
        (float(width) <= DESKTOP) if edge == "min" else (float(width) >= DESKTOP)
        for edge, width in re.findall(r"(min|max)-width\s*:\s*(\d+)px", condition)
    )


def specificity(selector: str) -> tuple[int, int, int]:
    """How strong a selector is, near enough: ids, classes and attributes, tags."""
    ids = len(re.findall(r"#[\w-]+", selector))
    classes = len(re.findall(r"\.[\w-]+|\[[^\]]*\]|(?<!:):(?!:)[\w-]+", selector))
    tags = len(re.findall(r"(?:^|[\s>+~])[a-zA-Z][\w-]*", selector))
    return ids, classes, tags


def pixels(words: str, font_size: float = 16) -> float | None:
    """A length in pixels; None where it is none that can be told."""
    match = LENGTH.match(words.strip().lower())
    if match is None:
        return None
    number, unit = float(match[1]), match[2] or "px"
    scale = {"px": 1.0, "em": font_size, "rem": 16.0, "%": font_size / 100, "pt": 4 / 3}[unit]
    return number * scale


def edges(words: str) -> list[float]:
    """A shorthand such as padding as top, right, bottom and left, in pixels."""
    sizes = [pixels(part) or 0.0 for part in words.split()][:4] or [0.0]
    return [sizes[0], sizes[min(1, len(sizes) - 1)], *_rest(sizes)]


def _rest(sizes: list[float]) -> list[float]:
    bottom = sizes[2] if len(sizes) > 2 else sizes[0]
    left = sizes[3] if len(sizes) > 3 else sizes[min(1, len(sizes) - 1)]
    return [bottom, left]
