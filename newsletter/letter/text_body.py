"""This module writes the article's blocks as plain text, from the same tree as the HTML."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count

from markdown_it.tree import SyntaxTreeNode

from newsletter.letter.article import (
    alt_text,
    card_of,
    is_button,
    line_of,
    rows_of,
    statement,
)
from newsletter.letter.masking import Masked
from newsletter.letter.source import Lines
from newsletter.letter.text_html import joined, linked, plain
from newsletter.letter.words import ENGLISH, Words

LISTS = ("bullet_list", "ordered_list")


class TextBody:
    """Writes one article; paragraphs stay unwrapped, links are written as label ( url )."""

    def __init__(self, masked: Masked, words: Words = ENGLISH) -> None:
        self.masked = masked
        self.words = words
        self.lines = Lines()

    def write(self, tree: SyntaxTreeNode) -> Lines:
        self._blocks(tree.children)
        return self.lines

    def contents(self, tree: SyntaxTreeNode) -> Lines:
        """The titles of a digest's teasers, under the conditions they stand under."""
        for node in tree.children:
            line = line_of(node, self.masked)
            if (words := statement(node, self.masked)) is not None:
                self.lines.add(self.masked.unmask(words), line)
            elif (card := card_of(node)) is not None and card[0] == "teaser":
                self.lines.add(self.masked.unmask(f"- {card[1]}"), line)
        return self.lines

    def _blocks(self, nodes: Sequence[SyntaxTreeNode]) -> None:
        for node in nodes:
            words = statement(node, self.masked)
            if words is not None:
                self.lines.add(self.masked.unmask(words), line_of(node, self.masked))
            elif (card := card_of(node)) is not None:
                self._card(node, *card)
            else:
                WRITERS.get(node.type, TextBody._paragraph)(self, node)

    def _card(self, node: SyntaxTreeNode, kind: str, title: str) -> None:
        if title := title or getattr(self.words, kind, ""):
            self._underlined(node, title)
        if kind == "bars":
            self._bars(node)
        else:
            self._blocks(node.children)

    def _add(self, node: SyntaxTreeNode, words: str, *, running: bool = False) -> None:
        line = line_of(node, self.masked)
        self.lines.add(self.masked.unmask(words), line, running=running)
        self.lines.add("", line)

    def _underlined(self, node: SyntaxTreeNode, words: str, mark: str = "-") -> None:
        self._add(node, f"{words}\n{mark * len(self.masked.word.sub('', words))}")

    def _paragraph(self, node: SyntaxTreeNode) -> None:
        if link := is_button(node):
            self._add(node, f"{_label(link)}: {link.attrs['href']}")
        else:
            self._add(node, "".join(map(inline_text, node.children)), running=True)

    def _heading(self, node: SyntaxTreeNode) -> None:
        words = "".join(map(inline_text, node.children))
        self._underlined(node, words, "=" if node.tag in {"h1", "h2"} else "-")

    def _list(self, node: SyntaxTreeNode) -> None:
        self._add(node, "\n".join(self._items(node, "")))

    def _items(self, node: SyntaxTreeNode, indent: str) -> list[str]:
        first = int(str(node.attrs.get("start", 1)))
        marks = ("-" if node.type == "bullet_list" else f"{n}." for n in count(first))
        return [
            row
            for mark, item in zip(marks, node.children, strict=False)
            for row in self._item(item, mark, indent)
        ]

    def _item(self, item: SyntaxTreeNode, mark: str, indent: str) -> list[str]:
        """An item on one line; what follows a statement stands on lines of its own."""
        rows, apart = [f"{indent}{mark}"], False
        for part in item.children:
            if part.type in LISTS:
                rows += self._items(part, f"{indent}  ")
            elif (words := statement(part, self.masked)) is not None:
                rows.append(words)
                apart = True
            elif words := self._words(part).replace("\n", " "):
                if apart:
                    rows.append(f"{indent}  {words}")
                else:
                    rows[0] += f" {words}"
        return rows

    def _words(self, node: SyntaxTreeNode) -> str:
        """A block inside an item or a quotation."""
        if node.type in {"fence", "code_block"}:
            return node.content.strip()
        if node.type == "html_block":
            return plain(node.content)
        if node.type == "table":
            return "\n".join(" | ".join(map(_cell, row)) for row in rows_of(node))
        if node.type in {"paragraph", "heading"}:
            return "".join(map(inline_text, node.children))
        return "\n".join(filter(None, map(self._words, node.children)))

    def _quote(self, node: SyntaxTreeNode) -> None:
        rows = [row for part in _leaves(node) for row in self._words(part).split("\n")]
        self._add(
            node, "".join(row if self._states(row) else f"> {row}\n" for row in rows).rstrip()
        )

    def _states(self, row: str) -> bool:
        """Whether a row has statements alone: after >, they are words to Markdown."""
        tags = [self.masked.tags.get(word, "") for word in row.split()]
        return bool(tags) and all(tag.startswith("{%") for tag in tags)

    def _code(self, node: SyntaxTreeNode) -> None:
        self._add(node, node.content.rstrip("\n"))

    def _rule(self, node: SyntaxTreeNode) -> None:
        self._add(node, "* * *")

    def _table(self, node: SyntaxTreeNode) -> None:
        self._add(node, "\n".join(" | ".join(map(_cell, row)) for row in rows_of(node)))

    def _bars(self, node: SyntaxTreeNode) -> None:
        rows = rows_of(node)[1:]
        self._add(node, "\n".join(f"- {_cell(row[0])}: {_cell(row[-1])}" for row in rows))

    def _html(self, node: SyntaxTreeNode) -> None:
        if words := plain(node.content):
            self._add(node, words)


WRITERS: Mapping[str, Callable[[TextBody, SyntaxTreeNode], None]] = {
    "heading": TextBody._heading,
    "bullet_list": TextBody._list,
    "ordered_list": TextBody._list,
    "blockquote": TextBody._quote,
    "fence": TextBody._code,
    "code_block": TextBody._code,
    "hr": TextBody._rule,
    "table": TextBody._table,
    "html_block": TextBody._html,
}


def _leaves(node: SyntaxTreeNode) -> Iterator[SyntaxTreeNode]:
    """The blocks of a quotation, and of the lists and quotations in it."""
    for part in node.children:
        if part.type in {"blockquote", "list_item", *LISTS}:
            yield from _leaves(part)
        else:
            yield part


def _cell(cell: SyntaxTreeNode) -> str:
    return inline_text(cell.children[0]) if cell.children else ""


def inline_text(node: SyntaxTreeNode) -> str:
    """The words of an inline node: links with their address, pictures as their description."""
    if node.type in {"text", "code_inline"}:
        return node.content
    if node.type in {"softbreak", "hardbreak"}:
        return "\n"
    if node.type == "image":
        shown = f"[{alt_text(node)}]" if alt_text(node) else ""
        return " ".join(filter(None, (shown, str(node.attrs.get("title", "")))))
    if node.type == "link":
        return linked(_label(node), str(node.attrs.get("href", "")))
    if node.type == "html_inline":
        return node.content
    return joined((inline_text(part), part.type == "html_inline") for part in node.children)


def _label(link: SyntaxTreeNode) -> str:
    return joined((inline_text(part), part.type == "html_inline") for part in link.children).strip()
