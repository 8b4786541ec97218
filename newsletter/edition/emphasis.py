"""This module settles links and emphasis of HTML as Markdown can write and read them back."""

import unicodedata
from collections.abc import Callable

from bs4 import BeautifulSoup, Tag
from bs4.element import PageElement, PreformattedString
from markdown_it import MarkdownIt
from markdownify import MarkdownConverter

from newsletter.edition.tags import BLOCKS, DIVIDES, LINKS

EMPHASIS = (("b", "strong"), ("i", "em"), ("del", "s"))
CODE = ("code", "kbd", "samp")
READER = MarkdownIt("commonmark").enable("strikethrough")
EMPHASISED = [name for names in EMPHASIS for name in names]
MARKLESS = "span font u mark abbr acronym small big cite ins label time dfn var tt".split()
"""Tags that leave no mark in Markdown."""
MARKED = frozenset("a code kbd samp sub sup q br img".split())


def plain_inside(soup: BeautifulSoup) -> None:
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


def emphasis(mark: str) -> Callable[[MarkdownConverter, Tag, str, set[str]], str]:
    """What writes *mark* on both sides of words where Markdown would understand it."""

    def written(writer: MarkdownConverter, el: Tag, text: str, parent_tags: set[str]) -> str:
        words = text.strip()
        inner = words.strip(mark[0])
        if not inner or "_noformat" in parent_tags:
            return text
        before, after = text[: text.index(words)], text[text.index(words) + len(words) :]
        opens = _works(inner[0], before[-1:] or _beside(el, forwards=False))
        closes = _works(inner[-1], after[:1] or _beside(el, forwards=True))
        marked = f"{before}{mark}{words}{mark}{after}" if opens and closes else text
        if el.find(EMPHASISED) and not el.find_parent(EMPHASISED) and not _is_read(marked, el):
            return _with_one_emphasis(writer, el, parent_tags)
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


def _with_one_emphasis(writer: MarkdownConverter, el: Tag, parent_tags: set[str]) -> str:
    """*el* without the emphasis inside it, where Markdown could not tell one from the other."""
    for inner in el.find_all(EMPHASISED):
        inner.unwrap()
    el.smooth()
    return str(writer.process_tag(el, parent_tags))  # type: ignore[attr-defined]


def _alike(sign: str) -> str:
    """A sign that is to the marks beside it what *sign* is, and is none itself."""
    return "." if sign and unicodedata.category(sign)[0] in "PS" else sign
