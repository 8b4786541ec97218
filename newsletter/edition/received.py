"""This module reads a text as staff receive it: its characters, its title and its closing block."""

import codecs
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from newsletter.errors import NewsletterError

OTHER_FORMATS = frozenset(".doc .odt .rtf .pdf .pages .xls .xlsx .ppt .pptx .zip".split())
BREAKS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
UNPRINTABLE = re.compile("[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|\ufeff")
"""What neither YAML nor a mail can carry; no part of any word."""

RULE = re.compile(r"(?:\s*[-‐‑‒–—―−_=*~•·]){3,}\s*|\s*[—―⸺⸻]{2}\s*")
LABEL = re.compile(
    r"(?:(?:this |the )?(?:article|text|story|post|words) (?:was )?)?"
    r"(?:posted|written|contributed|submitted|published|provided) by\b\s*:?|(?:author|by)\s*:",
    re.IGNORECASE,
)
ADDRESS = re.compile(
    r"(?:https?://|www\.)\S+|[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}/?", re.IGNORECASE
)
FIELD = re.compile(
    r"(?:(?P<author>author|name)|(?P<website>url|web ?site|web|homepage)"
    r"|(?P<place>town|city|place|location))\s*:\s*",
    re.IGNORECASE,
)
"""What a line of a closing block calls itself."""
WITH_ADDRESS = re.compile(
    r"(?:(?P<author>[^()\[\]<>]*[^\s()\[\]<>,;|–—-])(?:\s*\(\s*|[,;]\s+|\s+[|–—-]\s+))?"
    r"(?P<website>(?:https?://|www\.)[^\s()]*[^\s(),;.])"
    r"(?:(?:\s*\),?|[,;]|\s+[|–—-])\s+(?P<place>[^()]*)|\s*\)?[,;.]?)",
    re.IGNORECASE,
)
"""A name, its web address and its town on one line."""
WEB = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
REACHES = re.compile(r"https?://|www\.|\S@\S|(?:\d[\s().+-]*){7,}", re.IGNORECASE)
LONGEST = 100
"""Characters of a line in a closing block; what is longer is a sentence."""
MOST_LINES = 20
"""Lines of a closing block; what has more is a part of the article."""
LARGEST_OF_ALL = 30_000_000
LARGEST = 1_000_000
"""Bytes of a text; a long article has 30,000."""


@dataclass(frozen=True)
class Closing:
    """What the block under the last divider says; *rest* is what no key of the front matter takes."""

    label: str = ""
    author: str = ""
    website: str = ""
    place: str = ""
    rest: tuple[str, ...] = ()


def read_text(path: Path) -> tuple[str, str]:
    """The characters of the file *path*, and the name of their encoding."""
    if path.suffix.lower() in OTHER_FORMATS:
        raise NewsletterError(
            f"{path}: {path.suffix} files cannot be read; "
            "save it as a Word file (.docx) or as plain text (.txt) and name that file"
        )
    content = read_bytes(path)
    if len(content) > LARGEST:
        raise NewsletterError(
            f"{path}: {len(content) // 1_000_000} MB are too much for an article; name its text alone"
        )
    text, encoding = _decoded(content, path)
    text = UNPRINTABLE.sub(" ", BREAKS.sub("\n", text))
    if not text.strip():
        raise NewsletterError(f"{path}: the file is empty; name one with the article's text")
    return text, encoding


def read_bytes(path: Path) -> bytes:
    """What is in the file *path*; at most what a Word file with photographs has."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_OF_ALL + 1)
    except OSError as error:
        reason = "there is no such file" if isinstance(error, FileNotFoundError) else error.strerror
        raise NewsletterError(f"{path}: {reason}; type the path of a text file") from error
    if len(content) > LARGEST_OF_ALL:
        raise NewsletterError(f"{path}: this is too large for an article; name its text alone")
    return content


def _decoded(content: bytes, path: Path) -> tuple[str, str]:
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text, "utf-8" if encoding == "utf-8-sig" else encoding
    raise NewsletterError(f"{path}: this is no text file; save the article as UTF-8 text (.txt)")


def is_rule(line: str) -> bool:
    """Whether *line* only divides: dashes, stars and the like."""
    return bool(RULE.fullmatch(line))


def is_heading(line: str, *, longest: int = 60) -> bool:
    """Whether a line of plain text looks like a heading: short, and no sentence."""
    words = line.strip()
    return (
        2 <= len(words) <= longest
        and (words[0].isupper() or words[0].isdigit())
        and words[-1] not in ".,;:!…-–—"
        and not REACHES.search(words)
        and not re.match(r"\d+[.)]\s", words)
    )


def split_closing(lines: Sequence[str]) -> tuple[list[str], Closing]:
    """The lines of the article, and what its closing block says."""
    blocks = [(start, lines[start + is_rule(lines[start]) :]) for start in _openings(lines)]
    closing = [(start, block) for start, block in blocks if _closes(block, lines[: start + 1])]
    for start, block in sorted(closing, key=lambda found: not _is_labelled(found[1])):
        return list(lines[:start]), _closing(block)
    return list(lines), Closing()


def _is_labelled(block: Sequence[str]) -> bool:
    """Whether *block* begins with a label; such a one is meant, whatever short lines stand above it."""
    return bool(LABEL.match(next(line.strip() for line in block if speaks(line))))


def _openings(lines: Sequence[str]) -> Iterator[int]:
    """Where a closing block may begin: at a divider or a label above the last spoken lines."""
    spoken = [number for number, line in enumerate(lines) if speaks(line)]
    for before, below in pairwise(spoken[-MOST_LINES - 1 :]):
        yield from (number for number in range(before + 1, below) if is_rule(lines[number]))
        if LABEL.match(lines[below].strip()):
            yield below


def speaks(line: str) -> bool:
    """Whether *line* has words."""
    return bool(line.strip()) and not is_rule(line)


def _closes(block: Sequence[str], above: Sequence[str]) -> bool:
    """Whether *block* says in its first lines whom the article is by, and is no part of the article itself.

    Only under a divider, and below some article, a few long sentences may stand among its lines.
    """
    spoken = [line.strip() for line in block if speaks(line)]
    sentences = sum(map(_is_long, spoken))
    apart = is_rule(above[-1]) and sum(map(speaks, above)) > 1
    labelled = any(LABEL.match(line) for line in spoken[:2])
    return labelled and (not sentences or (apart and 2 * sentences < len(spoken)))


def _is_long(line: str) -> bool:
    return len(WEB.sub("", line)) > LONGEST


def _closing(block: Sequence[str]) -> Closing:
    """Read the first group of *block*; a second group belongs to somebody else and stays whole."""
    first, second = _groups(block)
    closing = Closing()
    for line in _whole_fields(first):
        closing = _with(closing, line)
    return replace(
        closing, rest=(*closing.rest, *([""] if closing.rest and second else []), *second)
    )


def _whole_fields(lines: Sequence[str]) -> Iterator[str]:
    """*lines* whose fields stand on one line with what they say."""
    name = ""
    for line in lines:
        if FIELD.fullmatch(line) and not name:
            name = f"{line} "
        else:
            yield name + line
            name = ""
    if name:
        yield name.strip()


def _groups(block: Sequence[str]) -> tuple[list[str], list[str]]:
    lines = [line.strip() for line in block]
    spoken = [number for number, line in enumerate(lines) if speaks(line)]
    together = any(after - before == 1 for before, after in pairwise(spoken))
    for before, number in pairwise(spoken):
        labelled = bool(LABEL.fullmatch(lines[before]))
        parted = (together and number - before > 1) or any(map(is_rule, lines[before:number]))
        heads = lines[number].endswith(":") and not FIELD.fullmatch(lines[number])
        if (parted and not labelled) or heads:
            return [lines[at] for at in spoken if at < number], _trimmed(lines[number:])
    return [lines[at] for at in spoken], []


def _trimmed(lines: Sequence[str]) -> list[str]:
    kept = ["" if is_rule(line) else line for line in lines]
    while kept and not kept[-1]:
        kept.pop()
    return kept


def _with(closing: Closing, line: str) -> Closing:
    label = LABEL.match(line)
    if label and not closing.label and not closing.author:
        after = line[label.end() :].strip()
        closing = replace(closing, label=label[0].strip())
        return _with(closing, after) if after else closing
    found = _found(closing, line) if closing.label and not _is_long(line) else {}
    if found:
        return replace(closing, **found)
    return replace(closing, rest=(*closing.rest, line))


def _found(closing: Closing, line: str) -> Mapping[str, Any]:
    """What *line* says for the keys that nothing was said for yet."""
    field = FIELD.match(line)
    if field and field.lastgroup:
        value = line[field.end() :]
        named = {field.lastgroup: value, "label": f"{closing.label} {field[0].strip()}"}
        return named if _fits(closing, field.lastgroup, value) else {}
    if ADDRESS.fullmatch(line) and not closing.website:
        return {"website": line}
    if parts := WITH_ADDRESS.fullmatch(line):
        said = {key: value for key, value in parts.groupdict().items() if value}
        return said if all(_fits(closing, key, value) for key, value in said.items()) else {}
    if _fits(closing, "author", line):
        return {"author": line}
    after = closing.website or "," in line
    return {"place": line} if after and _fits(closing, "place", line) else {}


def _fits(closing: Closing, key: str, value: str) -> bool:
    """Whether *value* may be what *key* says, and nothing else is."""
    if not value or getattr(closing, key):
        return False
    if key == "website":
        return bool(ADDRESS.fullmatch(value))
    return not REACHES.search(value) and len(value) <= LONGEST
