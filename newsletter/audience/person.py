"""This module makes the function that turns the cells of a list's records into people, quickly."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Protocol

from newsletter.audience.address import LOCAL, LONGEST, LONGEST_LOCAL, plain_host
from newsletter.audience.basis import Basis
from newsletter.audience.columns import Columns
from newsletter.audience.days import day, moment
from newsletter.audience.doubts import LONGEST_ROLE, ROLES, host_doubts
from newsletter.audience.memo import Memo
from newsletter.audience.names import first_name, split_name, tidy
from newsletter.audience.row import Row
from newsletter.audience.said import Wish, least, wishes
from newsletter.audience.tools import Tool
from newsletter.config import time_zones

LANGUAGES = {
    "english": "en", "spanish": "es", "español": "es", "french": "fr", "français": "fr",
    "german": "de", "deutsch": "de", "vietnamese": "vi", "portuguese": "pt", "italian": "it",
    "chinese": "zh", "arabic": "ar", "haitian creole": "ht", "korean": "ko", "japanese": "ja",
}  # fmt: skip
RARE = "consent_at updated_at left_at time_zone origin".split()


class Person(Protocol):
    """Turns a record into a row, or says why there is none; nothing where a plain row is not plain.

    Without an address the row's own is taken, if it is plain. Else the last cell is empty: that is where columns
    stand that a list has not.
    """

    def __call__(
        self,
        line: int,
        cells: list[str],
        address: str = "",
        flags: tuple[str, ...] = (),
        part: int = 0,
    ) -> Row | str | None: ...


def person_of(
    name: str, columns: Columns, width: int, basis: Basis, tool: Tool | None, day_first: bool
) -> Person:
    """The function for one list: words that come again and again are understood once."""
    at = {ours: columns.places.get(ours, -1) for ours in PLACES}
    address_at, first_at, last_at, full_at = (at[ours] for ours in PLACES[:4])
    city_at, language_at, signed_at = (at[ours] for ours in PLACES[4:7])
    said_at, tags_at = [place for _kind, place in columns.said], columns.tags
    said_in = said_at[0] if len(said_at) == 1 else -1
    tags_in = tags_at[0] if len(tags_at) == 1 else -1
    several = len(said_at) > 1 or len(tags_at) > 1 or bool(columns.also)
    wish: Memo[Wish | str] = Memo(_wishes(columns, basis, tool))
    tags, hosts, doubtful = Memo(partial(tags_of, basis.tags)), Memo(plain_host), Memo(host_doubts)
    firsts, lasts, names, words = Memo(first_name), Memo(tidy), Memo(split_name), Memo(tidy)
    days, languages = (
        Memo(partial(day, day_first=day_first)),
        Memo(partial(language, basis.language)),
    )
    rare = _rare(at, days, basis)
    zone, precedence, local_ok, roles = basis.time_zone, basis.precedence, LOCAL.match, ROLES

    def person(
        line: int, cells: list[str], address: str = "", flags: tuple[str, ...] = (), part: int = 0
    ) -> Row | str | None:
        if not address:
            if len(cells) != width:
                return None
            local, _, domain = cells[address_at].partition("@")
            host = hosts[domain]
            size = len(local)
            if (
                not host
                or size > LONGEST_LOCAL
                or size + len(host) >= LONGEST
                or not local_ok(local)
            ):
                return None
            address = f"{local}@{host}"
            flags = doubtful[host]
            if size <= LONGEST_ROLE and local.lower() in roles:
                flags = ("role account", *flags)
            cells.append("")
        said, tagged = cells[said_in], cells[tags_in]
        if several:
            said, tagged = _joined(cells, columns, said_at)
        wished = wish[said]
        if type(wished) is str:
            return wished
        given, family = firsts[cells[first_at]], lasts[cells[last_at]]
        if not given and not family:
            given, family = names[cells[full_at]]
        on = cells[signed_at]
        row = Row(
            name, line, address.lower(), address, given, family, words[cells[city_at]],
            languages[cells[language_at]], days[on if len(on) < 11 or on[4] != "-" else on[:10]],
            tags[tagged], wished[0], wished[1], "", "", "", zone, "", flags, precedence, part,
        )  # fmt: skip
        if rare is not None:
            rare(row, cells)
        return row

    return person


PLACES = (
    "address first_name last_name name city language signed_up consent_at updated_at left_at time_zone origin"
).split()


def _wishes(columns: Columns, basis: Basis, tool: Tool | None) -> Callable[[str], Wish | str]:
    asked_in_vain = tool is not None and tool.asks and not columns.said
    always = least(
        [
            (tool.standing if tool else "subscribed", ""),
            (basis.standing, "none" if asked_in_vain else ""),
        ]
    )
    kinds = [kind for kind, _place in columns.said]
    return wishes(kinds, {**(tool.status if tool else {}), **basis.status}, always, basis.consent)


def _rare(
    at: Mapping[str, int], days: Memo[str], basis: Basis
) -> Callable[[Row, list[str]], None] | None:
    """How the columns are read that most lists have not; nothing where this one has none of them."""
    if not any(at[ours] >= 0 for ours in RARE):
        return None
    agreed_at, updated_at, left_at, zone_at, origin_at = (at[ours] for ours in PLACES[7:])
    zones, origins = Memo(partial(time_zone, basis.time_zone)), Memo(tidy)
    day_of = days.__getitem__

    def rare(row: Row, cells: list[str]) -> None:
        agreed, left, updated = cells[agreed_at], cells[left_at], cells[updated_at]
        row.consent_at = days[agreed if len(agreed) < 11 or agreed[4] != "-" else agreed[:10]]
        row.left_at = days[left if len(left) < 11 or left[4] != "-" else left[:10]]
        row.updated_at = moment(updated, day_of) if updated else ""
        row.time_zone, row.origin = zones[cells[zone_at]], origins[cells[origin_at]]

    return rare


def _joined(cells: list[str], columns: Columns, said: Sequence[int]) -> tuple[str, str]:
    """What several columns say, in one word each; where a column is empty, the next that means the same is taken."""
    for place, others in columns.also.items():
        if not cells[place].strip():
            cells[place] = next((cells[other] for other in others if cells[other].strip()), "")
    return "\0".join([cells[place] for place in said]), ";".join(
        [cells[place] for place in columns.tags]
    )


def tags_of(own: tuple[str, ...], cell: str) -> tuple[str, ...]:
    """The tags in a cell, between commas, semicolons, bars or lines, and the list's *own*."""
    for mark in (":::", ";", "|", "\n"):
        cell = cell.replace(mark, ",")
    found = (tidy(tag.strip(" \"'[]")) for tag in cell.split(","))
    return tuple(sorted({*own, *(tag for tag in found if tag and not tag.startswith("* "))}))


def language(usual: str, cell: str) -> str:
    """Two letters: `en_US` and `English` are en; the list's *usual* one where it is not clear."""
    word = tidy(cell).lower()
    short = word.replace("_", "-").partition("-")[0]
    return LANGUAGES.get(word, short if len(short) == 2 and short.isalpha() else "") or usual


def time_zone(usual: str, cell: str) -> str:
    """The time zone in a cell, if there is one of that name, else the list's *usual* one."""
    return cell.strip() if cell.strip() in time_zones() else usual
