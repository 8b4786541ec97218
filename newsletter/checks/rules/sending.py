"""This module holds the rules of when and how often a letter goes out."""

from collections.abc import Iterator
from datetime import datetime
from shlex import quote

from newsletter.checks.draft import Draft
from newsletter.checks.evidence import Earlier
from newsletter.checks.rule import Hit, rule
from newsletter.letter import over_at

EARLIEST, LATEST = 8, 20
GAP_HOURS = 20


@rule(
    "send/duplicate",
    "error",
    "an edition that went out is not changed and sent again",
    "own",
    needs="earlier",
)
def duplicate(draft: Draft, earlier: tuple[Earlier, ...]) -> Iterator[Hit]:
    for sent in earlier:
        if sent.edition_id == draft.edition.id and sent.edited:
            sentence = f"this edition was edited since it went out (campaign {sent.number})"
            cure = f"make it a new one: newsletter new --like {quote(draft.edition.name)}"
            yield Hit(sentence, cure, draft.key_line("id"))
            return


@rule(
    "send/time",
    "warning",
    "it leaves between 8 in the morning and 8 in the evening, the clinic's time",
    "own",
    needs="leaves_at",
)
def time(draft: Draft, leaves_at: int) -> Iterator[Hit]:
    local = datetime.fromtimestamp(leaves_at, draft.settings.zone)
    if not EARLIEST <= local.hour < LATEST:
        sentence = f"it would leave at {local:%H:%M} ({draft.settings.clinic.timezone})"
        yield Hit(sentence, 'choose a time by day: --at "Tuesday 10:00"')


@rule("send/event", "error", "an event is not over when the letter leaves", "own")
def event(draft: Draft) -> Iterator[Hit]:
    leaves_at = draft.evidence.leaves_at or draft.evidence.looked_at
    over = over_at(draft.edition, draft.settings.zone)
    if leaves_at is not None and over is not None and over.timestamp() <= leaves_at:
        key = "ends" if draft.edition.details.get("ends") else "starts"
        sentence = (
            f"the event is over before the letter leaves ({key}: {draft.edition.details[key]})"
        )
        cure = "correct starts and ends, or take them out and tell how it was"
        yield Hit(sentence, cure, draft.key_line(key))


@rule(
    "send/gap",
    "warning",
    "readers have not had another letter within the last 20 hours",
    "own",
    needs="earlier",
)
def gap(draft: Draft, earlier: tuple[Earlier, ...]) -> Iterator[Hit]:
    leaves_at = draft.evidence.leaves_at
    for sent in earlier:
        if leaves_at is None or sent.edition_id == draft.edition.id:
            continue
        hours = (leaves_at - sent.left_at) / 3600
        if abs(hours) < GAP_HOURS:
            apart = f"{abs(hours):.0f} hours" if abs(hours) >= 1.5 else "an hour or less"
            sentence = f"{sent.edition} leaves only {apart} from this one"
            yield Hit(sentence, "wait a day, or two mails a day will cost readers")
            return
