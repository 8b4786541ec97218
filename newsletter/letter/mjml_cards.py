"""This module writes the whole article, and the cards that are no running text: teasers, figures and bars."""

import html
import re
from collections.abc import Callable, Mapping, Sequence

from markdown_it.tree import SyntaxTreeNode

from newsletter.letter.article import (
    card_of,
    first_link,
    items_of,
    line_of,
    number_in,
    only_child,
    plain_words,
    rows_of,
    statement,
)
from newsletter.letter.blocks import places_apart
from newsletter.letter.mjml_body import PHONE, Body
from newsletter.letter.source import Lines

BESIDE = 172
"""Pixels of a picture that stands beside its words."""


def write(body: Body, tree: SyntaxTreeNode) -> Lines:
    """All blocks: cards and statements stand between the sections of running text."""
    running: list[SyntaxTreeNode] = []
    apart = places_apart(tree.children, body.masked)
    for place, node in enumerate(tree.children):
        if place not in apart:
            running.append(node)
            continue
        body.section("body", running)
        running = []
        if (card := card_of(node)) is None:
            body.statement(node)
        else:
            CARD_WRITERS.get(card[0], Body.card)(body, node, *card)
    body.section("body", running)
    return body.lines


def contents(body: Body, tree: SyntaxTreeNode) -> Lines:
    """The table of contents of a digest: an entry for each teaser, under the conditions it stands under."""
    for node in tree.children:
        if statement(node, body.masked) is not None:
            body.statement(node)
        elif (card := card_of(node)) is not None and card[0] == "teaser":
            body.lines.add(_entry(body, node, card[1]), line_of(node, body.masked))
    return body.lines


def _entry(body: Body, node: SyntaxTreeNode, title: str) -> str:
    """Linked to the piece itself: jumps inside a mail do nothing in some mail programs (caniemail.com)."""
    href = body.masked.unmask(html.escape(first_link(node)))
    words = body.title("teaser", title)
    linked = f'<a href="{href}" style="{{{{ style.a }}}}">{words}</a>' if href else words
    return f'<li style="{{{{ style.li }}}}">{linked}</li>'


def teaser(body: Body, node: SyntaxTreeNode, _kind: str, title: str) -> None:
    """The first teaser has its picture above, the others beside; on a phone all have it above."""
    pictures = [part for part in node.children if only_child(part, "image") is not None]
    words = [part for part in node.children if part not in pictures]
    line = line_of(node, body.masked)
    leads = body.teasers == 0
    body.teasers += 1
    look = "lead" if leads else "teaser"
    heading = f'<h2 style="{{{{ style.{look}_title }}}}">{body.title("teaser", title)}</h2>'
    body.lines.add(f'<mj-section mj-class="{look}-section" css-class="gutter">', line)
    beside = bool(pictures) and not leads
    column = "beside" if beside else "teaser"
    body.lines.add(f'<mj-column mj-class="{column}-column" css-class="{column}">', line)
    for part in pictures:
        image = only_child(part, "image") or part
        sizes = {"widest": BESIDE, "phone": PHONE} if beside else {}
        body.picture(part, image, look, href=first_link(node), **sizes)
    if beside:
        body.lines.add('</mj-column><mj-column mj-class="words-column">', line)
    body.text([], "teaser", heading)
    body.components(words, "teaser")
    body.lines.add("</mj-column></mj-section>", line)


def figures(body: Body, node: SyntaxTreeNode, _kind: str, title: str) -> None:
    """Two figures a row, on a phone too: the number large, what it counts below."""
    line = line_of(node, body.masked)
    if title:
        _title(body, title, line)
    items = items_of(node)
    for pair in (items[start : start + 2] for start in range(0, len(items), 2)):
        body.lines.add(
            '<mj-section mj-class="figures-section" css-class="figures"><mj-group>', line
        )
        for number, item in enumerate(pair):
            body.lines.add(_figure(body, item, number), line_of(item, body.masked))
        body.lines.add("</mj-group></mj-section>", line)


def _title(body: Body, title: str, line: int) -> None:
    body.lines.add(
        f'<mj-section mj-class="body-section" css-class="gutter"><mj-column><mj-text mj-class="body-text" css-class="tx"><h2 style="{{{{ style.h2 }}}}">{body.title("figures", title)}</h2></mj-text></mj-column></mj-section>',
        line,
    )


def _figure(body: Body, item: SyntaxTreeNode, place: int) -> str:
    number, label = _number_and_label(body.inline(item))
    side = "first" if place == 0 else "second"
    return (
        f'<mj-column mj-class="figure-{side}" css-class="figure">'
        f'<mj-text mj-class="figure-text" css-class="mu"><span class="number" style="{{{{ style.number }}}}">{number}</span><br />{label}</mj-text>'
        "</mj-column>"
    )


def _number_and_label(words: str) -> tuple[str, str]:
    match = re.fullmatch(r"\s*<strong>(.*?)</strong>[\s:]*(.*)", words, re.DOTALL)
    return (match[1], match[2]) if match else ("", words)


def bars(body: Body, node: SyntaxTreeNode, kind: str, title: str) -> None:
    """A table of words and numbers, each with a bar of cells below: pictures that no mail program blocks."""
    line = line_of(node, body.masked)
    if title:
        _title(body, title, line)
    rows = rows_of(node)
    if not rows:  # told with its line by article.problems
        return
    numbers = [number_in(plain_words(row[-1])) or 0.0 for row in rows[1:]]
    full = 100.0 if all("%" in plain_words(row[-1]) for row in rows[1:]) else max([*numbers, 1.0])
    cells = [_head(body, rows[0])]
    cells += [_bar(body, row, number / full) for row, number in zip(rows[1:], numbers, strict=True)]
    body.lines.add(f'<mj-section mj-class="{kind}-section" css-class="gutter"><mj-column>', line)
    body.lines.add(
        f'<mj-table mj-class="bars-table" css-class="tx bars">{"".join(cells)}</mj-table>', line
    )
    body.lines.add("</mj-column></mj-section>", line)


def _head(body: Body, row: Sequence[SyntaxTreeNode]) -> str:
    first, last = (_cell(body, cell) for cell in (row[0], row[-1]))
    return (
        f'<tr class="mu"><th scope="col" style="{{{{ style.bar_head }}}}">{first}</th>'
        f'<th scope="col" style="{{{{ style.bar_head_number }}}}">{last}</th></tr>'
    )


def _bar(body: Body, row: Sequence[SyntaxTreeNode], part: float) -> str:
    percent = max(1, min(100, round(100 * part)))
    rest = '<td style="{{ style.bar_rest }}">&#160;</td>' if percent < 100 else ""
    return (
        f'<tr><td style="{{{{ style.bar_label }}}}">{_cell(body, row[0])}</td>'
        f'<td style="{{{{ style.bar_number }}}}">{_cell(body, row[-1])}</td></tr>'
        f'<tr><td colspan="2" style="{{{{ style.bar_line }}}}"><table role="presentation" border="0" cellpadding="0" cellspacing="0" width="100%"><tr>'
        f'<td class="bar" width="{percent}%" style="{{{{ style.bar }}}}">&#160;</td>{rest}</tr></table></td></tr>'
    )


def _cell(body: Body, cell: SyntaxTreeNode) -> str:
    return body.inline(cell.children[0]) if cell.children else ""


CARD_WRITERS: Mapping[str, Callable[[Body, SyntaxTreeNode, str, str], None]] = {
    "teaser": teaser,
    "figures": figures,
    "bars": bars,
}
