"""This module settles what is unknown: by evidence, else by a person who looked."""

import time
from collections.abc import Sequence

import click

from newsletter.campaign import (
    Recipient,
    Request,
    people_of,
    summary,
    unknown_requests,
)
from newsletter.campaign import resolve as settle
from newsletter.cli.campaigns import which
from newsletter.cli.outcome import Sent, finished, say_counts
from newsletter.cli.person import write_down
from newsletter.cli.project import (
    Project,
    json_option,
    open_project,
    practice_option,
    said_to_be_practice,
)
from newsletter.cli.wording import as_json, moment, note, people, result, several, to_type
from newsletter.delivery import Account, settle_unknown_by_evidence
from newsletter.errors import NewsletterError
from newsletter.store import Store

SHOWN = 10
MARGIN = 15 * 60
"""Seconds after its time in which mail may still leave SendGrid: before that nobody can say that it did not come."""
STATES = {"got it": "accepted", "did not": "void"}
"""What a person says, and what it makes of the request: the people of a void one are pending again."""


@click.command(short_help="Settle what is unknown, by evidence or by what you found out.")
@click.argument("number", type=int, required=False)
@practice_option
@json_option
def resolve(number: int | None, practice: bool, json: bool) -> None:
    """Settle the people of campaign NUMBER (without one, the newest) of whom it is unknown whether they got it.

    First SendGrid's events and logs are asked. For what they do not tell it shows the people and asks you, once
    their mail would have left.
    """
    project = open_project(practice=practice, no_key="refuse")
    with said_to_be_practice(project), project.store() as store, project.account() as account:
        found = which(store, number)
        settled = _by_evidence(store, account, found.id)
        note(f"{several(settled, 'request')} settled by what SendGrid told.")
        if not json:
            left_by = account.now(fresh=True) - MARGIN
            for one in _unknown(store, found.id, left_by):
                _ask(project, store, one, left_by)
            _say_too_early(project, store, found.id, left_by)
        with store.read() as connection:
            standing = summary(connection, found.id)
        counts = standing.counts
        if json:
            as_json(
                {
                    "campaign": found.id,
                    "settled": settled,
                    "counts": Sent(found.id, counts).as_dict(),
                }
            )
        else:
            say_counts(Sent(found.id, counts))
        if counts.pending:
            project.advise(
                f"Next: {to_type('send', found.edition)} sends to {people(counts.pending)}"
            )
        elif standing.stop == "undo" and counts.cancelled:
            project.advise(f"Next: {to_type('send', found.edition)} reaches whoever was taken back")
        finished(counts)


def _by_evidence(store: Store, account: Account, campaign_id: int) -> int:
    try:
        return settle_unknown_by_evidence(store, account, campaign_id, now=int(time.time()))
    except NewsletterError as error:
        note(f"SendGrid's logs could not be asked: {error}")
        return 0


def _unknown(store: Store, campaign_id: int, left_by: int | None = None) -> Sequence[Request]:
    with store.read() as connection:
        return unknown_requests(connection, campaign_id, left_by=left_by)


def _say_too_early(project: Project, store: Store, campaign_id: int, left_by: int) -> None:
    """Mail that may still leave is not a person's to settle: their word would send it twice."""
    asked = {one.id for one in _unknown(store, campaign_id, left_by)}
    early = [one for one in _unknown(store, campaign_id) if one.id not in asked]
    if early:
        whom = sum(one.run.last - one.run.first + 1 for one in early)
        until = moment(max(one.send_at for one in early) + MARGIN, project.settings.zone)
        project.advise(
            f"The mail of {people(whom)} may still leave (until {until}, or when it is resumed): newsletter send or "
            "newsletter undo settles it; else type newsletter resolve again after that"
        )


def _ask(project: Project, store: Store, one: Request, left_by: int) -> None:
    """Show whom a request was for, and take a person's word for what became of it."""
    with store.read() as connection:
        whom = people_of(connection, one)
    result(
        f"\n{people(len(whom))}, whose mail was to leave {moment(one.send_at, project.settings.zone)}:"
    )
    result(project.advice(_named(whom, one.campaign_id)))
    said = click.prompt(
        "Ask some of them, or look at SendGrid's Activity page. They",
        type=click.Choice([*STATES, "not known"]),
        default="not known",
        err=True,
    )
    if said not in STATES:
        return
    with store.write() as connection:
        if one not in unknown_requests(connection, one.campaign_id, left_by=left_by):
            raise NewsletterError(
                "another process works on this mail now; type newsletter resolve again later"
            )
        settle(connection, one, STATES[said], int(time.time()))
    write_down(store, one.campaign_id, "resolved", f"{people(len(whom))} {said}")


def _named(whom: Sequence[Recipient], campaign_id: int) -> str:
    names = [f"  {one.address}" for one in whom[:SHOWN]]
    more = (
        [f"  … and {len(whom) - SHOWN:,} more: newsletter report {campaign_id} --csv FILE"]
        if len(whom) > SHOWN
        else []
    )
    return "\n".join([*names, *more])
