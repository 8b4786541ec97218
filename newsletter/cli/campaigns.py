"""This module lists what was sent."""

import time
from dataclasses import asdict

import click

from newsletter.campaign import Summary, summaries, summary
from newsletter.cli.project import (
    Project,
    json_option,
    open_project,
    practice_option,
    said_to_be_practice,
)
from newsletter.cli.wording import as_json, moment, result, table
from newsletter.delivery import ToCome, look_after, to_come
from newsletter.errors import NewsletterError
from newsletter.store import Store


@click.command(short_help="List what was sent.")
@practice_option
@json_option
def campaigns(practice: bool, json: bool) -> None:
    """List all campaigns, the newest first."""
    project = open_project(practice=practice)
    with said_to_be_practice(project), project.store() as store:
        look_after(store)
        with store.read() as connection:
            entries = summaries(connection)
        found = [
            (one, first_leaving(one, to_come(store, one, project.settings))) for one in entries
        ]
        if json:
            now = int(time.time())
            as_json(
                [
                    {**asdict(entry), "leaves": leaves, "state": state(entry, now)}
                    for entry, leaves in found
                ]
            )
        elif not found:
            result("Nothing was sent yet.")
            project.advise("Next: newsletter send content/ARTICLE.md sends an edition")
        else:
            result(table(HEAD, [_row(*one, project) for one in found]))
            project.advise("Next: newsletter report NUMBER says who got one")


HEAD = ("number", "edition", "leaves", "people", "handed over", "not", "state")


def _row(entry: Summary, leaves: int | None, project: Project) -> tuple[object, ...]:
    counts = entry.counts
    others = counts.frozen - counts.accepted
    return (
        entry.id,
        entry.title,
        moment(leaves, project.settings.zone) if leaves else "-",
        counts.frozen,
        counts.accepted,
        others,
        state(entry, int(time.time())),
    )


def first_leaving(entry: Summary, coming: ToCome | None) -> int | None:
    """When the first mail of a campaign leaves: as its waves have it, else as it was wished for."""
    return entry.send_at or (coming.first if coming else None)


def state(entry: Summary, now: int) -> str:
    """How a campaign stands at *now*, in a word or two."""
    counts = entry.counts
    if entry.is_unconfirmed(now):
        return f"{entry.stop} not confirmed"
    if entry.stop == "undo":
        return "undone" if not counts.accepted and not counts.unknown else "undone in part"
    if entry.stop == "pause":
        return "paused"
    if counts.unknown:
        return "waits for answers" if entry.is_settling(now) else "unknown for some"
    if counts.pending:
        return "halted" if entry.stop else "not finished"
    return "handed over"


MOST = 2**31 - 1
"""More than a campaign can be numbered, and what each database can still compare."""


def which(store: Store, number: int | None) -> Summary:
    """The campaign with this number, or the newest; what a dead process left on its way is unknown by now."""
    look_after(store)
    if number is not None and number > MOST:
        raise NewsletterError(
            f"there is no campaign {number}; type newsletter campaigns to see them all"
        )
    with store.read() as connection:
        if number is not None:
            return summary(connection, number)
        newest = summaries(connection)
    if not newest:
        raise NewsletterError(
            "nothing was sent yet; newsletter send content/ARTICLE.md sends an edition"
        )
    return newest[0]
