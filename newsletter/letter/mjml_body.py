"""This module writes the article's blocks as MJML components."""

import html
import re
from collections.abc import Callable, Mapping, Sequence

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
from newsletter.letter.masking import Masked
from newsletter.letter.pictures import Pictures
from newsletter.letter.source import Lines

LABEL = re.compile(r"^(Dose|Cue|Stop if)\s*:\s*", re.IGNORECASE)
CARD_TITLES = {
    "takeaways": "Key takeaways",
    "sources": "Sources",
    "note": "",
    "exercise": "Exercise",
}
STYLED = ("a", "li", "th", "td", "code")


class Body:
    """Writes one article; *lines* grows as it goes."""

    def __init__(self, masked: Masked, pictures: Pictures) -> None:
        self.masked = masked
        self.pictures = pictures
        self.markdown: MarkdownIt = parser()
        self.renderer = RendererHTML()
        self.lines = Lines()

    def write(self, tree: SyntaxTreeNode) -> Lines:
        """All blocks: cards and statements stand between the sections of running text."""
        running: list[SyntaxTreeNode] = []
        for node in tree.children:
            if statement(node, self.masked) is None and card_of(node) is None:
                running.append(node)
                continue
            self._section("body", "", running)
            running = []
            self._between(node)
        self._section("body", "", running)
        return self.lines

    def _between(self, node: SyntaxTreeNode) -> None:
        card = card_of(node)
        if card is None:
            self._statement(node)
        else:
            self._section(*card, node.children, line=line_of(node, self.masked))

    def _statement(self, node: SyntaxTreeNode) -> None:
        self._add(node, self.masked.unmask(statement(node, self.masked) or ""))

    def _section(
        self, kind: str, title: str, nodes: Sequence[SyntaxTreeNode], line: int = 0
    ) -> None:
        if not nodes:
            return
        line = line or line_of(nodes[0], self.masked)
        self.lines.add(f'<mj-section mj-class="{kind}-section" css-class="gutter">', line)
        self.lines.add(f'<mj-column mj-class="{kind}-column" css-class="{kind}">', line)
        title = title or CARD_TITLES.get(kind, "")
        if title:
            inline = self.masked.unmask(html.escape(title))
            self.lines.add(
                f'<mj-text mj-class="{kind}-title" css-class="tx"><h2 style="{{{{ style.{kind}_title }}}}">{inline}</h2></mj-text>',
                line,
            )
        for node in nodes:
            self._component(node, kind)
        self.lines.add("</mj-column></mj-section>", line)

    def _component(self, node: SyntaxTreeNode, kind: str) -> None:
        if statement(node, self.masked) is not None:
            self._statement(node)
        elif (image := only_child(node, "image")) is not None:
            self._picture(node, image, kind)
        elif (link := is_button(node)) is not None:
            self._button(node, link)
        elif node.type == "bullet_list" and kind == "exercise":
            self._exercise(node)
        elif (card := card_of(node)) is not None:
            for child in node.children:
                self._component(child, card[0])
        else:
            WRITERS.get(node.type, Body._text)(self, node, kind)

    def _button(self, node: SyntaxTreeNode, link: SyntaxTreeNode) -> None:
        href = self.masked.unmask(html.escape(str(link.attrs["href"])))
        opening = f'<mj-button mj-class="button" css-class="button" href="{href}">'
        self._add(node, f"{opening}{self._inline(link)}</mj-button>")

    def _text(self, node: SyntaxTreeNode, kind: str) -> None:
        look = "small" if kind == "sources" else "text"
        content = self._block(node)
        self._add(
            node,
            f'<mj-text mj-class="{kind}-{look}" css-class="tx">{content}</mj-text>',
            running=True,
        )

    def _heading(self, node: SyntaxTreeNode, kind: str) -> None:
        level = "h3" if kind != "body" or node.tag not in {"h1", "h2"} else "h2"
        content = (
            f'<{level} style="{{{{ style.{level} }}}}">{self._inline(node.children[0])}</{level}>'
        )
        self._add(node, f'<mj-text mj-class="{kind}-{level}" css-class="tx">{content}</mj-text>')

    def _rule(self, node: SyntaxTreeNode, _kind: str) -> None:
        self._add(node, '<mj-divider mj-class="rule" css-class="rule" />')

    def _table(self, node: SyntaxTreeNode, kind: str) -> None:
        rows = self._styled(
            self.renderer.render(list(node.to_tokens())[1:-1], self.markdown.options, {})
        )
        self._add(
            node,
            f'<mj-table mj-class="{kind}-table" css-class="tx">{self.masked.unmask(rows)}</mj-table>',
        )

    def _picture(self, node: SyntaxTreeNode, image: SyntaxTreeNode, kind: str) -> None:
        source = str(image.attrs.get("src", ""))
        shown = self.pictures.shown(source, line_of(node, self.masked), image.attrs.get("width"))
        alt = self.masked.unmask(html.escape(alt_text(image)))
        self._add(
            node,
            f'<mj-image mj-class="{kind}-picture" src="{html.escape(shown.src)}" alt="{alt}" width="{shown.width}px" />',
        )
        if caption := str(image.attrs.get("title", "")):
            self._add(
                node,
                f'<mj-text mj-class="{kind}-caption" css-class="mu"><p style="{{{{ style.p }}}}">{self.masked.unmask(html.escape(caption))}</p></mj-text>',
            )

    def _exercise(self, node: SyntaxTreeNode) -> None:
        """Dose above, cues as a list, and when to stop in a box of its own."""
        cues: list[str] = []
        for item in node.children:
            words = " ".join(plain_words(part) for part in item.walk() if part.type == "inline")
            label = match[1].lower() if (match := LABEL.match(words)) else "cue"
            content = "".join(self._inline(part) for part in item.walk() if part.type == "inline")
            content = LABEL.sub("", content)
            if label == "cue":
                cues.append(f'<li style="{{{{ style.li }}}}">{content}</li>')
                continue
            self._cues(node, cues)
            cues = []
            name = label.replace(" ", "-")
            self._add(
                item,
                f'<mj-text mj-class="exercise-{name}" css-class="{name}"><p style="{{{{ style.p }}}}"><strong>{label.capitalize()}:</strong> {content}</p></mj-text>',
            )
        self._cues(node, cues)

    def _cues(self, node: SyntaxTreeNode, cues: list[str]) -> None:
        if cues:
            self._add(
                node,
                f'<mj-text mj-class="exercise-text" css-class="tx"><ul style="{{{{ style.ul }}}}">{"".join(cues)}</ul></mj-text>',
            )

    def _block(self, node: SyntaxTreeNode) -> str:
        if node.type == "html_block":
            return self.masked.unmask(self._styled(_clean(node.content)))
        rendered = self.renderer.render(list(node.to_tokens()), self.markdown.options, {})
        if any(part.type == "html_inline" for part in node.walk()):
            rendered = _clean(rendered)
        return self.masked.unmask(self._styled(rendered.strip()))

    def _inline(self, inline: SyntaxTreeNode) -> str:
        tokens = tokens_of(inline) or [
            token for child in inline.children for token in child.to_tokens()
        ]
        rendered = self.renderer.renderInline(tokens, self.markdown.options, {})
        if any(token.type == "html_inline" for token in tokens):
            rendered = _clean(rendered)
        return self.masked.unmask(self._styled(rendered))

    def _styled(self, rendered: str) -> str:
        """Margins and sizes on each element: some apps drop the style sheet (checks.md of caniemail)."""
        return re.sub(
            r"<(p|ul|ol|li|a|blockquote|pre|code|th|td|h2|h3|h4)(?=[\s>])",
            lambda match: f'<{match[1]} style="{{{{ style.{match[1]} }}}}"',
            rendered,
        )

    def _add(self, node: SyntaxTreeNode, text: str, *, running: bool = False) -> None:
        self.lines.add(text.rstrip("\n"), line_of(node, self.masked), running=running)


WRITERS: Mapping[str, Callable[[Body, SyntaxTreeNode, str], None]] = {
    "heading": Body._heading,
    "hr": Body._rule,
    "table": Body._table,
}


def _clean(rendered: str) -> str:
    """Well-formed HTML without anything that runs: MJML's reader knows no forgiveness."""
    return nh3.clean(
        rendered,
        tags=set(TAGS),
        attributes={
            "a": {"href", "title"},
            "*": {"lang", "dir", "title"},
            "td": {"align"},
            "th": {"align"},
        },
        link_rel=None,
        url_schemes={"http", "https", "mailto", "tel"},
    )
