"""This module finds the line of the article on which a link, a picture or a heading of the letter was written."""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it.tree import SyntaxTreeNode

from newsletter.edition import Edition
from newsletter.letter import article
from newsletter.letter.masking import Masked, mask
from newsletter.letter.text_html import OPENS

TAGGED = r"(?:[?&]utm_[^#]*)?"
"""What [utm] adds to links of our own."""


@dataclass(frozen=True)
class Spot:
    """What the article names or says on a line; anything may stand where it has a reader's value."""

    address: re.Pattern[str]
    words: re.Pattern[str]
    line: int

    def says(self, words: str) -> bool:
        """Whether these are its *words*; a mail program sees spaces where marks stood."""
        return self.words.fullmatch("".join(words.split())) is not None


@dataclass(frozen=True)
class Written:
    """The links, pictures and headings of an article, each in its own order."""

    links: Sequence[Spot]
    pictures: Sequence[Spot]
    headings: Sequence[Spot]

    def link(self, href: str, words: str = "", nth: int = 0) -> int | None:
        """The line of the *nth* link to *href* that says *words*, or of one that says something else."""
        alike = [spot for spot in self.links if spot.address.fullmatch(href)]
        return _line([spot for spot in alike if spot.says(words)] or alike, nth)

    def picture(self, source: str) -> int | None:
        """The line of the first picture from the file *source*."""
        return _line([spot for spot in self.pictures if spot.address.fullmatch(source)])

    def described(self, alt: str) -> int | None:
        """The line of the first picture with the description *alt*."""
        return _line([spot for spot in self.pictures if spot.says(alt)])

    def heading(self, words: str) -> int | None:
        """The line of the first heading that says *words*."""
        return _line([spot for spot in self.headings if spot.says(words)])


@dataclass(frozen=True)
class Parsed:
    """An article as Markdown reads it, with all its nodes in their order."""

    nodes: Sequence[SyntaxTreeNode]
    masked: Masked


def parsed(edition: Edition) -> Parsed:
    """The article of *edition*."""
    masked = mask(edition.body, nonce="0", path=edition.name, first_line=edition.body_line)
    return Parsed([*article.parse(masked).walk()], masked)


def written(parsed: Parsed) -> Written:
    """What stands where in an article."""
    nodes, masked = parsed.nodes, parsed.masked
    return Written(
        links=[spot for node in nodes for spot in _links(node, masked)],
        pictures=[
            _spot(str(node.attrs["src"]), article.alt_text(node), node, masked)
            for node in nodes
            if node.type == "image"
        ],
        headings=[spot for node in nodes for spot in _headings(node, masked)],
    )


def _links(node: SyntaxTreeNode, masked: Masked) -> Iterator[Spot]:
    if node.type == "link":
        yield _spot(str(node.attrs["href"]), article.plain_words(node), node, masked)
    elif node.type == "html_inline" and (match := OPENS.match(node.content)):
        yield _spot(html.unescape(match[1]), _words_until_end(node), node, masked)
    elif node.type == "html_block":
        for match in OPENS.finditer(node.content):
            words = re.sub(r"<[^>]*>", "", node.content[match.end() :].partition("</a")[0])
            row = node.content.count("\n", 0, match.start())
            yield _spot(html.unescape(match[1]), html.unescape(words), node, masked, row)


def _words_until_end(tag: SyntaxTreeNode) -> str:
    """What stands between <a> and </a>."""
    words = ""
    while (after := tag.next_sibling) is not None and not after.content.startswith("</a"):
        words, tag = words + article.plain_words(after), after
    return words


def _headings(node: SyntaxTreeNode, masked: Masked) -> Iterator[Spot]:
    if node.type == "heading":
        yield _spot("", article.plain_words(node), node, masked)
    elif (card := article.card_of(node)) is not None and card[1]:
        yield _spot("", card[1], node, masked)


def _spot(address: str, words: str, node: SyntaxTreeNode, masked: Masked, row: int = 0) -> Spot:
    page, mark, part = address.partition("#")
    leads = _open(page, masked) + TAGGED + _open(mark + part, masked)
    says = _open("".join(words.split()), masked)
    line = article.line_of(node, masked, row)
    return Spot(re.compile(leads, re.IGNORECASE), re.compile(says), line)


def _open(words: str, masked: Masked) -> str:
    """A pattern of *words* that lets a reader's value be anything."""
    return ".*".join(map(re.escape, masked.word.split(words)))


def _line(spots: Sequence[Spot], nth: int = 0) -> int | None:
    """The line of the *nth* of *spots*, or of the last: the letter's frame may have one more."""
    return spots[min(nth, len(spots) - 1)].line if spots else None
