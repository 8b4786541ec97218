"""This module chooses whom a letter is shown as: real readers, made-up ones, and those who show what could go wrong."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from newsletter.errors import NewsletterError
from newsletter.letter import Letter, MergeProblem, Reader

MOST_NAMED = 30
"""Real readers in the list; those who show something are found among all of them."""

MADE_UP = {
    "very long name": {
        "first_name": "Maximiliana-Theodora Alexandrina",
        "last_name": "von Hohenfels-Bartensteinbrunn und zu Donaueschingen",
        "city": "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch",
    },
    "signs that HTML knows": {"first_name": 'O’Neil & "Jo" <b>', "last_name": "D'Ávila", "city": "A & B"},
    "written from right to left": {"first_name": "عائشة", "last_name": "الأنصاري", "city": "القاهرة"},
    "other letters": {"first_name": "Þóra 小雪", "last_name": "Žižková", "city": "Kraków"},
}  # fmt: skip
"""Readers that most lists have one day."""


@dataclass(frozen=True)
class Choice:
    """One reader of the chooser, by a *key* that stands in the page's address."""

    key: str
    group: str
    label: str
    reader: Reader


@dataclass(frozen=True)
class Choices:
    """Everybody the letter can be shown as, and how many real readers were asked."""

    all: tuple[Choice, ...]
    asked: int

    def get(self, key: str) -> Choice:
        """The choice called *key*; the first where there is none."""
        return next((choice for choice in self.all if choice.key == key), self.all[0])


def first_choices(stranger: Reader) -> Choices:
    """Made-up readers alone, before anybody was asked."""
    return Choices((*_made_up(stranger),), 0)


def choose_readers(letter: Letter, readers: Iterable[Reader], stranger: Reader) -> Choices:
    """Ask every reader's letter: one of each version, the longest and the emptiest, and some by name."""
    telling: dict[str, Reader] = {}
    named: list[Reader] = []
    longest, emptiest, asked = -1, 100, 0
    for reader in readers:
        asked += 1
        telling.setdefault(_version(letter, reader), reader)
        length, known = len(reader.first_name), sum(map(bool, _words(reader)))
        if length > longest:
            longest, telling["longest name"] = length, reader
        if known < emptiest:
            emptiest, telling["fewest details"] = known, reader
        if len(named) < MOST_NAMED:
            named.append(reader)
    found = [
        Choice(_key(what), "Who shows something", f"{what}: {_name(reader)}", reader)
        for what, reader in sorted(telling.items(), key=lambda entry: _order(entry[0]))
    ]
    some = [
        Choice(f"reader-{number}", "Real readers", _name(reader), reader)
        for number, reader in enumerate(named, 1)
    ]
    return Choices((*found, *_made_up(stranger), *some), asked)


def _version(letter: Letter, reader: Reader) -> str:
    try:
        return f"version {letter.personalise(reader).variant + 1}"
    except MergeProblem:
        return "a value is missing"
    except NewsletterError:
        return "a version that cannot be made"


def _made_up(stranger: Reader) -> list[Choice]:
    group = "Made up"
    nobody = Choice("nothing-known", group, "nothing known", stranger)
    people = [
        Choice(_key(what), group, what, replace(stranger, **fields))  # type: ignore[arg-type]
        for what, fields in MADE_UP.items()
    ]
    return [nobody, *people]


def _words(reader: Reader) -> tuple[object, ...]:
    return (reader.first_name, reader.last_name, reader.city, reader.tags, reader.signed_up)


def _name(reader: Reader) -> str:
    name = " ".join(filter(None, (reader.first_name, reader.last_name))) or "no name"
    return f"{name}, {reader.city}" if reader.city else name


def _order(what: str) -> tuple[bool, int, str]:
    """The versions by number, then the others."""
    digits = what.removeprefix("version ")
    return not digits.isdigit(), int(digits) if digits.isdigit() else 0, what


def _key(what: str) -> str:
    return what.replace(" ", "-").lower()
