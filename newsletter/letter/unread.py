"""This module finds what Markdown did not read and readers would see as it was typed; a backslash says that it is meant so."""

import re
from collections.abc import Iterator

from markdown_it.tree import SyntaxTreeNode

from newsletter.errors import Problem
from newsletter.letter.article import BRACES, CARDS, line_of, plain_words
from newsletter.letter.masking import Masked

ADDRESS = (
    r"[a-z][a-z0-9+.-]*:\S|\.{0,2}/|[#?]|jm[0-9a-f]+x\d+z"  # as https:, /page, #part, {{ clinic.url }}
    r"|[\w-]+(?:\.[\w-]+)+[/?#\s)]"  # as example.com
    r"|[^)\n]*\.(?:html?|pdf|php|png|jpe?g|gif|webp|heic|svg)\b"  # as our page.html
)
UNREAD = re.compile(rf"(\]\(\s*<?(?={ADDRESS})|<(?=https?://))([^)>\"“”\n]*)", re.IGNORECASE)
"""The beginning of a link or picture that Markdown took for words, and its address."""
FOOTNOTE = re.compile(r"\[\^[^\]\s]{1,40}\]")
ROW = re.compile(r"\s*\|[^|]*\|.*\|\s*|\s*\|?\s*:?-{3,}:?\s*(?:\|\s*:?-{3,}:?\s*)+\|?\s*")
"""A row of a table, or the line below its headings."""
END = re.compile(r"\s*:{3,}\s*")
UNKNOWN = re.compile(rf"^:{{3,}}[ \t]*(?!(?:{'|'.join(CARDS)})\b)[\w-]", re.MULTILINE)
"""The beginning of a card that article.problems tells; its end is not told besides."""
EXAMPLES = {
    "button": "[words](https://…){.button}",
    "decorative": "![](file.png){.decorative}",
    "width": "![words](file.png){width=300}",
}


def problems(tree: SyntaxTreeNode, masked: Masked, path: str) -> Iterator[Problem]:
    """Links, footnotes, braces, rows of tables and ends of cards that are none."""
    for node in tree.walk():
        if node.type == "text":
            yield from _links(node, masked, path)
            yield from _braces(node, masked, path)
        if node.type in {"text", "link"}:
            yield from _footnotes(node, masked, path)
        if node.type == "paragraph":
            yield from _rows(node, masked, path)


def _links(node: SyntaxTreeNode, masked: Masked, path: str) -> Iterator[Problem]:
    """Links and pictures that have no end, or a space in their address."""
    for match in UNREAD.finditer(node.content):
        if not is_meant(node, match[1]):
            continue
        address = match[2].strip()
        whole = re.sub(r"\s+", "%20", address)
        what, cure = f"the link to {address} is not whole", "write [words](https://address)"
        if whole != address:
            what = f"the address {address} has a space in it"
            cure = f"write %20 for it: {whole}"
        yield Problem(path, line_of(node, masked), masked.unmask(what), masked.unmask(cure))


def is_meant(node: SyntaxTreeNode, sign: str) -> bool:
    """Whether *sign* stands somewhere around *node* without a backslash: then it was to be obeyed."""
    return re.search(rf"(?<!\\){re.escape(sign)}", _around(node, "inline").content) is not None


def _around(node: SyntaxTreeNode, kind: str) -> SyntaxTreeNode:
    """The node of this *kind* that *node* stands in."""
    while node.type != kind and node.parent is not None:
        node = node.parent
    return node


def _braces(node: SyntaxTreeNode, masked: Masked, path: str) -> Iterator[Problem]:
    for match in BRACES.finditer(node.content):
        if is_meant(node, match[0]):
            example = EXAMPLES.get(match[1].lower(), EXAMPLES["width"])
            what, cure = f"{match[0]} is shown as it stands", f"write it without a space: {example}"
            yield Problem(path, line_of(node, masked), what, cure)


def _footnotes(node: SyntaxTreeNode, masked: Masked, path: str) -> Iterator[Problem]:
    words = node.content if node.type == "text" else f"[{plain_words(node)}]"
    for found in FOOTNOTE.findall(words):
        if is_meant(node, found):
            what = f"{found} is shown as it stands: a letter has no footnotes"
            cure = "say it in the sentence, or in a card ::: sources"
            yield Problem(path, line_of(node, masked), what, cure)


def _rows(node: SyntaxTreeNode, masked: Masked, path: str) -> Iterator[Problem]:
    for number, row in enumerate(node.children[0].content.split("\n")):
        line = line_of(node, masked, number)
        if END.fullmatch(row) and not UNKNOWN.search(masked.text):
            what, cure = f"{row.strip()} ends no card", "take it away, or begin a card above it"
            yield Problem(path, line, what, cure)
        elif ROW.fullmatch(row):
            what = "this is a row of no table, and shown as it stands"
            cure = (
                "write headings, below them |---|---| with as many parts, then the rows, without an empty line; "
                "{% if %} stands around a whole table"
            )
            yield Problem(path, line, what, cure)
            return
