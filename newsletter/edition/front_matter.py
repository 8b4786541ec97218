"""This module reads the front matter of an article: YAML in which every scalar is text, with its line."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import yaml

from newsletter.errors import Problem

FENCE = re.compile(r"-{3,}[ \t]*")
LITERAL = ("title", "subject", "preheader")
"""Keys whose unquoted value is the rest of the line: `Tip #1: what helps` keeps its end."""

PLAIN_WORDS = {
    "expected <block end>": "this line is indented, or something follows the quotes",
    "unexpected end of stream": "quotes are opened and not closed",
    "mapping values are not allowed": "there is a second : in the line",
    "could not find expected ':'": "there is no : after the key",
    "cannot start any token": "a value begins with a character that means something to YAML",
    "undefined alias": "a value begins with *",
    "expected ',' or": "brackets are opened and not closed",
}
"""What YAML says, in words for people who do not know it."""


Value = str | tuple[str, ...] | Mapping[str, str]
"""A text, a list, or names with a text each."""


@dataclass(frozen=True)
class FrontMatter:
    """The values by key, the line of each key, and where the body begins (lines count from 1)."""

    values: Mapping[str, Value]
    lines: Mapping[str, int]
    body: str
    body_line: int


def read_front_matter(source: str, name: str) -> tuple[FrontMatter, list[Problem]]:
    """The front matter of *source* and everything that is wrong with it."""
    rows = source.split("\n")
    end = _end(rows)
    if end is None:
        cure = "begin with a line ---, then title: …, subject: …, preheader: …, then a line ---"
        return FrontMatter({}, {}, source, 1), [Problem(name, 1, "there is no front matter", cure)]
    body = "\n".join(rows[end + 1 :])
    head = "\n".join(["", *map(_literal, rows[1:end])])
    values: dict[str, Value] = {}
    lines: dict[str, int] = {}
    problems = []
    try:
        tree = yaml.compose(head, Loader=yaml.BaseLoader)
    except yaml.reader.ReaderError as error:
        line = head.count("\n", 0, error.position) + 1
        what, cure = "there is a character that nobody can see", "type the line anew"
        return FrontMatter({}, {}, body, end + 2), [Problem(name, line, what, cure)]
    except (yaml.YAMLError, RecursionError) as error:
        return FrontMatter({}, {}, body, end + 2), [_broken(error, name)]
    if tree is not None and not isinstance(tree, yaml.MappingNode):
        problems.append(
            Problem(name, 2, "the front matter has no keys", "write key: value on each line")
        )
    for key, value, line, problem in _entries(tree, name):
        if key in lines:
            what = f"{key} stands twice, here and on line {lines[key]}"
            problems.append(Problem(name, line, what, "keep one of them"))
            continue
        lines[key] = line
        problems += problem
        values[key] = value
    return FrontMatter(values, lines, body, end + 2), problems


def has_front_matter(source: str) -> bool:
    """Whether *source* begins with a block between two lines of dashes."""
    return _end(source.split("\n")) is not None


def _end(rows: list[str]) -> int | None:
    if not rows or not FENCE.fullmatch(rows[0]):
        return None
    return next((number for number, row in enumerate(rows[1:], 1) if FENCE.fullmatch(row)), None)


def _literal(row: str) -> str:
    """Quote a literal key's value, so that YAML leaves its # and : alone."""
    key, colon, value = row.partition(":")
    words = value.strip(" \t")
    if key not in LITERAL or not colon or value[:1] not in {" ", "\t"} or not words:
        return row
    if _quoted(words) or words in {"|", ">", "|-", ">-"}:
        return row
    return f"{key}: '{words.replace(chr(39), chr(39) * 2)}'"


def _quoted(value: str) -> bool:
    """Whether *value* as a whole is a quoted YAML scalar."""
    return bool(re.fullmatch(r"'(?:[^']|'')*'|\"(?:[^\"\\]|\\.)*\"", value))


def _broken(error: Exception, name: str) -> Problem:
    said = getattr(error, "problem", None) or ""
    scanning = str(getattr(error, "context", None)).startswith("while scanning")
    marks = [getattr(error, kind, None) for kind in ("context_mark", "problem_mark")]
    mark = marks[0] if scanning and marks[0] else marks[1]
    what = next((ours for theirs, ours in PLAIN_WORDS.items() if theirs in said), said)
    cure = 'write key: value, and "quotes" round a value with : or #'
    line = mark.line + 1 if mark is not None else 1
    return Problem(name, line, f"the front matter cannot be read: {what or 'no YAML'}", cure)


def _entries(tree: yaml.Node | None, name: str) -> Iterator[tuple[str, Value, int, list[Problem]]]:
    if not isinstance(tree, yaml.MappingNode):
        return
    for key, value in tree.value:
        line = key.start_mark.line + 1
        word = str(key.value) if isinstance(key, yaml.ScalarNode) else "a list"
        if isinstance(value, yaml.ScalarNode):
            yield word, value.value.strip(), line, []
        elif isinstance(value, yaml.SequenceNode) and all(
            isinstance(item, yaml.ScalarNode) for item in value.value
        ):
            yield word, tuple(str(item.value).strip() for item in value.value), line, []
        elif word == "allow" and isinstance(value, yaml.MappingNode) and _all_text(value):
            yield word, {key.value: entry.value.strip() for key, entry in value.value}, line, []
        else:
            problem = Problem(
                name, line, f"{word} holds more than text", f"write {word}: some text"
            )
            yield word, "", line, [problem]


def _all_text(mapping: yaml.MappingNode) -> bool:
    return all(isinstance(node, yaml.ScalarNode) for entry in mapping.value for node in entry)
