"""This module reads an audience in plain words: "in New Orleans and clicked in the last 3 editions, except staff"."""

import re
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedInput, v_args
from lark.exceptions import VisitError

from newsletter.audience.no_segment import NoSegment

NUMBERS = "one two three four five six seven eight nine ten eleven twelve".split()
FIELDS = {
    "city": "city",
    "town": "city",
    "language": "language",
    "time zone": "time_zone",
    "first name": "first_name",
    "last name": "last_name",
    "name": "names",
    "address": "key",
    "email": "key",
}
"""What a field is called, and its column."""

MOST = 999
"""Editions, days, weeks, months or years."""

LEADING = "in on tagged speaking speak opened clicked got signed with without not never and or who that but except is contains everyone everybody"
"""Words that mean something; a name that holds one stands in quotation marks."""

GRAMMAR = rf"""
start: anyof (_EXCEPT anyof)*
anyof: allof ((_OR | _COMMA) allof)*
allof: one ((AND | _WHO)* one)*
?one: _NOT one                           -> negated
    | "(" start ")"                      -> together
    | EVERYONE                           -> everyone
    | _IN value                          -> city
    | _ON value                          -> on
    | _TAGGED value                      -> tagged
    | _SPEAKING value                    -> speaking
    | _WITH value                        -> known
    | _WITHOUT value                     -> unknown
    | ENGAGED LAST_EDITIONS              -> engaged_lately
    | NEVER ENGAGED                      -> never_engaged
    | ENGAGED value                      -> engaged_with
    | _SIGNED SIDE DATE                  -> signed_up
    | _SIGNED LAST_DAYS                  -> signed_up_lately
    | value _IS value                    -> equal
    | value _IS _NOT value               -> different
    | value _CONTAINS value              -> containing
    | PERCENT                            -> sample
    | value                              -> named
value: NAME | QUOTED
_COMMA: ","
_EXCEPT.5: /(,\s*)?(but\s+not|except(\s+for)?)(?![\w-])/i
_OR.3: /or(?![\w-])/i
AND.2: /and(?![\w-])/i
_WHO.2: /(but|who|that)(?![\w-])/i
_NOT.2: /not(?![\w-])/i
NEVER.2: /never(?![\w-])/i
EVERYONE.2: /(everyone|everybody)(?![\w-])/i
_IN.2: /in(?![\w-])/i
_ON.2: /on(\s+the\s+list)?(?![\w-])/i
_TAGGED.2: /tagged(?![\w-])/i
_SPEAKING.2: /speak(ing)?(?![\w-])/i
_WITH.2: /with(?![\w-])/i
_WITHOUT.3: /without(?![\w-])/i
ENGAGED.2: /(opened|clicked|got)(?![\w-])/i
_SIGNED.2: /signed\s+up(?![\w-])/i
SIDE.3: /(before|since|after|on)(?![\w-])/i
_IS.2: /is(?![\w-])/i
_CONTAINS.2: /contains(?![\w-])/i
LAST_EDITIONS.4: /(in\s+)?(the\s+)?(last|past)(\s+(\d+|{"|".join(NUMBERS)}))?\s+editions?(?![\w-])/i
LAST_DAYS.4: /(in\s+)?(the\s+)?(last|past)(\s+(\d+|{"|".join(NUMBERS)}))?\s+(day|week|month|year)s?(?![\w-])/i
DATE.4: /\d{{4}}-\d{{2}}-\d{{2}}/
PERCENT.4: /(a\s+sample\s+of\s+)?\d+(\.\d+)?\s*%(\s+sample)?/i
QUOTED: /"[^"]*"|'[^']*'|“[^”]*”|‘[^’]*’/
NAME: /(?!'|({LEADING.replace(" ", "|")})(?![\w-]))[\w.\/&'’+@#:-]+(\s+(?!'|({LEADING.replace(" ", "|")})(?![\w-]))[\w.\/&'’+@#:-]+)*/i
%ignore /\s+/
"""


@dataclass(frozen=True)
class Condition:
    """One thing that is asked: *kind*, what it is compared with, and where it stands in the words."""

    kind: str
    value: str = ""
    number: float = 0
    field: str = ""
    at: int = 0


@dataclass(frozen=True)
class Not:
    """Whoever *part* does not mean."""

    part: "Segment"


@dataclass(frozen=True)
class All:
    """Whoever all *parts* mean; without any, everybody. *listed* is where an "and" stands between them, without brackets."""

    parts: "tuple[Segment, ...]" = ()
    listed: int = field(default=-1, compare=False)


@dataclass(frozen=True)
class AnyOf:
    """Whoever one of *parts* means."""

    parts: "tuple[Segment, ...]"


Segment = Condition | Not | All | AnyOf


def read_segment(words: str) -> Segment:
    """What *words* mean; raises NoSegment with the place and what would be right."""
    if not words.strip():
        return All()
    try:
        tree = _parser().parse(words)
        meant: Segment = _Meaning(words).transform(tree)
    except UnexpectedInput as error:
        at = min(max(error.pos_in_stream or 0, 0), len(words)) if _stands(error) else len(words)
        raise NoSegment(words, at, *_advice(words[:at], words[at:])) from error
    except VisitError as error:
        raise error.orig_exc from None
    except RecursionError:
        cure = "say it in fewer words"
        raise NoSegment(words, 0, "this is too long, or has too many brackets", cure) from None
    return meant


@cache
def _parser() -> Lark:
    return Lark(GRAMMAR, parser="lalr", maybe_placeholders=False)


def _stands(error: UnexpectedInput) -> bool:
    token = getattr(error, "token", None)
    return token is None or token.type != "$END"


DAY_NEXT = re.compile(r"\bsigned\s+up(\s+(since|before|after|on))?\s*\Z", re.IGNORECASE)


def _advice(before: str, rest: str) -> tuple[str, str]:
    """What is wrong, and the cure."""
    last = (before.split() or [""])[-1]
    if not rest.strip() and last.lower() in LEADING.split():
        cure = "if it belongs to a name, put the name into quotation marks"
        return f"something is missing after “{last}”", cure
    if not rest.strip():
        cure = "write for example: in Gretna, tagged physio, clicked in the last 3 editions"
        return "something is missing at the end", cure
    word = rest.split()[0]
    if DAY_NEXT.search(before):
        cure = "write for example: signed up since 2026-01-01, or signed up in the last 3 months"
        return f"“{word}” is no day", cure
    if word.lower() in LEADING.split():
        cure = "put a name that holds it into quotation marks, or write what comes before it"
        return f"“{word}” is a word of its own here", cure
    cure = "write for example: in Gretna and tagged physio, except staff"
    return f"“{word}” is not understood here", cure


@v_args(inline=True)
class _Meaning(Transformer[Token, Any]):
    """Turns the tree into values."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.words = words

    def start(self, kept: Segment, *left_out: Segment) -> Segment:
        for part in left_out:
            for one in part.parts if isinstance(part, AnyOf) else (part,):
                self._refuse_listed(one)
        return All((kept, *map(Not, left_out))) if left_out else kept

    def anyof(self, *parts: Segment) -> Segment:
        return parts[0] if len(parts) == 1 else AnyOf(parts)

    def allof(self, *parts: Segment | Token) -> Segment:
        told = tuple(part for part in parts if not isinstance(part, Token) and part != All())
        listed = next((_at(part) for part in parts if isinstance(part, Token)), -1)
        return told[0] if len(told) == 1 else All(told, listed)

    def together(self, part: Segment) -> Segment:
        return replace(part, listed=-1) if isinstance(part, All) else part

    def _refuse_listed(self, part: Segment) -> None:
        """Of "except staff and patients" most people mean either, and the words say both."""
        if isinstance(part, All) and part.listed >= 0:
            what = "“and” behind except is unclear"
            cure = "for whoever is one of these write a comma: except staff, running; for who is all of them brackets: except (staff and running)"
            raise NoSegment(self.words, part.listed, what, cure)

    def negated(self, part: Segment) -> Segment:
        return Not(part)

    def everyone(self, _word: Token) -> Segment:
        return All()

    def value(self, token: Token) -> Token:
        return token.update(
            value=token[1:-1] if token.type == "QUOTED" else " ".join(token.split())
        )

    def city(self, value: Token) -> Segment:
        return Condition("city", str(value), at=_at(value))

    def on(self, value: Token) -> Segment:
        return Condition("list", str(value), at=_at(value))

    def tagged(self, value: Token) -> Segment:
        return Condition("tag", str(value), at=_at(value))

    def speaking(self, value: Token) -> Segment:
        return Condition("language", str(value), at=_at(value))

    def named(self, value: Token) -> Segment:
        return Condition("name", str(value), at=_at(value))

    def known(self, value: Token) -> Segment:
        return Condition("known", field=self._field(value), value=str(value), at=_at(value))

    def unknown(self, value: Token) -> Segment:
        return Not(self.known(value))

    def equal(self, field: Token, value: Token) -> Segment:
        return Condition("equal", str(value), field=self._field(field), at=_at(value))

    def different(self, field: Token, value: Token) -> Segment:
        return Not(self.equal(field, value))

    def containing(self, field: Token, value: Token) -> Segment:
        return Condition("contains", str(value), field=self._field(field), at=_at(value))

    def engaged_lately(self, word: Token, last: Token) -> Segment:
        return Condition(word.lower(), number=self._number(last), at=_at(word))

    def never_engaged(self, _never: Token, word: Token) -> Segment:
        return Not(Condition(word.lower(), at=_at(word)))

    def engaged_with(self, word: Token, value: Token) -> Segment:
        return Condition(word.lower(), str(value), at=_at(value))

    def signed_up(self, side: Token, day: Token) -> Segment:
        return Condition("signed_up", str(day), field=side.lower(), at=_at(day))

    def signed_up_lately(self, last: Token) -> Segment:
        unit = re.sub(r"s$", "", last.lower().split()[-1])
        return Condition("signed_up_lately", unit, self._number(last), at=_at(last))

    def sample(self, percent: Token) -> Segment:
        share = float(re.findall(r"[\d.]+", percent)[0])
        if not 0 < share <= 100:
            what, cure = f"“{percent}” is no sample", "write more than 0 % and at most 100 %"
            raise NoSegment(self.words, _at(percent), what, cure)
        return Condition("sample", number=share, at=_at(percent))

    def _number(self, token: Token) -> int:
        number = _number(token)
        if number > MOST:
            what, cure = f"“{token}” is too long ago", f"write at most {MOST}"
            raise NoSegment(self.words, _at(token), what, cure)
        return number

    def _field(self, token: Token) -> str:
        if token.lower() not in FIELDS:
            cure = f"there are {', '.join(FIELDS)}"
            raise NoSegment(self.words, _at(token), f"“{token}” is no field", cure)
        return FIELDS[token.lower()]


def _at(token: Token) -> int:
    return token.start_pos or 0


def _number(words: str) -> int:
    for word in words.lower().split():
        if word.isdigit():
            return int(word[:9])  # more is too much in any case
        if word in NUMBERS:
            return NUMBERS.index(word) + 1
    return 1
