"""This module tells what a row says its person wants: the least of all that its columns say."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from newsletter.audience.answers import MARKS, STILL_THERE, answer, is_nothing
from newsletter.audience.columns import MEANINGS, STATUSES
from newsletter.audience.tools import plain
from newsletter.store import CONSENTS, STANDINGS

Wish = tuple[str, str]
"""The standing, and the consent where the row says it ("" leaves it to the list)."""

NOTE = "note"
NOTED = re.compile(
    r"\bunsub\w*|\bopt(?:s|ed|ing)?[ -]?out\b|\b(?:do not|don[’']t|never) (?:e-?mail|mail|send|contact|subscribe)\b"
    r"|\b(?:remove|take)(?: me| her| him| them)? (?:from|off)\b|\bno (?:more )?(?:e-?mails?|newsletters?|mailings?)\b",
    re.IGNORECASE,
)
"""What a colleague writes beside somebody who left, where no column was made for it."""
ANY_OTHER = plain("any other")
LEAVING = ("unsubscribed", "optedout", "donotemail", "donotcontact")
"""How a status begins whose rest is a remark: `Unsubscribed (3/4/2026)`, `Opted out by phone`."""
NOTHING_SAID: Wish = ("subscribed", "")
ANSWERS = {"yes": NOTHING_SAID, "no": MEANINGS["no consent"], "left": MEANINGS["unsubscribed"]}


def least(wishes: Sequence[Wish]) -> Wish:
    """The lowest standing and the lowest consent of *wishes*."""
    consents = [consent for _standing, consent in wishes if consent]
    return (
        max((standing for standing, _consent in wishes), key=STANDINGS.index, default="subscribed"),
        min(consents, key=CONSENTS.index, default=""),
    )


def readers(meant: Mapping[str, str]) -> dict[str, Callable[[str], Wish]]:
    """How to read each kind of column; *meant* are words that mean something special in this list.

    The readers raise ValueError, with the reason in words, for what they do not know.
    """
    special = {plain(word): MEANINGS[meaning] for word, meaning in meant.items()}
    return {
        "status": lambda word: _status(word, special),
        "agreed": _agreed,
        "left": lambda word: NOTHING_SAID if _is_there(word) else MEANINGS["unsubscribed"],
        "bounced": lambda word: NOTHING_SAID if _is_there(word) else MEANINGS["bounced"],
    }


def wishes(
    kinds: Sequence[str], meant: Mapping[str, str], always: Wish, consent: str
) -> Callable[[str], Wish | str]:
    """What the cells of the columns of these *kinds* say together, with \\0 between them, or why that is unclear.

    *always* is what every row of the list says, *consent* what holds where a row says nothing of it. Where a note says
    that somebody left who would be mailed, a person has to decide.
    """
    read = readers(meant)

    def wish(cells: str) -> Wish | str:
        words = cells.split("\0", len(kinds) - 1) if kinds else []
        try:
            each = [*zip(kinds, words, strict=True)]
            standing, agreed = least(
                [always, *(read[kind](word) for kind, word in each if kind != NOTE)]
            )
            consents = "none" if standing != "subscribed" else agreed or consent
            if consents != "none":
                _refuse_noted(word for kind, word in each if kind == NOTE)
        except ValueError as error:
            return str(error)
        return standing, consents

    return wish


def _refuse_noted(notes: Iterable[str]) -> None:
    for note in notes:
        if found := NOTED.search(note):
            raise ValueError(
                f'a note says "{found[0]}": if they left, move them into a list named unsubscribed; if not, take the note out'
            )


def _is_there(word: str) -> bool:
    """Whether *word* says of nobody that they left: also a dash, and the day 0000-00-00."""
    short = plain(word)
    return is_nothing(word, MARKS) or short in STILL_THERE or (short != "" and set(short) == {"0"})


def _status(word: str, special: Mapping[str, Wish]) -> Wish:
    if plain(word) in special:
        return special[plain(word)]
    if ANY_OTHER in special:
        return special[ANY_OTHER]
    if is_nothing(word):
        return NOTHING_SAID
    if plain(word) in STATUSES:
        return MEANINGS[STATUSES[plain(word)]]
    if plain(word).startswith(LEAVING):
        return MEANINGS["unsubscribed"]
    raise ValueError(
        f'the status "{word.strip()[:60]}" is unknown; write subscribed or unsubscribed'
    )


def _agreed(word: str) -> Wish:
    if said := answer(word):
        return ANSWERS[said]
    raise ValueError(f'whether they agreed is unclear from "{word.strip()[:60]}"; write yes or no')
