"""This module reads addresses that follow one another, as somebody pastes them from the head of a mail."""

import re
from collections.abc import Iterator, Sequence

from newsletter.audience.address import NAMED
from newsletter.audience.columns import is_address

HEADING = ("Name", "Email")
FIELD = re.compile(r"\s*(?:to|cc|bcc|an|para|à)\s*:", re.IGNORECASE)
"""What stands before them there."""
PARTS = {mark: re.compile(rf'(?:"[^"]*"|[^{mark}])+') for mark in ";,"}
"""Whatever stands between the marks; a name in quotation marks may hold one."""


def is_pasted(lines: Sequence[str]) -> bool:
    """Whether *lines* hold nothing but addresses, and one of them several."""
    several = False
    for line in filter(str.strip, lines):
        addresses = [address for _name, address in people_in(line)]
        if not all(map(is_address, addresses)):
            return False
        several = several or len(addresses) > 1
    return several


def people_in(line: str) -> Iterator[tuple[str, str]]:
    """The name, which may be missing, and the address of everybody in *line*: `Fontenot, Ada <ada@…>; bo@…`."""
    mark = ";" if ";" in line else ","
    last_name = ""
    for part in PARTS[mark].findall(FIELD.sub("", line, 1)):
        whole = part.strip()
        if last_name:
            if "<" in whole:
                whole = f"{last_name}, {whole}"
            else:
                yield "", last_name
        last_name = whole if mark == "," and "@" not in whole else ""
        if whole and not last_name:
            yield from _named(whole)
    if last_name:
        yield "", last_name


def _named(part: str) -> Iterator[tuple[str, str]]:
    found = NAMED.search(part)
    if found and part.count("@") == 1:
        yield part[: found.start()].strip("\"' "), found[1]
    elif part.count("@") > 1 and "<" not in part:
        yield from (("", word) for word in part.split())
    else:
        yield "", part
