"""This module holds the rules of the words themselves, and of what an edition may wave through."""

import re
from collections.abc import Iterator
from math import ceil

from newsletter.checks.draft import Draft
from newsletter.checks.evidence import Misspelling
from newsletter.checks.marks import marks
from newsletter.checks.rule import Hit, also_on, rule
from newsletter.checks.words import grade

FEWEST, MOST = 50, 5_000
HARDEST = 9
APART = re.compile(r"^:{3,}\s*sources\b.*?^:{3,}\s*$", re.MULTILINE | re.DOTALL)
MARKS = re.compile(
    r"\{%.*?%\}|\{\{.*?\}\}|!\[[^\]]*\]\([^)]*\)(?:\{[^}]*\})?|\]\([^)]*\)(?:\{[^}]*\})?|^:{3,}.*$|[#*>\[\]_]|\[\d+\]",
    re.MULTILINE,
)


def prose(body: str) -> str:
    """The sentences of an article: no sources, pictures, links or Jinja."""
    return MARKS.sub("", APART.sub("", body))


@rule("text/spelling", "info", "no word is spelled wrongly", "codespell", needs="spelling")
def spelling(draft: Draft, wrong: tuple[Misspelling, ...]) -> Iterator[Hit]:
    for found in wrong:
        sentence = f"“{found.word}” is spelled wrongly"
        yield Hit(sentence, f"did you mean {found.meant}?", draft.line(found.word))


@rule("text/length", "warning", "the article has 50 to 5,000 words", "Buttondown")
def length(draft: Draft) -> Iterator[Hit]:
    words = len(prose(draft.edition.body).split())
    if draft.edition.template == "article" and not FEWEST <= words <= MOST:
        sentence = f"the article has {words:,} words"
        yield Hit(sentence, f"write {FEWEST} to {MOST:,}", draft.edition.body_line)


@rule(
    "text/reading",
    "info",
    "a reader of grade 9 understands it (English)",
    "Flesch and Kincaid (1975)",
)
def reading(draft: Draft) -> Iterator[Hit]:
    if draft.edition.language[:2] != "en":
        return
    asked = grade(prose(draft.edition.body))
    if asked > HARDEST:
        sentence = f"it reads like grade {ceil(asked)}; most people read at grade 8"
        yield Hit(sentence, "shorter sentences and shorter words help", draft.edition.body_line)


@rule(
    "text/marks",
    "warning",
    "lists, headings, tables, buttons and links are written so that they become such, on a phone too",
    "own",
)
def left_as_typed(draft: Draft) -> Iterator[Hit]:
    alike: dict[tuple[str, str], list[int]] = {}
    for mark in marks(draft.article):
        alike.setdefault((mark.what, mark.cure), []).append(mark.line)
    for (what, cure), (first, *more) in alike.items():
        yield Hit(what + also_on(more), cure, first)
