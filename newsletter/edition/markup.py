"""This module writes HTML as Markdown that shows exactly its words: what Word files and web pages become first."""

import re
from collections.abc import Callable, Iterable
from urllib.parse import quote

from bs4 import BeautifulSoup, Tag
from bs4.element import PageElement
from markdownify import MarkdownConverter

from newsletter.edition.emphasis import emphasis, plain_inside
from newsletter.edition.literal import BLOCK_START, INLINE, NUMBERED
from newsletter.edition.tables import settle_table
from newsletter.edition.tags import BLOCKS, CELLS, INLINE_TAGS, LINKS, is_said

Picture = Callable[[Tag], str]
"""From an img to its Markdown, or to nothing."""

EMPTY = re.compile(r"^[ \t]*\\?[ \t]*$", re.MULTILINE)


def as_markdown_text(html: str, picture: Picture) -> str:
    """*html* as Markdown; headings begin with #, pictures are written by *picture*, each in a paragraph."""
    soup = BeautifulSoup(html, "lxml")
    for image in soup.find_all("img"):
        _lift(image)
    for table in reversed(soup.find_all("table")):
        settle_table(table, soup)
    _define(soup)
    plain_inside(soup)
    written = Writer(picture).convert_soup(soup)
    return re.sub(r"\n{3,}", "\n\n", EMPTY.sub("", str(written))).strip()


def _lift(image: Tag) -> None:
    """A picture inside a sentence or a link goes before it, into a paragraph of its own."""
    block = image
    while (parent := block.parent) is not None and parent.name in INLINE_TAGS:
        block = parent
    if block is not image:
        block.insert_before(image.extract())


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

    def convert_p(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        lines = re.sub(" {2,}", " ", _parted(text)).split("\n")
        return str(super().convert_p(el, "\n".join(map(_guarded, lines)), parent_tags))  # type: ignore[misc]

    def convert_div(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        words = text if el.find(BLOCKS) else _guarded(_parted(text))
        return str(super().convert_div(el, words, parent_tags))  # type: ignore[misc]

    convert_article = convert_section = convert_header = convert_footer = convert_div
    convert_main = convert_aside = convert_figure = convert_details = convert_div
    convert_b = convert_strong = emphasis("**")
    convert_i = convert_em = emphasis("*")
    convert_del = convert_s = emphasis("~~")

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
    first = next((part for part in parts if isinstance(part, Tag) or is_said(part)), None)
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
