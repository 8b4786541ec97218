"""This module tells running text from what stands apart: cards, and the conditions and loops around cards."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from markdown_it.tree import SyntaxTreeNode

from newsletter.letter.article import card_of, statement
from newsletter.letter.masking import Masked

KEYWORD = re.compile(r"\{%[-+]?\s*(\w+)([^%]*)")
OPENS = frozenset("if for with filter call macro block autoescape".split())
WITHIN = frozenset("set do".split())
"""Statements that write nothing, so that they may stand between two paragraphs."""


@dataclass
class _Block:
    """An {% if %} with its {% endif %}, or another such pair, and the places of its statements."""

    places: set[int] = field(default_factory=set)
    has_card: bool = False


def places_apart(nodes: Sequence[SyntaxTreeNode], masked: Masked) -> set[int]:
    """The places in *nodes* that are no running text.

    A condition around paragraphs alone stays within their section; around a card it holds whole sections.
    """
    apart: set[int] = set()
    opened: list[_Block] = []
    for place, node in enumerate(nodes):
        if card_of(node) is not None:
            apart.add(place)
            for block in opened:
                block.has_card = True
        elif (words := statement(node, masked)) is not None:
            _follow(masked.unmask(words), place, opened, apart)
    return apart.union(*(block.places for block in opened))


def _follow(words: str, place: int, opened: list[_Block], apart: set[int]) -> None:
    for match in KEYWORD.finditer(words):
        keyword = match[1]
        if keyword in OPENS or (keyword == "set" and "=" not in match[2]):
            opened.append(_Block())
        if keyword not in WITHIN and not opened:
            apart.add(place)
        for block in opened[-1:]:
            block.places.add(place)
        if keyword.startswith("end") and opened:
            block = opened.pop()
            if block.has_card:
                apart.update(block.places)
