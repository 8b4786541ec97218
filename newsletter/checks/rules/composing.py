"""This module holds the rules of composing: what the article and the templates must be, and what a reader's values leave."""

import re
from collections.abc import Iterator
from dataclasses import astuple

from newsletter.checks.draft import Draft
from newsletter.checks.evidence import Hole
from newsletter.checks.rule import TEMPLATES, Hit, also_on, rule
from newsletter.errors import Problem

LEFTOVER = re.compile(
    r"\{\{|\}\}|\{%|%\}|\{\s*\{?\s*(?:reader\.)?(?:first|last|full)[_ ]?name\b[^}\n]*\}|%%\w+%%|\|[A-Z_]{3,}\||(?-i:\b(?:TODO|TBD|FIXME|XXX)\b)|\blorem ipsum\b|\[(?:insert [^\]\n]*|(?:your )?(?:first |last )?(?:name|date|link|text|address|city))\](?!\()",
    re.IGNORECASE,
)
"""Words of programmers in capitals alone: todo is everything in Spanish."""
MEANT = re.compile(
    r"\{\{-?\s*(?P<mark>[\"'])(?P<words>.*?)(?P=mark)\s*-?\}\}|\{%-?\s*raw\s*-?%\}(?P<raw>.*?)\{%-?\s*endraw",
    re.DOTALL,
)
"""What an article shows on purpose, as {{ "{{" }}."""
NOT_YET = re.compile(
    r"https?://(?:[\w-]+\.)*(?:example\.(?:com|org|net)|localhost|127\.0\.0\.1)\b", re.IGNORECASE
)


@rule(
    "tpl/mjml",
    "error",
    "the templates are MJML that the engine renders as documented",
    "MJML's documentation",
    needs="problems",
)
def mjml(_draft: Draft | None, problems: tuple[Problem, ...]) -> Iterator[Hit]:
    for problem in problems:
        if str(problem.path).startswith(TEMPLATES):
            yield Hit(problem.what, problem.cure, problem.line, str(problem.path))


@rule(
    "edition/article",
    "error",
    "the article can be read: front matter, Markdown, pictures, merge fields",
    "own",
    needs="problems",
)
def article(_draft: Draft | None, problems: tuple[Problem, ...]) -> Iterator[Hit]:
    for problem in problems:
        if not str(problem.path).startswith(TEMPLATES):
            yield Hit(problem.what, problem.cure, problem.line, str(problem.path))


@rule(
    "tpl/placeholder",
    "error",
    "nothing unfinished is left: {{ }}, TODO, lorem ipsum, example.com",
    "own",
)
def leftover(draft: Draft) -> Iterator[Hit]:
    said = _said_on_purpose(draft).casefold()
    parts = (draft.page.text, draft.view.text, draft.view.subject)
    found = dict.fromkeys(match[0] for part in parts for match in LEFTOVER.finditer(part))
    for words in found:
        if words.casefold() not in said:
            lines = draft.lines(words)
            sentence = f"“{words}” was left in the letter{also_on(lines[1:])}"
            yield Hit(sentence, "finish or remove it", lines[0] if lines else None)
    for link in draft.web_links:
        if match := NOT_YET.match(link.href):
            sentence = f"the link “{link.words}” leads to {match[0]}, where nobody is"
            yield Hit(sentence, "write the real address", draft.link_line(link))
            return


def _said_on_purpose(draft: Draft) -> str:
    """What the reader's own values say, and what the article shows as an example: neither was forgotten."""
    edition = draft.edition
    article = "\n".join((edition.title, edition.subject, edition.preheader, edition.body))
    shown = [match["words"] or match["raw"] or "" for match in MEANT.finditer(article)]
    return "\n".join([*shown, *map(str, astuple(draft.reader))])


@rule(
    "tpl/missing-value",
    "error",
    "every value can be written for every reader, and none leaves a hole",
    "own",
    needs="holes",
)
def missing_value(_draft: Draft | None, holes: tuple[Hole, ...]) -> Iterator[Hit]:
    for hole in holes:
        number = len(hole.who)
        whom = "1 reader" if number == 1 else f"{number:,} readers"
        problem = hole.problem
        yield Hit(
            f"{problem.what} ({whom})", problem.cure, problem.line, str(problem.path), who=hole.who
        )
