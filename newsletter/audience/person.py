"""This module turns the records of a list into people, a column at a time: words that come again are understood once."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from html import unescape
from itertools import compress, repeat
from operator import itemgetter
from typing import NamedTuple

from newsletter.audience.address import LOCAL, LONGEST, LONGEST_LOCAL, plain_host
from newsletter.audience.basis import Basis
from newsletter.audience.columns import Columns, asks_in_vain
from newsletter.audience.days import SHORTEST_MOMENT, day, moment
from newsletter.audience.doubts import doubts
from newsletter.audience.encoding import has_broken_letters
from newsletter.audience.fold import first_tags
from newsletter.audience.memo import Memo
from newsletter.audience.names import first_name, split_name, tidy
from newsletter.audience.row import Row
from newsletter.audience.said import NOTE, Wish, least, wishes
from newsletter.audience.tools import Tool
from newsletter.values import time_zones

LANGUAGES = {
    "english": "en", "spanish": "es", "español": "es", "french": "fr", "français": "fr",
    "german": "de", "deutsch": "de", "vietnamese": "vi", "portuguese": "pt", "italian": "it",
    "chinese": "zh", "arabic": "ar", "haitian creole": "ht", "korean": "ko", "japanese": "ja",
}  # fmt: skip

ZONES = {
    f"{coast} {time}": zone
    for coast, zone in (
        ("eastern", "America/New_York"),
        ("central", "America/Chicago"),
        ("mountain", "America/Denver"),
        ("pacific", "America/Los_Angeles"),
    )
    for time in ("time (us & canada)", "time", "standard time")
}
"""As American tools and Windows call them."""

Words = Sequence[str]


class Said(NamedTuple):
    """What some records say, a column for each thing: named as in a Row, and in its order."""

    line: Sequence[int]
    key: Words
    address: Words
    first_name: Words
    last_name: Words
    city: Words
    language: Words
    signed_up: Words
    tags: Sequence[tuple[str, ...]]
    standing: Words
    consent: Words
    updated_at: Words
    consent_at: Words
    left_at: Words
    time_zone: Words
    origin: Words


def columns_of(rows: Sequence[Row]) -> Said:
    """What *rows* say, by columns."""
    return Said(*([getattr(row, name) for row in rows] for name in Said._fields))


class People:
    """Reads the records of one list."""

    def __init__(
        self,
        name: str,
        columns: Columns,
        width: int,
        basis: Basis,
        tool: Tool | None,
        *,
        day_first: bool,
        broken: bool,
    ) -> None:
        """*day_first*: 5/6 is in June; *broken*: some letters are not of the text's encoding."""
        self.name, self.width, self.broken, self.precedence = name, width, broken, basis.precedence
        self.at, self.also = columns.places, columns.also
        self.tagged = _joined(columns.tags, ";")
        self.telling = {place for _kind, place in columns.said}
        self.told = _joined([*(place for _kind, place in columns.said), *columns.notes], "\0")
        self.wish: Memo[str, Wish | str] = Memo(_wishes(columns, basis, tool))
        self.tags = Memo(partial(tags_of, basis.tags))
        self.hosts = Memo(_short_host)
        self.days = Memo(partial(day, day_first=day_first))
        self.names = Memo(split_name)
        self.words: dict[str, Memo[str, str]] = {
            "first_name": Memo(first_name),
            "last_name": Memo(tidy),
            "city": Memo(tidy),
            "language": Memo(partial(language, basis.language)),
            "time_zone": Memo(partial(time_zone, basis.time_zone)),
            "origin": Memo(tidy),
        }

    def plain(
        self, lines: Sequence[int], records: Sequence[Sequence[str] | str]
    ) -> tuple[Said, Sequence[int]]:
        """What the plain ones of some *records* say, and the places of the others.

        Plain is a record with no cell too many whose address is surely valid; *lines* are where they begin.
        """
        places, whole = self._whole(records)
        cells = map(str.strip, map(itemgetter(self.at["address"]), whole))
        parts = [*map(str.partition, cells, repeat("@"))]
        boxes = [*map(itemgetter(0), parts)]
        hosts = [*map(self.hosts.__getitem__, map(itemgetter(2), parts))]
        wished = [*map(self.wish.__getitem__, map(self.told, whole))]
        plain = [
            host != "" and box is not None and type(wish) is tuple
            for host, box, wish in zip(hosts, map(LOCAL.match, boxes), wished, strict=True)
        ]
        if not all(plain):
            places, whole, boxes, hosts, wished = (
                [*compress(column, plain)] for column in (places, whole, boxes, hosts, wished)
            )
        addresses = [f"{box}@{host}" for box, host in zip(boxes, hosts, strict=True)]
        others = sorted({*range(len(records))} - {*places}) if len(places) < len(records) else ()
        lines = [lines[place] for place in places] if others else lines
        return self._said(lines, whole, addresses, wished), others

    def _whole(
        self, records: Sequence[Sequence[str] | str]
    ) -> tuple[Sequence[int], Sequence[Sequence[str]]]:
        """Records with a cell for each heading, and their places; what one lacks at its end is empty."""
        places: Sequence[int] = range(len(records))
        whole = records
        if {*map(type, records)} != {list} or {*map(len, records)} != {self.width} or self.broken:
            places = [place for place in places if self._is_whole(records[place])]
            whole = [
                [*records[place], *[""] * (self.width - len(records[place]))] for place in places
            ]
        return places, [*map(self.filled, whole)] if self.also else whole

    def _is_whole(self, record: Sequence[str] | str) -> bool:
        whole = type(record) is list and self.at["address"] < len(record) <= self.width
        return whole and not (self.broken and any(map(has_broken_letters, record)))

    def one(
        self,
        line: int,
        cells: Sequence[str],
        address: str,
        flags: tuple[str, ...] = (),
        part: int = 0,
    ) -> Row | str:
        """What one record says of *address*, or why that is unclear."""
        wish = self.wish[self.told(cells)]
        if isinstance(wish, str):
            return wish
        return next(self.rows(self._said([line], [cells], [address], [wish]), [flags], part))

    def rows(
        self, said: Said, flags: Iterable[tuple[str, ...]] | None = None, part: int = 0
    ) -> Iterator[Row]:
        """What is *said*, person by person."""
        flags = map(self._flags, said.key) if flags is None else flags
        return map(Row, repeat(self.name), *said, flags, repeat(self.precedence), repeat(part))

    def filled(self, cells: Sequence[str]) -> Sequence[str]:
        """*cells*, and in the place of an empty one what the next column says that means the same."""
        whole = [*cells]
        for place, others in self.also.items():
            if not cells[place].strip():
                whole[place] = next((cells[other] for other in others if cells[other].strip()), "")
        return whole

    def _said(
        self,
        lines: Sequence[int],
        records: Sequence[Sequence[str]],
        addresses: Sequence[str],
        wished: Sequence[Wish | str],
    ) -> Said:
        first_names, last_names = self._names(records)
        return Said(
            lines,
            [*map(str.lower, addresses)],
            addresses,
            first_names,
            last_names,
            self._words("city", records),
            self._words("language", records),
            self._days("signed_up", records),
            [*map(self.tags.__getitem__, map(self.tagged, records))],
            [wish[0] for wish in wished],
            [wish[1] for wish in wished],
            self._moments(records),
            self._days("consent_at", records),
            self._days("left_at", records),
            self._words("time_zone", records),
            self._words("origin", records),
        )

    def _flags(self, key: str) -> tuple[str, ...]:
        box, _, host = key.partition("@")
        return doubts(box, host)

    def _words(self, ours: str, records: Sequence[Sequence[str]]) -> Words:
        words = self.words[ours]
        if ours not in self.at:
            return [words[""]] * len(records)
        return [*map(words.__getitem__, map(itemgetter(self.at[ours]), records))]

    def _names(self, records: Sequence[Sequence[str]]) -> tuple[Words, Words]:
        """First and last names; who has none in columns of their own may have both in one."""
        firsts, lasts = self._words("first_name", records), self._words("last_name", records)
        if "name" not in self.at:
            return firsts, lasts
        whole = map(itemgetter(self.at["name"]), records)
        pairs = [
            (first, last) if first or last else self.names[name]
            for first, last, name in zip(firsts, lasts, whole, strict=True)
        ]
        return [first for first, _last in pairs], [last for _first, last in pairs]

    def _days(self, ours: str, records: Sequence[Sequence[str]]) -> Words:
        if ours not in self.at:
            return [""] * len(records)
        days, words = self.days, map(itemgetter(self.at[ours]), records)
        return [days[on if len(on) < 11 or on[4] != "-" else on[:10]] for on in words]

    def _moments(self, records: Sequence[Sequence[str]]) -> Words:
        if "updated_at" not in self.at:
            return [""] * len(records)
        days, words = self.days, map(itemgetter(self.at["updated_at"]), records)
        return [
            days[word] if len(word) < SHORTEST_MOMENT else moment(word, days.__getitem__)
            for word in words
        ]


def _joined(places: Sequence[int], sign: str) -> Callable[[Sequence[str]], str]:
    """What stands in the cells at *places*, with *sign* between."""
    if len(places) == 1:
        return itemgetter(places[0])
    return lambda cells: sign.join([cells[place] for place in places])


def _short_host(domain: str) -> str:
    """*domain* where it is surely valid, and short enough for any plain address."""
    return plain_host(domain) if len(domain) < LONGEST - LONGEST_LOCAL else ""


def _wishes(columns: Columns, basis: Basis, tool: Tool | None) -> Callable[[str], Wish | str]:
    always = least(
        [
            (tool.standing if tool else "subscribed", ""),
            (basis.standing or "subscribed", "none" if asks_in_vain(tool, columns, basis) else ""),
        ]
    )
    kinds = [*(kind for kind, _place in columns.said), *(NOTE for _place in columns.notes)]
    return wishes(kinds, {**(tool.status if tool else {}), **basis.status}, always, basis.consent)


def tags_of(own: tuple[str, ...], cell: str) -> tuple[str, ...]:
    """The tags in a cell, between commas, semicolons, bars or lines, and the list's *own*."""
    cell = unescape(cell) if "&" in cell else cell
    for mark in (":::", ";", "|", "\n"):
        cell = cell.replace(mark, ",")
    found = (tidy(tag.strip(" \"'[]")) for tag in cell.split(","))
    return first_tags([*own, *(tag for tag in found if tag and not tag.startswith("* "))])


def language(usual: str, cell: str) -> str:
    """Two letters: `en_US`, `English` and `English (US)` are en; the list's *usual* one where it is not clear."""
    word = tidy(cell).lower().partition(" (")[0]
    short = word.replace("_", "-").partition("-")[0]
    return LANGUAGES.get(word, short if len(short) == 2 and short.isalpha() else "") or usual


def time_zone(usual: str, cell: str) -> str:
    """The time zone in a cell, if there is one of that name in any case, else the list's *usual* one."""
    word = tidy(cell).casefold()
    return ZONES.get(word) or _zones().get(word) or usual


@cache
def _zones() -> Mapping[str, str]:
    return {name.casefold(): name for name in time_zones()}
