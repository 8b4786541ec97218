"""This module hides Jinja from Markdown: each tag becomes a word, or a comment where it stands alone on its line."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from jinja2 import Environment, TemplateSyntaxError

from newsletter.errors import Problem, Problems
from newsletter.letter.syntax import said

LEXER = Environment(keep_trailing_newline=True, autoescape=True)
ENDS = {"variable_end", "block_end", "comment_end", "raw_end"}
BEGINS = {"variable_begin", "block_begin", "comment_begin", "raw_begin"}

RAW = re.compile(r"\{%[-+]?\s*raw\b|\{\{")
"""Tags whose end takes nothing away."""


@dataclass(frozen=True)
class Masked:
    """A text without Jinja; *tags* by their word, *origin* gives the file's line of each line."""

    text: str
    tags: dict[str, str]
    lines: dict[str, int]
    origin: list[int]
    nonce: str

    @property
    def word(self) -> re.Pattern[str]:
        """Finds the words that stand for tags."""
        return re.compile(rf"jm{self.nonce}x\d+z")

    def unmask(self, text: str) -> str:
        """Put the tags back, each as it was written."""
        return self.word.sub(lambda match: self.tags[match[0]], text)


def mask(source: str, *, nonce: str, path: str, first_line: int) -> Masked:
    """Replace all that Jinja's own lexer calls Jinja; raises Problems with the line of a syntax error."""
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    tags: dict[str, str] = {}
    lines: dict[str, int] = {}
    text: list[str] = []
    position = 0
    for start, end in _tags(source, path, first_line):
        word = f"jm{nonce}x{len(tags)}z"
        stands = _stand_in(word, source, start, end)
        tags[word] = _kept(source[start:end]) if stands == word else source[start:end]
        lines[word] = first_line + source.count("\n", 0, start)
        text += [source[position:start], stands]
        position = end
    masked = "".join([*text, source[position:]])
    return Masked(masked, tags, lines, _origins(masked, tags, first_line), nonce)


def as_markup(source: str, *, path: str, first_line: int) -> str:
    """*source* for HTML: its words with each sign as it stands, its Jinja as it is; raises Problems as mask()."""
    parts, position = [], 0
    for start, end in _tags(source, path, first_line):
        parts += [escape(source[position:start], quote=False), source[start:end]]
        position = end
    return "".join([*parts, escape(source[position:], quote=False)])


def _kept(tag: str) -> str:
    """A tag inside a line, which leaves the end of the line: Jinja would take it away, and join two words."""
    return re.sub(r"(?<![-+])([%#]\})\Z", r"+\1", tag) if not RAW.match(tag) else tag


def as_typed(tag: str) -> str:
    """A tag as a message names it."""
    return re.sub(r"\+([%#]\})\Z", r"\1", tag)


def _stand_in(word: str, source: str, start: int, end: int) -> str:
    """A statement alone on its line must stand between blocks, so it becomes a comment."""
    if source.startswith("{{", start):
        return word
    before = source[source.rfind("\n", 0, start) + 1 : start]
    after = source[end:].partition("\n")[0]
    return f"<!--{word}-->" if not before.strip() and not after.strip() else word


def _origins(masked: str, tags: dict[str, str], first_line: int) -> list[int]:
    origins, line = [], first_line
    for row in masked.split("\n"):
        origins.append(line)
        words = re.findall(r"jm[0-9a-f]+x\d+z", row)
        line += 1 + sum(tags[word].count("\n") for word in words if word in tags)
    return origins


def _tags(source: str, path: str, first_line: int) -> Iterator[tuple[int, int]]:
    position = start = 0
    opened = False
    try:
        for _line, kind, value in LEXER.lexer.tokeniter(source, path):
            if kind == "data":
                position = source.index(value, position) + len(value)
                continue
            here = source.index(value, position)  # {%- has eaten the white space before it
            position = here + len(value)
            if kind in BEGINS or kind == "raw_end":
                start, opened = here, True
            if kind in ENDS or kind == "raw_begin":
                opened = False
                yield start, position
    except TemplateSyntaxError as error:
        line = first_line + error.lineno - 1
        raise Problems([Problem(path, line, *said(error))]) from error
    if opened:
        line = first_line + source.count("\n", 0, start)
        cure = "write }} or %} where it ends"
        raise Problems([Problem(path, line, f"{source[start : start + 2]} is not closed", cure)])
