"""This module writes HTML as Markdown that shows exactly its words: what Word files and web pages become first."""

import re
from collections.abc import Callable

from bs4 import BeautifulSoup, Tag
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
    for cell in soup.find_all(["td", "th"]):
        _flatten(cell)
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


def _flatten(cell: Tag) -> None:
    """A cell of a Markdown table is one line: its paragraphs stand behind each other."""
    for paragraph in cell.find_all(["p", "li", "div", "br"]):
        paragraph.insert_after(" ")
        paragraph.unwrap()
    for inner in cell.find_all(["ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6"]):
        inner.unwrap()


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
        lines = re.sub(" {2,}", " ", text.strip()).split("\n")
        return str(super().convert_p(el, "\n".join(map(_guarded, lines)), parent_tags))  # type: ignore[misc]

    def convert_div(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        words = text if el.find(BLOCKS) else _guarded(text.strip())
        return str(super().convert_div(el, words, parent_tags))  # type: ignore[misc]

    def convert_li(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return str(super().convert_li(el, _guarded(text), parent_tags))  # type: ignore[misc]

    def convert_a(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        href = str(el.get("href") or "").strip()
        if not href.startswith(LINKS) or not text.strip():
            return text
        if el.get_text(strip=True) in {href, href.removeprefix("mailto:")}:
            return f"<{href.removeprefix('mailto:')}>"
        before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        address = href.replace(" ", "%20").replace("(", "%28").replace(")", "%29")
        return f"{before}[{text.strip()}]({address}){after}"

    def convert_img(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        written = self.picture(el)
        return f"\n\n{written}\n\n" if written else ""

    def convert_hN(self, n: int, el: Tag, text: str, parent_tags: set[str]) -> str:  # noqa: N802
        words = " ".join(text.split())
        return f"\n\n{'#' * min(n, 6)} {words}\n\n" if words else ""


def _guarded(text: str) -> str:
    """A paragraph that begins like a list or a heading, and is none."""
    words = text.lstrip()
    if NUMBERED.match(words):
        return NUMBERED.sub(r"\1\\", words, count=1)
    return "\\" + words if words[:1] in "#+->=:|" and BLOCK_START.match(words) else text
