"""This module turns an audience in plain words into a condition of SQL, and says it back in a sentence."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches

import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    exists,
    func,
    not_,
    or_,
    select,
    true,
)

from newsletter.audience.no_segment import NoSegment
from newsletter.audience.person import LANGUAGES
from newsletter.audience.segment import All, AnyOf, Condition, Not, Segment, read_segment
from newsletter.store import campaign, event, list_row, merge, recipient, source, subscriber

KINDS = {"opened": ("opened", "clicked"), "clicked": ("clicked",)}
"""Whoever clicked has opened, whatever their mail program hides."""

DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
SPREAD = 2_654_435_761
"""Knuth's multiplier: spreads neighbouring numbers evenly over 32 bits."""
BITS = 2**32
MOST_SIGNS = 50
"""So many letters beyond English are compared without regard to case."""


@dataclass(frozen=True)
class Members:
    """Who is meant: a condition on subscribers, and the same in words ("" is everybody)."""

    condition: ColumnElement[bool]
    words: str


def members(connection: Connection, audience: Sequence[str], *, today: date) -> Members:
    """Whom *audience* means; its parts are joined by "or". Raises NoSegment for what is not there, with what is."""
    words = ", ".join(audience)
    meaning = _Meaning(connection, words, today)
    asked = read_segment(words)
    condition, told = meaning.of(All((asked,)) if isinstance(asked, Not) else asked)
    return Members(condition, told)


Meant = tuple[ColumnElement[bool], str]


class _Meaning:
    """Looks names up in one store."""

    def __init__(self, connection: Connection, words: str, today: date) -> None:
        self.connection = connection
        self.words = words
        self.today = today

    def of(self, segment: Segment) -> Meant:
        if isinstance(segment, Condition):
            return MEANINGS[segment.kind](self, segment)
        if isinstance(segment, Not):
            condition, told = self.of(segment.part)
            return not_(condition), f"not {_grouped(segment.part, told)}"
        if isinstance(segment, AnyOf):
            parts = [self.of(part) for part in segment.parts]
            return or_(*(condition for condition, _told in parts)), " or ".join(
                _grouped(part, told, within=AnyOf)
                for part, (_c, told) in zip(segment.parts, parts, strict=True)
            )
        return self._all(segment)

    def _all(self, segment: All) -> Meant:
        kept = [part for part in segment.parts if not isinstance(part, Not)]
        out = [part.part for part in segment.parts if isinstance(part, Not)]
        conditions, told, left_out = [], [], []
        for part in kept:
            condition, words = self.of(part)
            conditions.append(condition)
            told.append(_grouped(part, words, within=All))
        for excluded in out:
            condition, words = self.of(excluded)
            conditions.append(not_(condition))
            left_out.append(words or "everybody")
        sentence = " and ".join(filter(None, told))
        if left_out:
            sentence = ", except ".join([sentence or "everybody", *left_out])
        return and_(true(), *conditions), sentence

    def name(self, asked: Condition) -> Meant:
        """A list or a tag, whichever there is."""
        lists, tags = _same(asked.value, self._lists()), _same(asked.value, self._tags())
        if lists and tags:
            what = f"“{asked.value}” is a list and a tag"
            cure = f"write on {asked.value} or tagged {asked.value}"
            raise NoSegment(self.words, asked.at, what, cure)
        if lists:
            return self.on_list(asked)
        if tags:
            return self.tag(asked)
        if _same(asked.value, self._stored("city")):
            what, cure = f"“{asked.value}” is a city", f"write in {asked.value}"
            raise NoSegment(self.words, asked.at, what, cure)
        raise self._missing(asked, "list", [*self._lists(), *self._tags()])

    def on_list(self, asked: Condition) -> Meant:
        """Whoever any reading of the list named."""
        names = _same(asked.value, self._lists())
        if not names:
            raise self._missing(asked, "list", self._lists())
        rows = (
            select(list_row.c.subscriber_id)
            .join(source, source.c.id == list_row.c.source_id)
            .where(list_row.c.subscriber_id == subscriber.c.id, source.c.list.in_(names))
        )
        return exists(rows), f"on the list {names[0]}"

    def tag(self, asked: Condition) -> Meant:
        tags = _same(asked.value, self._tags())
        if not tags:
            raise self._missing(asked, "tag", self._tags())
        spelt = [orjson.dumps(tag).decode() for tag in tags]
        return or_(
            *(subscriber.c.tags.contains(tag, autoescape=True) for tag in spelt)
        ), f"tagged {tags[0]}"

    def city(self, asked: Condition) -> Meant:
        cities = _same(asked.value, self._stored("city"))
        if not cities:
            raise self._missing(asked, "city", self._stored("city"))
        return subscriber.c.city.in_(cities), f"in {cities[0]}"

    def language(self, asked: Condition) -> Meant:
        """fr means fr-CA too, and French means fr."""
        meant = LANGUAGES.get(asked.value.casefold(), asked.value.casefold())
        spoken = [
            word
            for word in self._stored("language")
            if meant in (word.casefold(), word.casefold().split("-")[0])
        ]
        if not spoken:
            raise self._missing(asked, "language", self._stored("language"))
        return subscriber.c.language.in_(spoken), f"who speak {asked.value}"

    def known(self, asked: Condition) -> Meant:
        empty = "[]" if asked.field == "names" else ""
        return subscriber.c[asked.field] != empty, f"whose {asked.value} is known"

    def equal(self, asked: Condition) -> Meant:
        if asked.field == "city":
            condition, _told = self.city(asked)
        elif asked.field == "language":
            return self.language(asked)
        elif asked.field == "names":
            spelt = (f'"{asked.value}"', f'"{asked.value} "', f'" {asked.value}"')
            condition = or_(*(_holds("names", name) for name in spelt))
        else:
            condition = _lowered(subscriber.c[asked.field], asked.value) == asked.value.lower()
        return condition, f"whose {_called(asked.field)} is {asked.value}"

    def contains(self, asked: Condition) -> Meant:
        told = f"whose {_called(asked.field)} contains {asked.value}"
        return _holds(asked.field, asked.value), told

    def signed_up(self, asked: Condition) -> Meant:
        try:
            day = date.fromisoformat(asked.value).isoformat()
        except ValueError as error:
            what, cure = f"{asked.value} is no day", "write one as 2026-11-24"
            raise NoSegment(self.words, asked.at, what, cure) from error
        column = subscriber.c.signed_up
        condition = {
            "before": column < day,
            "after": column > day,
            "on": column == day,
            "since": column >= day,
        }[asked.field]
        return and_(column != "", condition), f"who signed up {asked.field} {day}"

    def signed_up_lately(self, asked: Condition) -> Meant:
        since = self.today - timedelta(days=DAYS[asked.value] * int(asked.number))
        return (
            subscriber.c.signed_up >= since.isoformat(),
            f"who signed up since {since.isoformat()}",
        )

    def sample(self, asked: Condition) -> Meant:
        """The same people each time: a number's place among 2³² decides."""
        place = (subscriber.c.id * SPREAD) % BITS
        return place < int(asked.number * BITS / 100), f"in a sample of {asked.number:g} %"

    def engaged(self, asked: Condition) -> Meant:
        editions, told = self._editions(asked)
        mailed = select(recipient.c.key).where(recipient.c.live == 1)
        if editions is not None:
            mailed = mailed.where(recipient.c.edition_id.in_(editions))
        if asked.kind == "got":
            return subscriber.c.key.in_(mailed), f"who got {told}"
        if not self.connection.scalar(select(exists().where(event.c.kind.in_(KINDS[asked.kind])))):
            what = f"nobody is known to have {asked.kind} anything"
            cure = "docs/site.md says how opens and clicks come home"
            raise NoSegment(self.words, asked.at, what, cure)
        mailed = mailed.join(
            event,
            and_(event.c.campaign_id == recipient.c.campaign_id, event.c.seq == recipient.c.seq),
        )
        mailed = mailed.where(event.c.kind.in_(KINDS[asked.kind]), event.c.machine == 0)
        return subscriber.c.key.in_(mailed), f"who {asked.kind} {told}"

    def _editions(self, asked: Condition) -> tuple[list[str] | Select[tuple[str]] | None, str]:
        if asked.value:
            return self._edition(asked), f"the edition {asked.value}"
        if not asked.number:
            return None, "any edition"
        newest = func.max(campaign.c.id)
        given = exists().where(recipient.c.campaign_id == campaign.c.id, recipient.c.live == 1)
        last = select(campaign.c.edition_id).where(given).group_by(campaign.c.edition_id)
        query = last.order_by(newest.desc()).limit(int(asked.number))
        told = (
            "the last edition"
            if asked.number == 1
            else f"one of the last {asked.number:g} editions"
        )
        return list(self.connection.scalars(query)), told

    def _edition(self, asked: Condition) -> list[str]:
        found: dict[str, set[str]] = {}
        for row in self.connection.execute(
            select(campaign.c.edition_id, campaign.c.edition, campaign.c.title)
        ):
            for name in (
                row.edition_id,
                row.edition,
                row.edition.rpartition("/")[2].removesuffix(".md"),
                row.title,
            ):
                found.setdefault(name.casefold(), set()).add(row.edition_id)
        if asked.value.casefold() not in found:
            raise self._missing(asked, "edition that was sent", found)
        return sorted(found[asked.value.casefold()])

    def _missing(self, asked: Condition, noun: str, there: Iterable[str]) -> NoSegment:
        names = {name.casefold(): name for name in sorted(there, reverse=True)}
        near = get_close_matches(asked.value.casefold(), names, n=1)
        if near:
            cure = f"did you mean {names[near[0]]}?"
        else:
            cure = f"there are {', '.join(sorted(names.values())[:12]) or 'none'}"
        return NoSegment(self.words, asked.at, f"there is no {noun} {asked.value}", cure)

    def _lists(self) -> list[str]:
        """Those of which a reading stands."""
        query = select(source.c.list).outerjoin(merge, source.c.merge_id == merge.c.id)
        return [*self.connection.scalars(query.where(merge.c.undone_at.is_(None)).distinct())]

    def _tags(self) -> list[str]:
        sets = self.connection.scalars(select(subscriber.c.tags).distinct())
        return sorted({tag for some in sets for tag in orjson.loads(some)})

    def _stored(self, field: str) -> list[str]:
        stored = subscriber.c[field]
        return [*self.connection.scalars(select(stored).where(stored != "").distinct())]


MEANINGS: Mapping[str, Callable[[_Meaning, Condition], Meant]] = {
    "name": _Meaning.name,
    "list": _Meaning.on_list,
    "tag": _Meaning.tag,
    "city": _Meaning.city,
    "language": _Meaning.language,
    "known": _Meaning.known,
    "equal": _Meaning.equal,
    "contains": _Meaning.contains,
    "signed_up": _Meaning.signed_up,
    "signed_up_lately": _Meaning.signed_up_lately,
    "sample": _Meaning.sample,
    "got": _Meaning.engaged,
    "opened": _Meaning.engaged,
    "clicked": _Meaning.engaged,
}


def _same(value: str, names: Iterable[str]) -> list[str]:
    """Those of *names* that are *value*, whatever their case."""
    return sorted(name for name in names if name.casefold() == value.casefold())


def _holds(field: str, words: str) -> ColumnElement[bool]:
    """Whose *field* holds *words*, whatever their case; a name is first and last name with a blank between."""
    column: ColumnElement[str] = subscriber.c[field]
    if field == "names":
        column = func.replace(column, '","', " ")
    return _lowered(column, words).contains(words.lower(), autoescape=True)


def _lowered(column: ColumnElement[str], words: str) -> ColumnElement[str]:
    """*column* in small letters, as far as *words* have them: SQLite itself knows those of English alone."""
    lowered: ColumnElement[str] = func.lower(column)
    for sign in sorted(sign for sign in {*words.lower()} if not sign.isascii())[:MOST_SIGNS]:
        if len(sign.upper()) == 1:
            lowered = func.replace(lowered, sign.upper(), sign)
    return lowered


def _grouped(part: Segment, words: str, within: type | None = None) -> str:
    """*words* in brackets, where they would be misread without."""
    simple = isinstance(part, (Condition, within or Condition))
    return words if simple or not words else f"({words})"


def _called(field: str) -> str:
    return {"key": "address", "names": "name"}.get(field, field.replace("_", " "))
