"""This module reads people from JSON: a list of objects, as APIs give it, or an object a line."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Any

import orjson

from newsletter.audience.columns import is_address
from newsletter.audience.encoding import LONGEST_LINE
from newsletter.audience.place import NoList

LARGEST = 50 << 20
SEEN = 500
MOST_HEADINGS = 5000
DEEPEST = 4
CURE = "export the list as CSV, or as JSON with an object for each person"


def people(file: IO[bytes]) -> Sequence[Any]:
    """The list of objects with addresses in a JSON file, else the longest; raises NoList where there is none, or addresses stand in several."""
    content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise NoList("a JSON file of more than 50 MB", "export it as CSV, or as JSON lines")
    try:
        value = orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise NoList(f"this is no JSON ({error.msg})", CURE, error.lineno) from error
    lists = {name: found for name, found in _lists(value, DEEPEST) if found}
    if not lists:
        raise NoList("there are no people in this JSON", CURE)
    with_addresses = [name for name, found in lists.items() if _holds_addresses(found)]
    if len(with_addresses) > 1:
        what = f"addresses stand in several lists of this JSON: {', '.join(with_addresses)}"
        raise NoList(what, "save each in a file of its own, so that it is clear who left")
    return lists[with_addresses[0]] if with_addresses else max(lists.values(), key=len)


def _lists(value: Any, depth: int, name: str = "") -> Iterator[tuple[str, Sequence[Any]]]:
    """Each list in *value* that has objects, and where it stands."""
    if isinstance(value, list):
        if any(isinstance(item, dict) for item in value):
            yield name, value
    elif isinstance(value, dict) and depth:
        for key, inner in value.items():
            yield from _lists(inner, depth - 1, f"{name}.{key}" if name else key)


def _holds_addresses(found: Sequence[Any]) -> bool:
    objects = (item for item in islice(found, SEEN) if isinstance(item, dict))
    return any(is_address(cell) for item in objects for cell in flat(item).values())


def flat(person: Mapping[str, Any], above: str = "", depth: int = DEEPEST) -> dict[str, str]:
    """An object as headings and cells: `merge_fields.FNAME`, lists with semicolons between them."""
    cells: dict[str, str] = {}
    for key, value in person.items():
        name = f"{above}{key}"
        if isinstance(value, dict) and depth:
            cells.update(flat(value, f"{name}.", depth - 1))
        else:
            cells[name] = _words(value)
    return cells


def _words(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ";".join(filter(None, map(_words, value)))
    if isinstance(value, dict):
        return str(value.get("name") or value.get("title") or value.get("value") or "")
    return str(value)


def headings(rows: Iterator[Mapping[str, str]]) -> tuple[str, ...]:
    """All names in the first of *rows*, in the order in which they come."""
    found: dict[str, None] = {}
    for _number, row in zip(range(SEEN), rows, strict=False):
        found.update(dict.fromkeys(row))
        if len(found) > MOST_HEADINGS:
            raise NoList("more than 5,000 names in one object", CURE)
    return tuple(found)


def numbered(file: IO[bytes]) -> Iterator[tuple[int, Mapping[str, str] | str]]:
    """The people of a JSON file with their numbers."""
    for number, person in enumerate(people(file), 1):
        yield number, flat(person) if isinstance(person, dict) else "this is no object"


def by_line(file: IO[bytes]) -> Iterator[tuple[int, Mapping[str, str] | str]]:
    """The people of JSON lines with their lines; a line that is no object is a sentence."""
    number = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise NoList("a line of more than a megabyte", "export the list as CSV", number)
        if not line.strip():
            continue
        try:
            value = orjson.loads(line.removeprefix(b"\xef\xbb\xbf"))
        except orjson.JSONDecodeError as error:
            yield number, f"this line is no JSON ({error.msg})"
            continue
        yield number, flat(value) if isinstance(value, dict) else "this line is no object"


def is_lines(path: Path, head: bytes) -> bool:
    """Whether the file holds an object a line, by its first line or its name."""
    if path.suffix.lower() in (".jsonl", ".ndjson"):
        return True
    first, _, rest = head.strip().partition(b"\n")
    try:
        return isinstance(orjson.loads(first), dict) and rest.lstrip()[:1] == b"{"
    except orjson.JSONDecodeError:
        return False
