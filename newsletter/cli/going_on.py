"""This module says how the campaign stands that a send goes on with."""

from newsletter.campaign import Summary, summary, times_of
from newsletter.cli.campaigns import state
from newsletter.cli.project import Project
from newsletter.cli.times import Wish
from newsletter.cli.wording import facts, moment, people
from newsletter.delivery import MISSED_SECONDS, Account
from newsletter.errors import NewsletterError
from newsletter.store import Store


def refuse_other_times(campaign_id: int, wish: Wish) -> None:
    """Raise NewsletterError where a time is wished for: what was frozen keeps its own."""
    if wish != Wish():
        raise NewsletterError(
            f"campaign {campaign_id} is not finished and keeps its time; to choose another, newsletter undo "
            f"{campaign_id}, then send again"
        )


def say_going_on(project: Project, store: Store, account: Account, campaign_id: int) -> str:
    """What is still to be handed over, and when it leaves."""
    now = account.now()
    with store.read() as connection:
        found = summary(connection, campaign_id)
        asked = times_of(connection, campaign_id).asked_send_at
    shown = {
        "Campaign": f"{campaign_id}, {state(found, now)}",
        "To hand over": people(found.counts.pending),
    }
    return facts(shown | _leaves(project, found, asked, now))


def _leaves(project: Project, found: Summary, asked: int | None, now: int) -> dict[str, str]:
    leaves = found.send_at or asked
    if leaves is None or not found.counts.pending:
        return {}
    shown = {"Leaves": moment(leaves, project.settings.zone)}
    if leaves < now - MISSED_SECONDS:
        shown["Missed"] = "that time has passed: what goes now leaves in about half an hour"
    return shown
