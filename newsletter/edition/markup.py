"""This module writes HTML as Markdown that shows exactly its words: what Word files and web pages become first."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from urllib.parse import quote

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PageElement, PreformattedString
from markdown_it import MarkdownIt
from markdownify import MarkdownConverter

from newsletter.edition.literal import BLOCK_START, INLINE, NUMBERED

Picture = Callable[[Tag], str]
"""From an img to its Markdown, or to nothing."""

LINKS = ("http://", "https://", "mailto:", "tel:")
EMPTY = re.compile(r"^[ \t]*\\?[ \t]*$", re.MULTILINE)


def as_markdown_text(html: str, picture: Picture) -> str:
    """*html* as Markdown; headings begin with #, pictures are written by *picture*, each in a paragraph."""
    soup = BeautifulSoup(html, "lxml")
    for image in soup.find_all("img"):
        _lift(image)
    for table in reversed(soup.find_all("table")):
        _settle(table, soup)
    _define(soup)
    _plain_inside(soup)
    written = Writer(picture).convert_soup(soup)
    return re.sub(r"\n{3,}", "\n\n", EMPTY.sub("", str(written))).strip()


def _lift(image: Tag) -> None:
    """A picture inside a sentence or a link goes before it, into a paragraph of its own."""
    block = image
    while (parent := block.parent) is not None and parent.name in INLINE_TAGS:
        block = parent
    if block is not image:
        block.insert_before(image.extract())


BLOCKS = (
    "p div ul ol table blockquote pre h1 h2 h3 h4 h5 h6 img hr section article figure dl".split()
)
INLINE_TAGS = frozenset("p a span strong em b i u s sub sup h1 h2 h3 h4 h5 h6 picture".split())
CELLS = ["td", "th"]
IN_CELLS = (
    "p div ul ol li blockquote h1 h2 h3 h4 h5 h6 section article figure figcaption "
    "dl dt dd table caption tr td th br hr".split()
)
ORDER = {"thead": 0, "tfoot": 2}
WIDEST = 100
"""Columns that cells may span; what asks for more is a mistake."""


def _settle(table: Tag, soup: BeautifulSoup) -> None:
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
        if child.name not in CELLS if isinstance(child, Tag) else _is_said(child):
            child.wrap(soup.new_tag("td"))


def _is_said(child: PageElement) -> bool:
    """Whether *child* is bare words, in no tag of its own."""
    return type(child) is NavigableString and bool(child.strip())


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


EMPHASIS = (("b", "strong"), ("i", "em"), ("del", "s"))
CODE = ("code", "kbd", "samp")
READER = MarkdownIt("commonmark").enable("strikethrough")
EMPHASISED = [name for names in EMPHASIS for name in names]
MARKLESS = "span font u mark abbr acronym small big cite ins label time dfn var tt".split()
"""Tags that leave no mark in Markdown."""
MARKED = frozenset("a code kbd samp sub sup q br img".split())
DIVIDES = [
    *BLOCKS,
    *"br li dt dd td th tr tbody thead tfoot figcaption header footer main aside details".split(),
]


def _define(soup: BeautifulSoup) -> None:
    """Markdown has no lists of terms: a term is a strong line, what it means a paragraph."""
    for part in soup.find_all(["dt", "dd"]):
        if part.name == "dt" and part.find(BLOCKS) is None:
            term = soup.new_tag("strong")
            term.extend([*part.contents])
            part.append(term)
        part.name = "p" if part.find(BLOCKS) is None else "div"
    for terms in soup.find_all("dl"):
        terms.name = "div"


def _plain_inside(soup: BeautifulSoup) -> None:
    """Links and emphasis so that Markdown has a way to write them: none around a block, no two side by side."""
    for tag in soup.find_all([*MARKLESS, "a"]):
        leads = str(tag.get("href") or "").strip().lower().startswith(LINKS)
        if tag.name != "a" or not leads or tag.find_parent("a"):
            tag.unwrap()
    for comment in soup.find_all(string=lambda text: isinstance(text, PreformattedString)):
        comment.extract()
    for tag in soup.find_all(["a", "sub", "sup", *EMPHASISED]):
        if tag.find(DIVIDES):
            _spread(tag, tag, soup)
            tag.unwrap()
    for names in (*EMPHASIS, CODE):
        _merge(soup, names)
    for paragraph in soup.find_all("p"):
        if paragraph.find(BLOCKS):
            paragraph.name = "div"
    soup.smooth()
    _drop_idle_breaks(soup)


def _drop_idle_breaks(soup: BeautifulSoup) -> None:
    """A break at the end of a block or before another block breaks nothing; in code it is the end of a line."""
    for code_break in soup.select("pre br"):
        code_break.replace_with("\n")
    for line_break in reversed(soup.find_all("br")):
        below = line_break.next_sibling
        while below is not None and not below.get_text(strip=True) and not isinstance(below, Tag):
            below = below.next_sibling
        ends = below is None and line_break.parent is not None and line_break.parent.name in DIVIDES
        if ends or (isinstance(below, Tag) and below.name in BLOCKS):
            line_break.decompose()


def _spread(inside: Tag, mark: Tag, soup: BeautifulSoup) -> None:
    """Put *mark* around the words of each line *inside*."""
    line: list[PageElement] = []
    for child in [*inside.contents, None]:
        divides = isinstance(child, Tag) and (child.name in DIVIDES or child.find(DIVIDES))
        if child is not None and not divides:
            line.append(child)
            continue
        if any(part.get_text(strip=True) for part in line):
            around = soup.new_tag(mark.name)
            around.attrs.update(mark.attrs)
            line[0].insert_before(around)
            around.extend(line)
        line = []
        if isinstance(child, Tag):
            _spread(child, mark, soup)


def _merge(soup: BeautifulSoup, names: tuple[str, ...]) -> None:
    """One emphasis, or piece of code, where several stand side by side or in each other."""
    for tag in soup.find_all(names):
        if tag.find_parent(names) or not tag.get_text():
            tag.unwrap()
    for tag in soup.find_all(names):
        while isinstance(beside := tag.next_sibling, Tag) and beside.name in names:
            tag.extend([*beside.contents])
            beside.extract()


def _beside(tag: Tag, *, forwards: bool) -> str:
    """The character next to *tag*; none where a line or another mark begins or ends."""
    beside = tag.next_sibling if forwards else tag.previous_sibling
    if beside is None:
        above = tag.parent
        inner = above is not None and above.name in EMPHASISED
        return _beside(above, forwards=forwards) if above is not None and inner else ""
    if isinstance(beside, Tag) and (beside.name in MARKED or beside.name in DIVIDES):
        return ""
    words = beside.get_text()
    return words[:1] if forwards else words[-1:]


def _works(inner: str, outer: str) -> bool:
    """Whether a mark between two characters opens or closes an emphasis (CommonMark, 6.2)."""
    if unicodedata.category(inner)[0] not in "PS":
        return True
    return not outer or outer.isspace() or unicodedata.category(outer)[0] == "P"


def _emphasis(mark: str) -> Callable[["Writer", Tag, str, set[str]], str]:
    """What writes *mark* on both sides of words where Markdown would understand it."""

    def written(writer: "Writer", el: Tag, text: str, parent_tags: set[str]) -> str:
        words = text.strip()
        inner = words.strip(mark[0])
        if not inner or "_noformat" in parent_tags:
            return text
        before, after = text[: text.index(words)], text[text.index(words) + len(words) :]
        opens = _works(inner[0], before[-1:] or _beside(el, forwards=False))
        closes = _works(inner[-1], after[:1] or _beside(el, forwards=True))
        marked = f"{before}{mark}{words}{mark}{after}" if opens and closes else text
        if el.find(EMPHASISED) and not el.find_parent(EMPHASISED) and not _is_read(marked, el):
            return writer.with_one_emphasis(el, parent_tags)
        return marked

    return written


def _is_read(marked: str, el: Tag) -> bool:
    """Whether Markdown takes every mark of *marked* for one and shows the words of *el*."""
    if any(
        isinstance(one, Tag) and one.name in EMPHASISED
        for one in (el.previous_sibling, el.next_sibling)
    ):
        return False
    left, right = (_alike(_beside(el, forwards=forwards)) for forwards in (False, True))
    inline = READER.parseInline(f"{left}{marked}{right}")[0].children or []
    shown = "".join(part.content for part in inline if part.type in {"text", "code_inline"})
    return shown.split() == f"{left}{el.get_text()}{right}".split()


def _alike(sign: str) -> str:
    """A sign that is to the marks beside it what *sign* is, and is none itself."""
    return "." if sign and unicodedata.category(sign)[0] in "PS" else sign


class Writer(MarkdownConverter):
    """Our Markdown: dashes for lists, one star for emphasis, a backslash for a line break."""

    def __init__(self, picture: Picture) -> None:
        super().__init__(
            heading_style="ATX",
            bullets="-",
            newline_style="BACKSLASH",
            wrap=True,
            wrap_width=None,
            sub_symbol="<sub>",
            sup_symbol="<sup>",
            table_infer_header=True,
        )
        self.picture = picture

    def escape(self, text: str, parent_tags: set[str]) -> str:
        """Every character that means something to Markdown, and no more: a person reads this file."""
        escaped = INLINE.sub(lambda match: "\\" + match[0], text or "")
        return escaped.replace("|", "\\|") if {"td", "th"} & set(parent_tags) else escaped

    def with_one_emphasis(self, el: Tag, parent_tags: set[str]) -> str:
        """*el* without the emphasis inside it, where Markdown could not tell one from the other."""
        for inner in el.find_all(EMPHASISED):
            inner.unwrap()
        el.smooth()
        return str(self.process_tag(el, parent_tags))  # type: ignore[attr-defined]

    def convert_p(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        lines = re.sub(" {2,}", " ", _parted(text)).split("\n")
        return str(super().convert_p(el, "\n".join(map(_guarded, lines)), parent_tags))  # type: ignore[misc]

    def convert_div(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        words = text if el.find(BLOCKS) else _guarded(_parted(text))
        return str(super().convert_div(el, words, parent_tags))  # type: ignore[misc]

    convert_article = convert_section = convert_header = convert_footer = convert_div
    convert_main = convert_aside = convert_figure = convert_details = convert_div
    convert_b = convert_strong = _emphasis("**")
    convert_i = convert_em = _emphasis("*")
    convert_del = convert_s = _emphasis("~~")

    def convert_li(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        words = text if _begins_with_block(el.children) else _guarded(text)
        return str(super().convert_li(el, words, parent_tags))  # type: ignore[misc]

    def convert_list(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        written = str(super().convert_list(el, text, parent_tags))  # type: ignore[misc]
        goes_on = "li" in parent_tags and not _begins_with_block(el.next_siblings)
        return f"{written}\n\n" if goes_on else written

    convert_ul = convert_ol = convert_list

    def convert_td(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return f" {' '.join(text.split())} |"

    convert_th = convert_td

    def convert_code(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        written = str(super().convert_code(el, text, parent_tags))  # type: ignore[misc]
        escapes = {*CELLS} & parent_tags and "_noformat" not in parent_tags
        return written.replace("|", "\\|") if escapes else written

    convert_kbd = convert_samp = convert_code

    def convert_a(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        href = str(el.get("href") or "").strip()
        if not href.lower().startswith(LINKS) or not text.strip() or "_noformat" in parent_tags:
            return text
        if el.get_text(strip=True) in {href, href.removeprefix("mailto:")}:
            return f"<{href.removeprefix('mailto:')}>"
        before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        address = re.sub(r"[ ()|]", lambda sign: quote(sign[0]), href)
        return f"{before}[{text.strip()}]({address}){after}"

    def convert_img(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        written = self.picture(el)
        return f"\n\n{written}\n\n" if written else ""

    def convert_hN(self, n: int, el: Tag, text: str, parent_tags: set[str]) -> str:  # noqa: N802
        words = " ".join(text.split())
        return f"\n\n{'#' * min(n, 6)} {words}\n\n" if words else ""


def _begins_with_block(parts: Iterable[PageElement]) -> bool:
    """Whether the first of *parts* that is no space is a block, or there is none."""
    first = next((part for part in parts if isinstance(part, Tag) or _is_said(part)), None)
    return first is None or (isinstance(first, Tag) and first.name in BLOCKS)


def _parted(text: str) -> str:
    """Two line breaks part paragraphs; the last one breaks nothing."""
    return re.sub(r"(?:\\\n *){2,}", "\n\n", re.sub(r"(?:\\\n\s*)+$", "", text)).strip()


def _guarded(text: str) -> str:
    """A paragraph that begins like a list or a heading, and is none."""
    words = text.lstrip()
    if NUMBERED.match(words):
        return NUMBERED.sub(r"\1\\", words, count=1)
    return "\\" + words if words[:1] in "#+->=:|" and BLOCK_START.match(words) else text
