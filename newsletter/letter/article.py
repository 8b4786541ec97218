"""This module reads an article's Markdown into a tree whose Jinja is masked."""

import re
from collections.abc import Iterator
from itertools import takewhile

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.attrs import attrs_plugin
from mdit_py_plugins.container import container_plugin

from newsletter.errors import Problem
from newsletter.letter.masking import Masked

CARDS = ("takeaways", "exercise", "note", "sources", "teaser", "figures", "bars")

BREAKS = ("softbreak", "hardbreak")
DASHES = re.compile(r"(?<!-)-{2,3}(?!-)")
CLOSED = re.compile(r"[>\s]*:{3,}\s*$")
NOTHING = re.compile(r"(?!)")
BRACES = re.compile(r"\{\s*[.#]?(button|decorative|width|height)\b[^}\n]*\}", re.IGNORECASE)
"""What Markdown took for words because it does not stand right behind a link or picture."""
ACTS = re.compile(r"(?:javascript|vbscript|data|file):", re.IGNORECASE)
"""How an address begins that leads nowhere but acts, or carries its content with it."""
TAGS = frozenset(
    "a abbr b blockquote br code dd del div dl dt em h2 h3 h4 hr i ins kbd li mark ol p pre q s small "
    "span strong sub sup table tbody td th thead tr u ul".split()
)
"""HTML that an article may use; pictures and links to files are Markdown."""


class _Candid(MarkdownIt):
    """Takes every address for one: what may not be a link is told, and does not turn into words."""

    def validateLink(self, url: str) -> bool:  # noqa: N802  markdown-it's own name
        return True


def parser() -> MarkdownIt:
    """CommonMark with tables, typographic quotes, attributes in braces and the cards."""
    markdown = _Candid("commonmark", {"typographer": True, "xhtmlOut": True, "maxNesting": 20})
    markdown.enable(["table", "smartquotes", "strikethrough"])
    markdown.core.ruler.before("smartquotes", "dashes", _dashes)
    markdown.use(attrs_plugin)
    for card in CARDS:
        markdown.use(container_plugin, name=card)
    return markdown


def _dashes(state: StateCore) -> None:
    """Two hyphens are a short dash and three a long one; markdown-it's own rule would make © of a list's (c)."""
    for token in state.tokens:
        for part in token.children or []:
            if part.type == "text":
                part.content = DASHES.sub(lambda match: "–—"[len(match[0]) - 2], part.content)


def parse(masked: Masked) -> SyntaxTreeNode:
    """The article's tree."""
    return SyntaxTreeNode(parser().parse(masked.text))


def line_of(node: SyntaxTreeNode, masked: Masked, row: int = 0) -> int:
    """The line of the file on which *node* begins, or that of its *row*."""
    place: SyntaxTreeNode | None = node
    while place is not None and not (place.type != "root" and place.map):
        place = place.parent
    if place is None or not place.map:
        return masked.origin[0]
    return masked.origin[place.map[0] + _rows_before(node, place) + row]


def _rows_before(node: SyntaxTreeNode, place: SyntaxTreeNode) -> int:
    """How many rows of *place*, whose beginning is known, end before *node*."""
    before = takewhile(lambda part: part is not node, place.walk())
    return sum(
        part.content.count("\n") if part.type == "html_inline" else part.type in BREAKS
        for part in before
    )


def statement(node: SyntaxTreeNode, masked: Masked) -> str | None:
    """The word of a Jinja statement that stands alone between blocks, or None."""
    if node.type != "html_block":
        return None
    words = re.sub(r"<!--|-->", " ", node.content).split()
    return " ".join(words) if words and all(word in masked.tags for word in words) else None


def only_child(
    node: SyntaxTreeNode, kind: str, beside: re.Pattern[str] = NOTHING
) -> SyntaxTreeNode | None:
    """The link or picture that a paragraph consists of, *beside* certain words, or None."""
    if node.type != "paragraph":
        return None
    inline = [
        part
        for part in node.children[0].children
        if not (part.type == "text" and not beside.sub("", part.content).strip())
    ]
    return inline[0] if len(inline) == 1 and inline[0].type == kind else None


def is_button(node: SyntaxTreeNode) -> SyntaxTreeNode | None:
    """The link of a paragraph that is a button, or None."""
    link = only_child(node, "link")
    return (
        link if link is not None and "button" in str(link.attrs.get("class", "")).split() else None
    )


def plain_words(node: SyntaxTreeNode) -> str:
    """The text of an inline node without marks."""
    if node.type in {"text", "code_inline"}:
        return node.content
    if node.type in BREAKS:
        return " "
    if node.type == "image":
        return f"[{alt_text(node)}]" if alt_text(node) else ""
    return "".join(map(plain_words, node.children))


def alt_text(image: SyntaxTreeNode) -> str:
    """The alternative text of a picture."""
    return "".join(map(plain_words, image.children)) or image.content


def card_of(node: SyntaxTreeNode) -> tuple[str, str] | None:
    """A card's kind and the title on its first line, or None."""
    kind = node.type.removeprefix("container_")
    if kind not in CARDS:
        return None
    return kind, node.info.strip().removeprefix(kind).strip()


def first_link(node: SyntaxTreeNode) -> str:
    """The address of the first link in *node*, or nothing."""
    return next((str(part.attrs["href"]) for part in node.walk() if part.type == "link"), "")


def items_of(node: SyntaxTreeNode) -> list[SyntaxTreeNode]:
    """The inline nodes of the items of every list in *node*."""
    items = [item for part in node.children if part.type == "bullet_list" for item in part.children]
    return [next(part for part in item.walk() if part.type == "inline") for item in items]


def rows_of(node: SyntaxTreeNode) -> list[list[SyntaxTreeNode]]:
    """The cells of every table row in *node*, the head first."""
    return [row.children for row in node.walk() if row.type == "tr"]


def number_in(words: str) -> float | None:
    """The number that *words* consist of, as 1,284 or 38 % or 4.5; None where they say something else."""
    match = re.fullmatch(r"\s*(\d[\d,]*(?:\.\d+)?)\s*%?\s*", words)
    return float(match[1].replace(",", "")) if match else None


def tokens_of(inline: SyntaxTreeNode) -> list[Token]:
    """The tokens of an inline node, as markdown-it's renderer takes them."""
    return (inline.token.children if inline.token else None) or []


def problems(tree: SyntaxTreeNode, masked: Masked, path: str) -> Iterator[Problem]:
    """What the article says that no letter can carry."""
    rows = masked.text.split("\n")
    for node in tree.walk():
        if node.type in {"html_block", "html_inline"} and statement(node, masked) is None:
            yield from _html_problems(node, masked, path)
        if node.type == "image":
            yield from _picture_problems(node, masked, path)
        if node.type == "link":
            yield from _acting_links(node, masked, path)
        if card := card_of(node):
            yield from _card_problems(node, masked, path)
            end = node.map[1] if node.map else len(rows)
            if end >= len(rows) or not CLOSED.match(rows[end]):
                what = f"::: {card[0]} has no end: all that follows stands in it"
                yield Problem(
                    path, line_of(node, masked), what, "write ::: on a line where it ends"
                )
    for number, row in enumerate(rows):
        if (match := re.match(r":{3,}\s*([\w-]+)", row)) and match[1] not in CARDS:
            what = f"::: {match[1]} is unknown"
            yield Problem(path, masked.origin[number], what, f"there are {', '.join(CARDS)}")


def _html_problems(node: SyntaxTreeNode, masked: Masked, path: str) -> Iterator[Problem]:
    for tag in re.findall(r"</?\s*([a-zA-Z][\w:-]*)", node.content):
        if tag.lower() not in TAGS:
            what, cure = (
                f"<{tag}> cannot travel in a letter",
                "leave the tag out or say it in Markdown",
            )
            yield Problem(path, line_of(node, masked), what, cure)


def _acting_links(node: SyntaxTreeNode, masked: Masked, path: str) -> Iterator[Problem]:
    """Markdown's own list of what must not be a link, with all that is data."""
    address = str(node.attrs["href"])
    if match := ACTS.match(address):
        what = f"the link “{plain_words(node)}” begins with {match[0]}, which no letter may do"
        yield Problem(path, line_of(node, masked), what, "link a page: https://…")


def _picture_problems(node: SyntaxTreeNode, masked: Masked, path: str) -> Iterator[Problem]:
    if said := _misplaced(node):
        yield Problem(path, line_of(node, masked), *said)
    width = str(node.attrs.get("width", "1"))
    if not width.isdigit():
        what, cure = f"{{width={width}}} is no number of pixels", "write it as {width=300}"
        yield Problem(path, line_of(node, masked), what, cure)
    decorative = "decorative" in str(node.attrs.get("class", "")).split()
    if not alt_text(node).strip() and not decorative:
        what = "a picture without a description"
        cure = "write ![what the picture shows](file.png), or ![](file.png){.decorative}"
        yield Problem(path, line_of(node, masked), what, cure)


def _misplaced(image: SyntaxTreeNode) -> tuple[str, str] | None:
    """What is wrong with the place of a picture, and the cure: only between paragraphs it becomes a component."""
    inline = image.parent
    if inline is not None and inline.type == "link":
        cure = "write the picture alone, and the link below it: [words](https://…)"
        return "a picture inside a link", cure
    paragraph = inline.parent if inline is not None else None
    if paragraph is None or only_child(paragraph, "image", BRACES) is not image:
        return "a picture inside a line", "leave an empty line before and after it"
    place = paragraph.parent
    if place is not None and place.type != "root" and card_of(place) is None:
        cure = (
            "begin its line without spaces or >; a list goes on below it with the number you write"
        )
        return "a picture inside a list or a quotation", cure
    return None


def _card_problems(node: SyntaxTreeNode, masked: Masked, path: str) -> Iterator[Problem]:
    kind, title = card_of(node) or ("", "")
    if kind == "teaser" and not title:
        what, cure = "a teaser without a title", "write it on its first line: ::: teaser The title"
        yield Problem(path, line_of(node, masked), what, cure)
    if kind == "figures" and not items_of(node):
        what, cure = "figures without a list", "write a line for each: - **98 %** were delivered"
        yield Problem(path, line_of(node, masked), what, cure)
    if kind == "bars":
        yield from _bar_problems(node, masked, path)


def _bar_problems(node: SyntaxTreeNode, masked: Masked, path: str) -> Iterator[Problem]:
    rows = rows_of(node)[1:]
    cure = "write a table of two columns: words | a number"
    if not rows:
        yield Problem(path, line_of(node, masked), "bars without a table", cure)
    for row in rows:
        words = plain_words(row[-1])
        if number_in(words) is None:
            yield Problem(path, line_of(row[-1], masked), f"“{words}” is no number for a bar", cure)
