"""This module reads the HTML of a letter: its words, links and pictures, as a reader meets them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from newsletter.checks.css import StyleRule, read_sheet
from newsletter.checks.looks import Look, Looks

SILENT = frozenset("style script title head noscript template".split())
BLOCKS = frozenset(
    "address article aside blockquote body br caption center dd div dl dt figcaption figure footer h1 h2 "
    "h3 h4 h5 h6 header hr li main nav ol p pre section table tbody td tfoot th thead tr ul".split()
)

Node = Any
"""An element as selectolax has it."""


@dataclass(frozen=True)
class Link:
    """A link: where it leads, and what readers see of it: words, and the alternatives of its pictures."""

    href: str
    words: str
    node: Node

    @property
    def label(self) -> str:
        """What a screen reader says."""
        attributes = self.node.attributes
        spoken = [self.words, attributes.get("aria-label") or "", attributes.get("title") or ""]
        spoken += [image.attributes.get("alt") or "" for image in self.node.css("img")]
        return " ".join(filter(None, spoken)).strip()


@dataclass(frozen=True)
class Run:
    """A piece of text with the element that it stands in."""

    words: str
    node: Node


class Page:
    """The parsed HTML of one letter."""

    def __init__(self, html: str) -> None:
        self.html = html
        self.tree = LexborHTMLParser(html)

    @property
    def root(self) -> Node:
        return self.tree.root

    @property
    def body(self) -> Node:
        return self.tree.body

    def all(self, selector: str) -> list[Node]:
        """The elements that match, in the order of the letter."""
        return self.tree.css(selector)

    @cached_property
    def elements(self) -> list[Node]:
        return [node for node in self.root.traverse() if is_element(node)]

    @cached_property
    def light(self) -> Looks:
        return Looks(self.tree, self.rules, dark=False)

    @cached_property
    def dark(self) -> Looks:
        return Looks(self.tree, self.rules, dark=True)

    @cached_property
    def rules(self) -> tuple[StyleRule, ...]:
        """All rules of the style sheets."""
        found: list[StyleRule] = []
        for sheet in self.all("style"):
            media = sheet.attributes.get("media")
            own = read_sheet(sheet.text(deep=True))
            found += (
                [StyleRule(r.selector, r.declarations, (f"@media {media}",)) for r in own]
                if media
                else own
            )
        return tuple(found)

    @cached_property
    def runs(self) -> list[Run]:
        """All text that can be seen, piece by piece."""
        found = []
        for node in self.root.traverse(include_text=True):
            if node.tag != "-text" or not node.text_content.strip():
                continue
            parent = node.parent
            if parent.tag not in SILENT and not self.light.of(parent).hidden:
                found.append(Run(_spaced(node.text_content), parent))
        return found

    @cached_property
    def concealed(self) -> list[Run]:
        """Text that is there but is hidden from readers, outside <head>."""
        return [
            Run(_spaced(node.text_content), node.parent)
            for node in (self.body.traverse(include_text=True) if self.body else ())
            if node.tag == "-text"
            and node.text_content.strip("\u00ad\u034f\u200b\u200c\u200d\ufeff\u00a0 \n\t")
            and node.parent.tag not in SILENT
            and self.light.of(node.parent).hidden
        ]

    @cached_property
    def text(self) -> str:
        """All words that can be seen, with single spaces; words of different blocks never touch."""
        return _spaced("".join(self._words(lambda node: not self.light.of(node).hidden)))

    @cached_property
    def beginning(self) -> str:
        """All words, hidden ones too, for an inbox shows these after the subject."""
        return _spaced("".join(self._words(lambda _node: True)))

    def _words(self, taken: Callable[[Node], bool]) -> Iterator[str]:
        for node in self.root.traverse(include_text=True):
            if node.tag == "-text":
                if node.parent.tag not in SILENT and taken(node.parent):
                    yield node.text_content
            elif node.tag in BLOCKS:
                yield " "

    @cached_property
    def links(self) -> list[Link]:
        return [
            Link((node.attributes.get("href") or "").strip(), _spaced(node.text(deep=True)), node)
            for node in self.all("a")
        ]

    @cached_property
    def images(self) -> list[Node]:
        return self.all("img")

    @cached_property
    def conditional(self) -> str:
        """The HTML that only Outlook for Windows reads (inside conditional comments)."""
        comments = re.findall(
            r"<!--\[if [^\]]*mso[^\]]*\]>(.*?)<!\[endif\]-->", self.html, re.DOTALL
        )
        return "\n".join(comments)

    @cached_property
    def title(self) -> str:
        found = self.tree.css_first("title")
        return _spaced(found.text(deep=True)) if found else ""

    def look(self, node: Node) -> Look:
        """How *node* looks in light mode."""
        return self.light.of(node)


def is_element(node: Node) -> bool:
    return not node.tag.startswith(("-", "!"))


def block_of(node: Node) -> Node:
    """The paragraph, cell or other block that *node* stands in."""
    while node.parent is not None and node.tag not in BLOCKS:
        node = node.parent
    return node


def ancestors(node: Node) -> Iterator[Node]:
    """The elements around *node*, from the inside."""
    while (node := node.parent) is not None:
        yield node


def words_of(node: Node) -> str:
    """The text inside *node*, with single spaces."""
    return _spaced(node.text(deep=True, separator=" "))


def _spaced(words: str) -> str:
    return " ".join(words.split())
