"""This module finds what somebody typed for a list, a heading, a button or a link, and Markdown takes for something else."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from markdown_it.tree import SyntaxTreeNode

from newsletter.checks.written import Parsed
from newsletter.letter.article import card_of, is_button, line_of, plain_words, rows_of
from newsletter.letter.masking import Masked
from newsletter.letter.unread import is_meant

BULLET = re.compile(r"\s*([•·▪▫◦‣●○■□➢➤]|o(?=\t))")
TICK = re.compile(r"\s*([✓✔✅☑➡▶◆❖])")
BROKEN = re.compile(r".*(?: {2,}|\\)$")
"""A line that ends as one, so that the next begins below it."""
COLUMNS = re.compile(r"\s*\S.*?\t\s*\S")
HEADING = re.compile(r"(#{2,6})[^#\s]")
BOX = re.compile(r"\[[ xX]\](?=\s)")
STARS = re.compile(r"\*\*|__")
ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>()\"“”]+\w", re.IGNORECASE)

SIGN, GAP = 8, 12
"""Pixels of a letter of a table, and between two of its columns."""
PHONE = 350
"""Pixels between the edges of an article on a phone of 390."""


@dataclass(frozen=True)
class Mark:
    """What is shown otherwise than it was meant, what would be right, and the line of the article."""

    what: str
    cure: str
    line: int


def marks(article: Parsed) -> Iterator[Mark]:
    """Everything of the kind in *article*, each once a line."""
    masked = article.masked
    for node in article.nodes:
        if node.type == "paragraph":
            yield from _rows(node, masked)
        elif node.type == "text":
            yield from _signs(node, masked)
        elif node.type == "link":
            yield from _button(node, masked)
        elif node.type == "table":
            yield from _table(node, masked)
        elif node.type == "code_block":
            what = (
                "lines that are set in by four spaces or a tab are shown as a program's typescript"
            )
            cure = "take the spaces at their beginning away"
            yield Mark(what, cure, line_of(node, masked))


def _rows(node: SyntaxTreeNode, masked: Masked) -> Iterator[Mark]:
    rows = node.children[0].content.split("\n")
    if (found := _first(rows)) is not None:
        number, sign = found
        what = f"“{sign}” makes no list here, and lines below each other run together"
        cure = "begin each line with - and a space, and leave an empty line above the first"
        yield Mark(what, cure, line_of(node, masked, number))
    elif sum(COLUMNS.match(row) is not None for row in rows) > 1:
        what = "columns that are set with tabs run together"
        cure = "write a table: | Day | Hours |, below it |---|---|, then a line for each row"
        yield Mark(what, cure, line_of(node, masked))
    for number, row in enumerate(rows):
        line = line_of(node, masked, number)
        if match := HEADING.match(row):
            yield Mark(f"{match[1]} is shown as it stands", f"leave a space after {match[1]}", line)
        if (
            (match := BOX.match(row))
            and node.parent is not None
            and node.parent.type == "list_item"
        ):
            what = f"{match[0]} is shown as it stands: nobody can tick a box in a letter"
            yield Mark(what, "leave it out", line)


def _first(rows: list[str]) -> tuple[int, str] | None:
    """The first of *rows* that begins with a bullet, or with a sign that the next one begins with too."""
    ticked = [number for number, row in enumerate(rows) if TICK.match(row)]
    run_on = [number for number in ticked if number and not BROKEN.match(rows[number - 1])]
    for number, row in enumerate(rows):
        match = BULLET.match(row) or (TICK.match(row) if len(ticked) > 1 and run_on else None)
        if match:
            return number, match[1]
    return None


def _signs(node: SyntaxTreeNode, masked: Masked) -> Iterator[Mark]:
    line = line_of(node, masked)
    if (match := STARS.search(node.content)) and is_meant(node, match[0]):
        what = f"{match[0]} is shown as it stands and makes nothing strong"
        cure = f"put no space inside the two {match[0]}, and a space after the second"
        yield Mark(what, cure, line)
    if (match := ADDRESS.search(node.content)) and not _stands_in_link(node):
        what = f"{masked.unmask(match[0])} is no link: not everybody can tap it"
        whole = match[0] if match[0].lower().startswith("http") else f"https://{match[0]}"
        yield Mark(what, f"write [words]({masked.unmask(whole)})", line)


def _table(node: SyntaxTreeNode, masked: Masked) -> Iterator[Mark]:
    """A table whose longest words stand beside each other on no phone; readers' values may be short."""
    columns = zip_longest(*rows_of(node))
    widest = [max(_longest_word(cell, masked) for cell in column if cell) for column in columns]
    if sum(SIGN * letters + GAP for letters in widest) > PHONE:
        what = f"this table of {len(widest)} columns is too wide for a phone, where its words break in the middle"
        yield Mark(what, "write fewer columns, as a line for each day", line_of(node, masked))


def _longest_word(cell: SyntaxTreeNode, masked: Masked) -> int:
    words = masked.word.sub("", "".join(map(plain_words, cell.children))).split()
    return max((len(word) for word in words if not ADDRESS.match(word)), default=0)


def _stands_in_link(node: SyntaxTreeNode) -> bool:
    around = node.parent
    while around is not None and around.type != "link":
        around = around.parent
    written_out = any(
        part.type == "html_inline" and part.content.lower().startswith("<a")
        for part in node.siblings
    )
    return around is not None or written_out


def _button(link: SyntaxTreeNode, masked: Masked) -> Iterator[Mark]:
    if "button" not in str(link.attrs.get("class", "")).split():
        return
    paragraph = link.parent.parent if link.parent is not None else None
    place = paragraph.parent if paragraph is not None else None
    alone = paragraph is not None and is_button(paragraph) is link
    if alone and place is not None and (place.type == "root" or card_of(place)):
        return
    what = f"“{masked.unmask(plain_words(link))}” is shown as a link, not as a button"
    cure = "leave an empty line before and after it, with nothing else in its line"
    yield Mark(what, cure, line_of(link, masked))
