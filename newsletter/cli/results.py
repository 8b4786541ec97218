"""This module writes the results of a campaign as an article for staff, in the template "report"."""

from collections.abc import Iterator, Mapping
from zoneinfo import ZoneInfo

from newsletter.campaign import Summary
from newsletter.cli.outcome import MEANINGS, TOLD
from newsletter.cli.wording import moment, people
from newsletter.edition import Birth, as_entry, as_markdown
from newsletter.feedback import Tally

FIGURES: Mapping[str, str] = {
    "got_it": "got it",
    "bounced": "bounced",
    "opened": "opened it themselves",
    "clicked": "clicked a link",
    "unsubscribed": "unsubscribed",
    "complained": "called it spam",
}
OTHERS = ("processed", "deferred", "blocked", "dropped", "bounced")
"""The ends of those who have not got it."""
HEAD = """\
---
# The id stays as it is for ever: it tells this edition from all others.
{id}
title: {title}
subject: {title}
{preheader}
template: report
kicker: For staff
date: {today}
# Whom newsletter send mails it to: those on a list called staff, or with this tag.
audience: staff
---
"""


def results_article(found: Summary, told: Tally, birth: Birth, zone: ZoneInfo) -> str:
    """The whole article; its numbers are those of the ledger, and what SendGrid told."""
    title = f"Results of campaign {found.id}"
    head = HEAD.format(
        id=as_entry("id", birth.id(title)),
        title=title,
        preheader=as_entry("preheader", f"{_sum(found, told)}; below is what became of everybody."),
        today=birth.today.isoformat(),
    )
    parts = (_opening(found, zone), _figures(found, told), *_bars(found, told))
    return "\n".join([head, *parts])


def _sum(found: Summary, told: Tally) -> str:
    accepted = found.counts.accepted
    sure = (
        f"Delivered to {told.got_it:,}" if told.got_it else f"Handed to SendGrid for {accepted:,}"
    )
    return f"{sure} of {people(found.counts.frozen)}"


def _opening(found: Summary, zone: ZoneInfo) -> str:
    left = f", on its way since {moment(found.send_at, zone)}" if found.send_at else ""
    adds_up = "add up" if found.counts.adds_up else "DO NOT ADD UP"
    return (
        f"What became of “{as_markdown(found.title)}”{left}. The numbers of the first table {adds_up} "
        f"to the {people(found.counts.frozen)} who were chosen for it.\n"
    )


def _figures(found: Summary, told: Tally) -> str:
    """Without a server of one's own only failures are told: then nobody knows of zero clicks."""
    counts = found.counts
    shown = {
        "handed to SendGrid": counts.accepted,
        "not handed over": counts.frozen - counts.accepted,
    }
    if told.got_it:
        shown = {words: getattr(told, kind) for kind, words in FIGURES.items()}
    first, *others = (f"- **{number:,}** {words}" for words, number in shown.items())
    share = 100 * next(iter(shown.values())) / max(counts.frozen, 1)
    return _card("figures", [f"{first}, {share:.1f}% of {counts.frozen:,}", *others])


def _bars(found: Summary, told: Tally) -> Iterator[str]:
    everybody = {words: getattr(found.counts, kind) for kind, words in MEANINGS.items()}
    yield _table("bars What became of everybody", everybody)
    others = {TOLD[kind]: getattr(told, kind) for kind in OTHERS}
    if any(others.values()):
        yield _table("bars Who has not got it", others)


def _table(title: str, rows: Mapping[str, int]) -> str:
    told = [
        f"| {words[0].upper()}{words[1:]} | {number:,} |"
        for words, number in rows.items()
        if number
    ]
    return _card(title, ["| What | People |", "|---|---|", *told])


def _card(title: str, rows: list[str]) -> str:
    return "\n".join([f"::: {title}", *rows, ":::", ""])
