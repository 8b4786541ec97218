"""This module finds the columns of a table whose words a narrow phone must not break: "10:15" and not "10:1/5".

MJML lets long words break anywhere, and a table then makes its narrow columns narrower still.
"""

from collections.abc import Sequence

from markdown_it.tree import SyntaxTreeNode

from newsletter.letter.article import plain_words, rows_of
from newsletter.letter.masking import Masked

PHONE = 244
"""Pixels between the edges of a card on a phone of 320."""
SMALL, LARGE, GAP = 9, 14, 12
"""Pixels of a bold small letter or digit, of any other sign, and between two columns."""
RUNNING = 60
"""Pixels left for each column of running words; these may break."""


def keep_whole(table: SyntaxTreeNode, masked: Masked) -> None:
    """Mark the cells of short columns nowrap, if a phone has room for all of these."""
    columns = list(zip(*rows_of(table), strict=True))
    short = [column for column in columns if _is_short(column, masked)]
    if sum(map(_width, short)) + RUNNING * (len(columns) - len(short)) > PHONE:
        return
    for column in short:
        for cell in column:
            cell.attrs["nowrap"] = "nowrap"


def _is_short(column: Sequence[SyntaxTreeNode], masked: Masked) -> bool:
    """Whether each cell has one word at most, none is long, and no reader's value makes it longer."""
    words = [_words(cell) for cell in column]
    known = not any(masked.word.search(cell) for cell in words)
    return known and all(len(cell.split()) <= 1 for cell in words) and _width(column) <= PHONE / 2


def _width(column: Sequence[SyntaxTreeNode]) -> int:
    return GAP + max(sum(map(_sign, _words(cell))) for cell in column)


def _sign(sign: str) -> int:
    return SMALL if sign.isascii() and not sign.isupper() else LARGE


def _words(cell: SyntaxTreeNode) -> str:
    return "".join(map(plain_words, cell.children))
