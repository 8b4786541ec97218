"""This module says what became of a campaign, and which exit code that is."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from newsletter.campaign import Counts
from newsletter.cli.wording import people, result
from newsletter.delivery.told import Asked
from newsletter.errors import ServiceFailed
from newsletter.feedback import Tally

MEANINGS: Mapping[str, str] = {
    "accepted": "handed to SendGrid",
    "refused": "refused by SendGrid",
    "withheld": "withheld: they left, or bounced, since the campaign was frozen",
    "cancelled": "cancelled by an undo",
    "expired": "paused for so long that SendGrid threw the mail away",
    "unknown": "unknown: SendGrid did not answer; they are not mailed again",
    "pending": "still to be handed over",
}
SETTLING = "without an answer so far: newsletter send settles that before the mail leaves"


@dataclass(frozen=True)
class Sent:
    """A campaign and what became of everybody in it."""

    campaign_id: int
    counts: Counts
    settling: bool = False
    """Whether what is unknown may still be settled."""
    paused: bool = False
    approved: bool = True
    """Whether a second person agreed, or need not."""

    def as_dict(self) -> dict[str, object]:
        return {**asdict(self.counts), "adds_up": self.counts.adds_up}


def say_counts(sent: Sent) -> None:
    """Everybody by outcome, and the sum."""
    counts = sent.counts
    result(f"Campaign {sent.campaign_id}: {people(counts.frozen)}")
    parts = []
    meanings = {**MEANINGS, "unknown": SETTLING} if sent.settling else MEANINGS
    for outcome, meaning in meanings.items():
        if number := getattr(counts, outcome):
            result(f"  {number:>7,}  {meaning}")
            parts.append(f"{number:,} {outcome}")
    sign = "=" if counts.adds_up else "IS NOT"
    result(f"  {counts.frozen:,} frozen {sign} {' + '.join(parts)}")


TOLD: Mapping[str, str] = {
    "got_it": "got it",
    "processed": "on their way",
    "deferred": "put off by the reader's server, tried again",
    "blocked": "blocked by the reader's server, this time",
    "dropped": "dropped by SendGrid: on one of its lists",
    "bounced": "bounced: the address does not work, it is not mailed again",
    "unsubscribed": "of those who got it: left since",
    "complained": "of those who got it: called it spam, they are not mailed again",
    "opened": "of those who got it: opened it themselves",
    "clicked": "of those who got it: clicked",
}


def say_tally(told: Tally) -> None:
    """What SendGrid told since, where it told anything."""
    if not told.told:
        return
    result("SendGrid told since:")
    for kind, meaning in TOLD.items():
        if number := getattr(told, kind):
            result(f"  {number:>7,}  {meaning}")


def say_statistics(asked: Asked | None) -> None:
    """SendGrid's own count, where it was asked."""
    if asked is None:
        return
    numbers = [
        f"{asked.statistics.get(name, 0):,} {word}"
        for name, word in (("requests", "handed over"), ("delivered", "delivered"))
    ]
    result(f"SendGrid counts for this edition, tests included: {', '.join(numbers)}")


def finished(counts: Counts, *, settled_by: str | None = None) -> None:
    """Raise ServiceFailed (exit 3) where an outcome is unknown; *settled_by* is the command that may still settle it."""
    if counts.unknown and settled_by is not None:
        raise ServiceFailed(
            f"what became of {people(counts.unknown)} is not known yet: SendGrid did not answer. {settled_by}, "
            "typed in time, cancels their mail and hands it over anew"
        )
    if counts.unknown:
        raise ServiceFailed(
            f"what became of {people(counts.unknown)} is unknown: SendGrid did not answer. They are not mailed "
            "again; newsletter report names them"
        )
