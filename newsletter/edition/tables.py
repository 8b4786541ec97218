"""This module settles tables of HTML as Markdown has them."""

from collections.abc import Sequence

from bs4 import BeautifulSoup, Tag

from newsletter.edition.tags import BLOCKS, CELLS, is_said

IN_CELLS = (
    "p div ul ol li blockquote h1 h2 h3 h4 h5 h6 section article figure figcaption "
    "dl dt dd table caption tr td th br hr".split()
)
ORDER = {"thead": 0, "tfoot": 2}
WIDEST = 100
"""Columns that cells may span; what asks for more is a mistake."""


def settle_table(table: Tag, soup: BeautifulSoup) -> None:
    """A table as Markdown has them: rows of equally many cells, the first one the heading.

    One inside a cell becomes words of that cell; a caption stands above.
    """
    for group in table.find_all(["colgroup", "col"]):
        group.unwrap()
    if table.find_parent(CELLS):
        return
    rows = sorted(table.find_all("tr"), key=lambda row: ORDER.get(_parent_name(row), 1))
    rows = [row for row in rows if row.find_parent("table") is table and row.contents]
    for row in rows:
        _keep_strays(row, soup)
    settled = soup.new_tag("table")
    table.insert_after(settled)
    settled.extend(_filled(rows, soup))
    for cell in settled.find_all(CELLS):
        if cell.find_parent(CELLS) is None:
            _flatten(cell)
    _keep_the_rest(table)


def _parent_name(row: Tag) -> str:
    return row.parent.name if row.parent is not None else ""


def _keep_strays(row: Tag, soup: BeautifulSoup) -> None:
    """Words between the cells of *row* get a cell of their own."""
    for child in [*row.children]:
        if child.name not in CELLS if isinstance(child, Tag) else is_said(child):
            child.wrap(soup.new_tag("td"))


def _keep_the_rest(table: Tag) -> None:
    """What stood in *table* outside its rows: the caption, if anything."""
    for caption in table.find_all("caption"):
        caption.name = "p" if caption.find(BLOCKS) is None else "div"
    table.name = "div"


def _filled(rows: list[Tag], soup: BeautifulSoup) -> list[Tag]:
    """*rows* with an empty cell in every place that another cell spans, all equally long."""
    spanned: set[tuple[int, int]] = set()
    lengths = [_fill(row, number, len(rows), spanned, soup) for number, row in enumerate(rows)]
    for row, length in zip(rows, lengths, strict=True):
        row.extend(soup.new_tag("td") for _ in range(max(lengths) - length))
    _drop_empty_columns([row.find_all(CELLS, recursive=False) for row in rows])
    return rows


def _drop_empty_columns(rows: Sequence[list[Tag]]) -> None:
    """A title may span more columns than there are; the last ones are empty in every row."""
    while rows and len(rows[0]) > 1 and not any(row[-1].contents for row in rows):
        for row in rows:
            row.pop().decompose()


def _fill(
    row: Tag, number: int, rows: int, spanned: set[tuple[int, int]], soup: BeautifulSoup
) -> int:
    """Put empty cells into *row* for what is *spanned*, add what its own cells span; its length."""
    column = 0
    for cell in row.find_all(CELLS, recursive=False):
        while (number, column) in spanned:
            cell.insert_before(soup.new_tag("td"))
            column += 1
        wide, high = _span(cell, "colspan") or 1, _span(cell, "rowspan") or rows
        wide = max(1, min(wide, WIDEST - column))
        below = range(number + 1, min(rows, number + high))
        if column < WIDEST:
            spanned |= {(line, at) for line in below for at in range(column, column + wide)}
        cell.insert_after(*(soup.new_tag("td") for _ in range(wide - 1)))
        column += wide
    while (number, column) in spanned:
        row.append(soup.new_tag("td"))
        column += 1
    return column


def _span(cell: Tag, name: str) -> int:
    value = str(cell.attrs.pop(name, "1")).strip()
    return min(int(value), WIDEST) if value.isdecimal() else 1


def _flatten(cell: Tag) -> None:
    """A cell of a Markdown table is one line: its paragraphs stand behind each other."""
    for code in cell.find_all("pre"):
        code.name = "code"
    for block in cell.find_all(IN_CELLS):
        block.insert_before(" ")
        block.insert_after(" ")
        block.unwrap()
