"""This module writes the article's blocks as MJML components."""

import html
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.tree import SyntaxTreeNode

from newsletter.letter.article import (
    TAGS,
    alt_text,
    card_of,
    is_button,
    line_of,
    only_child,
    parser,
    plain_words,
    statement,
    tokens_of,
)
from newsletter.letter.columns import keep_whole
from newsletter.letter.masking import Masked
from newsletter.letter.pictures import Pictures
from newsletter.letter.source import Lines
from newsletter.letter.words import ENGLISH, LABELS, Words

CARD_PICTURE = 486
"""Pixels between the edges of a card."""
STYLED = re.compile(
    r"<(p|ul|ol|li|a|blockquote|pre|code|th|td|h2|h3|h4)(?=[\s>])(?: style=\"([^\"]*)\")?"
)
PHONE = 440
"""Pixels of a picture that fills a phone; a wider screen shows columns."""


class Body:
    """Writes one article; *lines* grows as it goes."""

    def __init__(self, masked: Masked, pictures: Pictures, words: Words = ENGLISH) -> None:
        self.masked = masked
        self.pictures = pictures
        self.words = words
        self.labels = labels(words)
        self.markdown: MarkdownIt = parser()
        self.renderer = RendererHTML()
        self.lines = Lines()
        self.teasers = 0

    def card(self, node: SyntaxTreeNode, kind: str, title: str) -> None:
        """A card of running text."""
        self.section(kind, node.children, self.title(kind, title), line_of(node, self.masked))

    def title(self, kind: str, title: str) -> str:
        """The title of a card: its own, or the words for its kind; a note needs none."""
        return self.masked.unmask(html.escape(title or getattr(self.words, kind, "")))

    def section(
        self, kind: str, nodes: Sequence[SyntaxTreeNode], title: str = "", line: int = 0
    ) -> None:
        """A section of one column with *nodes* in it, or nothing."""
        if not nodes:
            return
        line = line or line_of(nodes[0], self.masked)
        self.lines.add(f'<mj-section mj-class="{kind}-section" css-class="gutter">', line)
        self.lines.add(f'<mj-column mj-class="{kind}-column" css-class="{kind}">', line)
        if title:
            self.lines.add(
                f'<mj-text mj-class="{kind}-title" css-class="tx"><h2 style="{{{{ style.{kind}_title }}}}">{title}</h2></mj-text>',
                line,
            )
        self.components(nodes, kind)
        self.lines.add("</mj-column></mj-section>", line)

    def components(self, nodes: Iterable[SyntaxTreeNode], kind: str) -> None:
        """Running words in one mj-text, everything else in a component of its own."""
        words: list[SyntaxTreeNode] = []
        for node in nodes:
            if self._is_words(node, kind):
                words.append(node)
                continue
            self.text(words, kind)
            words = []
            self._component(node, kind)
        self.text(words, kind)

    def _is_words(self, node: SyntaxTreeNode, kind: str) -> bool:
        if statement(node, self.masked) is not None or card_of(node) or node.type in WRITERS:
            return False
        if node.type == "bullet_list" and kind == "exercise":
            return False
        return only_child(node, "image") is None and is_button(node) is None

    def _component(self, node: SyntaxTreeNode, kind: str) -> None:
        if statement(node, self.masked) is not None:
            self.statement(node)
        elif (image := only_child(node, "image")) is not None:
            self.picture(node, image, kind)
        elif (link := is_button(node)) is not None:
            self._button(node, link)
        elif node.type == "bullet_list":
            self._exercise(node)
        elif (card := card_of(node)) is not None:
            self.components(node.children, card[0])
        else:
            WRITERS[node.type](self, node, kind)

    def statement(self, node: SyntaxTreeNode) -> None:
        """A Jinja statement, as it was written."""
        self._add(node, self.masked.unmask(statement(node, self.masked) or ""))

    def text(self, nodes: Sequence[SyntaxTreeNode], kind: str, before: str = "") -> None:
        """One mj-text with the running words of *nodes*, after the HTML *before*."""
        if not nodes and not before:
            return
        look = "small" if kind == "sources" else "text"
        line = line_of(nodes[0], self.masked) if nodes else self.lines.origins[-1]
        self.lines.add(f'<mj-text mj-class="{kind}-{look}" css-class="tx">{before}', line)
        for node in nodes:
            content = self._heading(node, kind) if node.type == "heading" else self._block(node)
            self._add(node, content, running=True)
        self.lines.add("</mj-text>", line)

    def _heading(self, node: SyntaxTreeNode, kind: str) -> str:
        level = "h3" if kind != "body" or node.tag not in {"h1", "h2"} else "h2"
        return f'<{level} style="{{{{ style.{level} }}}}">{self.inline(node.children[0])}</{level}>'

    def _button(self, node: SyntaxTreeNode, link: SyntaxTreeNode) -> None:
        href = self.masked.unmask(html.escape(str(link.attrs["href"])))
        opening = f'<mj-button mj-class="button" css-class="button" href="{href}">'
        self._add(node, f"{opening}{self.inline(link)}</mj-button>")

    def _rule(self, node: SyntaxTreeNode, _kind: str) -> None:
        self._add(node, '<mj-divider mj-class="rule" css-class="rule" />')

    def _table(self, node: SyntaxTreeNode, kind: str) -> None:
        keep_whole(node, self.masked)
        table = self.renderer.render(list(node.to_tokens()), self.markdown.options, {})
        if any(part.type == "html_inline" for part in node.walk()):
            table = _clean(table)
        rows = table.strip().removeprefix("<table>").removesuffix("</table>")
        rows = _with_scope(self._styled(rows))
        self._add(
            node,
            f'<mj-table mj-class="{kind}-table" css-class="tx">{self.masked.unmask(rows)}</mj-table>',
        )

    def picture(
        self,
        node: SyntaxTreeNode,
        image: SyntaxTreeNode,
        kind: str,
        *,
        widest: int | None = None,
        phone: int = 0,
        href: str = "",
    ) -> None:
        """An mj-image of the look of its card, with its caption; *href* is where a tap leads."""
        widest = widest or self.pictures_width(kind)
        line = line_of(node, self.masked)
        shown = self.pictures.shown(
            str(image.attrs.get("src", "")),
            line,
            image.attrs.get("width"),
            widest=widest,
            phone=phone,
        )
        alt = self.masked.unmask(html.escape(alt_text(image)))
        wide = ' fluid-on-mobile="true"' if phone else ""
        link = f' href="{self.masked.unmask(html.escape(href))}"' if href and alt else ""
        self._add(
            node,
            f'<mj-image mj-class="{kind}-picture" css-class="picture" src="{html.escape(shown.src)}" alt="{alt}" width="{shown.width}px" height="{shown.height}px"{wide}{link} />',
        )
        if caption := str(image.attrs.get("title", "")):
            words = self.masked.unmask(html.escape(caption))
            self._add(node, f'<mj-text mj-class="{kind}-caption" css-class="mu">{words}</mj-text>')

    def pictures_width(self, kind: str) -> int:
        """How wide a picture may be: all of the letter's text, or between the edges of a card."""
        return CARD_PICTURE if kind in {"exercise", "note", "takeaways"} else 536

    def _exercise(self, node: SyntaxTreeNode) -> None:
        """Dose above, cues as a list, and when to stop in a box of its own."""
        written: list[str] = []
        cues: list[str] = []
        for item in node.children:
            label, content = self._labelled(item)
            if label == "cue":
                cues.append(f'<li style="{{{{ style.li }}}}">{content}</li>')
                continue
            sentence = f"<strong>{getattr(self.words, label)}:</strong> {content}"
            written += self._list(cues)
            cues = []
            if label == "dose":
                written.append(f'<p class="dose" style="{{{{ style.dose }}}}">{sentence}</p>')
                continue
            self._written(node, written)
            written = []
            self._add(
                item,
                f'<mj-text mj-class="exercise-stop-if" css-class="stop-if">{sentence}</mj-text>',
            )
        self._written(node, [*written, *self._list(cues)])

    def _labelled(self, item: SyntaxTreeNode) -> tuple[str, str]:
        """What a line of an exercise is, dose, cue or stop_if, and its words."""
        inline = [part for part in item.walk() if part.type == "inline"]
        words = " ".join(map(plain_words, inline))
        content = "".join(map(self.inline, inline))
        for label, pattern in self.labels.items():
            if pattern.match(words):
                return label, pattern.sub("", content)
        return "cue", content

    def _list(self, cues: Sequence[str]) -> list[str]:
        return [f'<ul style="{{{{ style.ul }}}}">{"".join(cues)}</ul>'] if cues else []

    def _written(self, node: SyntaxTreeNode, parts: Sequence[str]) -> None:
        if parts:
            self._add(
                node, f'<mj-text mj-class="exercise-text" css-class="tx">{"".join(parts)}</mj-text>'
            )

    def _block(self, node: SyntaxTreeNode) -> str:
        if node.type == "html_block":
            return self.masked.unmask(self._styled(_clean(node.content)))
        rendered = self.renderer.render(list(node.to_tokens()), self.markdown.options, {})
        if any(part.type == "html_inline" for part in node.walk()):
            rendered = _clean(rendered)
        return self.masked.unmask(self._styled(rendered.strip()))

    def inline(self, inline: SyntaxTreeNode) -> str:
        """The HTML of an inline node."""
        tokens = tokens_of(inline) or [
            token for child in inline.children for token in child.to_tokens()
        ]
        rendered = self.renderer.renderInline(tokens, self.markdown.options, {})
        if any(token.type == "html_inline" for token in tokens):
            rendered = _clean(rendered)
        return self.masked.unmask(self._styled(rendered))

    def _styled(self, rendered: str) -> str:
        """Margins and sizes on each element: some apps drop the style sheet (caniemail.com).

        What a cell says of its own, how its column is aligned, comes after that and holds.
        """

        def with_style(match: re.Match[str]) -> str:
            styles = filter(None, (f"{{{{ style.{match[1]} }}}}", match[2]))
            return f'<{match[1]} style="{";".join(styles)}"'

        return STYLED.sub(with_style, rendered)

    def _add(self, node: SyntaxTreeNode, text: str, *, running: bool = False) -> None:
        self.lines.add(text.rstrip("\n"), line_of(node, self.masked), running=running)


WRITERS: Mapping[str, Callable[[Body, SyntaxTreeNode, str], None]] = {
    "hr": Body._rule,
    "table": Body._table,
}


def labels(words: Words) -> Mapping[str, re.Pattern[str]]:
    """What may begin a line of an exercise, in English and in the edition's language."""
    spoken = {label: {getattr(words, label), getattr(Words(), label)} for label in LABELS}
    return {
        label: re.compile(rf"^(?:{'|'.join(map(re.escape, both))})\s*:\s*", re.IGNORECASE)
        for label, both in spoken.items()
    }


def _with_scope(rows: str) -> str:
    """Heads say that they speak of their column (WCAG 1.3.1)."""
    return rows.replace("<th ", '<th scope="col" ')


def _clean(rendered: str) -> str:
    """Well-formed HTML without anything that runs: MJML's reader knows no forgiveness."""
    return nh3.clean(
        rendered,
        tags=set(TAGS),
        attributes={
            "a": {"href", "title"},
            "*": {"lang", "dir", "title"},
            "td": {"align", "nowrap", "style"},
            "th": {"align", "nowrap", "style"},
        },
        filter_style_properties={"text-align"},
        link_rel=None,
        url_schemes={"http", "https", "mailto", "tel"},
    )
