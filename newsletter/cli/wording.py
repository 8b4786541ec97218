"""This module says numbers, times and tables the way a person would."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from errno import ENOSPC
from pathlib import Path
from shlex import join
from typing import Any
from zoneinfo import ZoneInfo

import click

MOST_SHOWN = 50
"""Lines of a kind that fit on a screen or two."""
WITH_PRACTICE = re.compile(
    r"\bnewsletter (?:preview|check|test|send|campaigns|status|undo|pause|resume|approve|resolve"
    r"|worker|report|export|forget|serve|doctor"
    r"|lists(?: (?:read|import|undo|explain|fates|suppress|suppressed|check|count)\b)?)\b"
    r"(?: (?:\d+|[^\s']+\.md|'[^'\n]+\.md'(?!\S)|[A-Z]{2,}))?+(?! --practice)"
)
"""A command that looks into the store, with what it is about."""


def in_practice(sentence: str) -> str:
    """*sentence* whose commands stay in practice: campaign 2 of the real store is another one."""
    return WITH_PRACTICE.sub(r"\g<0> --practice", sentence)


def to_type(
    command: str, article: Path | str, audience: str | None = None, others: Sequence[str] = ()
) -> str:
    """The *command* for *article*, with *others* of its options, as a shell takes it."""
    whom = [] if audience is None else ["--audience", audience]
    return join(["newsletter", command, str(article), *whom, *others])


FILE_ERRORS: Mapping[type[OSError], str] = {
    FileNotFoundError: "there is no such file or folder; correct the name, or make the folder first",
    IsADirectoryError: "this is a folder; name a file in it",
    NotADirectoryError: "a part of it is a file, not a folder; name another place",
    PermissionError: "you may not read or write it; give yourself permission, or name another place",
}


def file_error(error: OSError) -> str:
    """Why a file cannot be read or written, and what to do."""
    if error.errno == ENOSPC:
        return "the disk is full; make room and type the same command again"
    told = (sentence for kind, sentence in FILE_ERRORS.items() if isinstance(error, kind))
    otherwise = f"{error.strerror}; put it right and type the same command again"
    return f"{error.filename}: {next(told, otherwise)}"


def people(number: int) -> str:
    """1 person, 2 people, 12,345 people."""
    return "1 person" if number == 1 else f"{number:,} people"


def several(number: int, noun: str) -> str:
    """1 list, 2 lists."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def moment(seconds: int, zone: ZoneInfo) -> str:
    """A time in the clinic's zone: Tue 24 Nov 2026, 10:30 AM CST."""
    when = datetime.fromtimestamp(seconds, zone)
    return f"{when:%a} {when.day} {when:%b %Y}, {when.strftime('%I:%M %p').lstrip('0')} {when:%Z}"


def facts(pairs: Mapping[str, Any]) -> str:
    """Names and values in two columns."""
    width = max(map(len, pairs), default=0)
    return "\n".join(f"{name:<{width}}  {value}".rstrip() for name, value in pairs.items())


def table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Rows under a head, numbers to the right."""
    cells = [
        list(head),
        *([f"{cell:,}" if type(cell) is int else str(cell) for cell in row] for row in rows),
    ]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    numeric = [
        bool(rows) and all(type(row[column]) is int for row in rows) for column in range(len(head))
    ]
    lines = [
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        ).rstrip()
        for row in cells
    ]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def the_first(lines: Sequence[str], rest: str, most: int = MOST_SHOWN) -> Iterator[str]:
    """The first of *lines*, and how many more there are; *rest* says where they all are."""
    yield from lines[:most]
    if len(lines) > most:
        yield f"... and {len(lines) - most:,} more; {rest}"


def note(sentence: str = "") -> None:
    """Say something beside the result: progress, findings, the next command."""
    click.echo(sentence, err=True)


def result(words: str = "") -> None:
    """Say the result itself."""
    click.echo(words)


def as_json(value: Any) -> None:
    """The result for another program."""
    import orjson

    options = orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS
    click.echo(orjson.dumps(value, option=options, default=str).decode())
