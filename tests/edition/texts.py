"""This module gives the tests of editions their texts, and reads a draft as a reader would."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from jinja2 import Environment
from markdown_it.tree import SyntaxTreeNode

from newsletter.edition import Birth, Draft
from newsletter.edition.front_matter import read_front_matter
from newsletter.letter.article import parser
from newsletter.letter.masking import mask

BIRTH = Birth(date(2026, 11, 24), "k3f9")

ARTICLE = """\
---
id: 2026-11-24-back-k3f9
title: A strong back
subject: A strong back in two short sessions
preheader: Three exercises, how much to do of each, and when to stop.
---
Hi there.
"""

RECEIVED = """\
Walking After Surgery
Many people ask us when they may walk again. The short answer is sooner than they think, and in small steps.
What to expect
The first week is slow, and that is fine. {{ Nobody }} is timing you & your 50% effort * counts.
——————-
Article posted by:
Jo Example
https://jo.example.com/
New Orleans, Louisiana

Clockwork Perform
Call us: 504 555 0100
"""


def write(root: Path, text: str | bytes, name: str = "content/x.md") -> Path:
    """A file of the project *root*."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def with_lines(*lines: str, without: str = "", body: str = "Hi there.") -> str:
    """ARTICLE with more front matter, one key less, or another body."""
    head = [
        line
        for line in ARTICLE.split("\n")[1:5]
        if not without or not line.startswith(f"{without}:")
    ]
    return "\n".join(["---", *head, *lines, "---", body, ""])


def values(draft: Draft) -> Mapping[str, str | tuple[str, ...]]:
    """The front matter of a draft."""
    head, problems = read_front_matter(draft.text, draft.name)
    assert problems == []
    return head.values


def shown(draft: Draft) -> str:
    """What a reader sees of the draft's body, without the typographer's quotes."""
    head, problems = read_front_matter(draft.text, draft.name)
    assert problems == []
    masked = mask(head.body, nonce="0123456789", path=draft.name, first_line=1)
    markdown = parser()
    markdown.options["typographer"] = False
    tree = SyntaxTreeNode(markdown.parse(masked.text))
    lines = [_words(node) for node in tree.walk() if node.type == "inline"]
    return Environment(autoescape=True).from_string(masked.unmask("\n".join(lines))).render()


def _words(node: SyntaxTreeNode) -> str:
    if node.type in {"softbreak", "hardbreak"}:
        return "\n"
    if node.type in {"html_inline", "code_inline", "image"}:
        return "(no plain text)"
    return node.content if not node.children else "".join(map(_words, node.children))
