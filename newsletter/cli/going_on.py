"""This module says how the campaign stands that a send goes on with."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from newsletter.campaign import summary, unfinished
from newsletter.cli.campaigns import state
from newsletter.cli.leaving import waits_here
from newsletter.cli.project import Project
from newsletter.cli.times import Wish
from newsletter.cli.wording import facts, moment, people
from newsletter.delivery import Account, ToCome, to_come
from newsletter.errors import NewsletterError
from newsletter.store import Store


def refuse_other_times(campaign_id: int, wish: Wish) -> None:
    """Raise NewsletterError where a time is wished for: what was frozen keeps its own."""
    if wish != Wish():
        raise NewsletterError(
            f"campaign {campaign_id} is not finished and keeps its time; to choose another, newsletter undo "
            f"{campaign_id}, then send again"
        )


def refuse_missed(project: Project, store: Store, account: Account, campaign_id: int) -> None:
    """Raise NewsletterError where the time has long passed and nobody reads the plan: a person must say so."""
    with store.read() as connection:
        found = summary(connection, campaign_id)
    coming = to_come(store, found, project.settings)
    if coming and coming.is_missed(account.now()):
        raise NewsletterError(
            f"campaign {campaign_id} missed its time ({moment(coming.first, project.settings.zone)}) by more than an "
            "hour, so nothing was sent; to send it now, type the same command again without --yes and agree; to take "
            f"it back, newsletter undo {campaign_id}"
        )


def say_going_on(project: Project, store: Store, account: Account, campaign_id: int) -> str:
    """What is still to be handed over, when it leaves, and until when it waits here."""
    now = account.now()
    with store.read() as connection:
        found = summary(connection, campaign_id)
        open_ones = unfinished(connection, found.edition_id, now)
        others = [one for one in open_ones if one != campaign_id]
    shown = {
        "Campaign": f"{campaign_id}, {state(found, now)}",
        "To hand over": people(found.counts.pending),
    }
    if coming := to_come(store, found, project.settings):
        leaves = _leaves(coming, project.settings.zone, now)
        shown |= {name: project.advice(words) for name, words in leaves.items()}
    if others:
        shown["Not finished either"] = project.advice(_others(others, campaign_id))
    return facts(shown)


def _others(numbers: Sequence[int], campaign_id: int) -> str:
    """What becomes of the other campaigns of the edition, which this send leaves as they are."""
    named = ", ".join(map(str, numbers))
    return (
        f"{'campaign' if len(numbers) == 1 else 'campaigns'} {named}; when {campaign_id} is finished, the same command "
        "goes on with the next, and newsletter worker goes on with all that have their time"
    )


def _leaves(coming: ToCome, zone: ZoneInfo, now: int) -> dict[str, str]:
    shown = {"Leaves": moment(coming.first, zone)}
    if coming.is_missed(now):
        rest = ", and what follows is put off by as much" if coming.spread else ""
        shown["Missed"] = f"that time has passed: what goes now leaves in about half an hour{rest}"
    if until := coming.begun(now).waits_until(now):
        shown["Waits here"] = waits_here(until, zone)
    return shown
