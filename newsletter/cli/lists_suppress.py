"""This module takes in files of people who may not be mailed."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click

from newsletter.audience.address import read_addresses
from newsletter.audience.examining import examined
from newsletter.audience.read import ListFile, Rejected, Row, read_rows
from newsletter.cli.progress import busy
from newsletter.cli.project import (
    ProjectFile,
    json_option,
    open_project,
    practice_option,
    said_to_be_practice,
)
from newsletter.cli.wording import as_json, result, several, the_first
from newsletter.feedback import Suppression, suppress
from newsletter.store import STANDINGS


@dataclass
class Read:
    """What a file said: how many rows and people, and the rows that hold no address."""

    rows: int = 0
    people: int = 0
    rejected: list[Rejected] = field(default_factory=list)


@click.command("suppress", short_help="Never mail anybody in a file again.")
@click.argument("files", nargs=-1, required=True, type=ProjectFile(), metavar="FILE…")
@click.option(
    "--reason",
    type=click.Choice(STANDINGS[1:-1]),
    default="unsubscribed",
    show_default=True,
    help="Why, where the file itself does not say.",
)
@practice_option
@json_option
def lists_suppress(files: Sequence[Path], reason: str, practice: bool, json: bool) -> None:
    """Never mail anybody in FILE again, whatever lists say: SendGrid's or another tool's suppressions, or your own.

    A status column says why (unsubscribed, bounced, complained); where there is none, --reason does.
    """
    project = open_project(practice=practice, no_key="refuse")
    now, seen = int(time.time()), Read()
    with said_to_be_practice(project), project.store() as store:
        listed = examined(files, project.root)
        with busy("Reading"), store.write() as connection:
            new = sum(suppress(connection, _gone(file, reason, seen), now=now) for file in listed)
        if json:
            told = [[row.line, row.reason] for row in seen.rejected]
            as_json({"rows": seen.rows, "new": new, "rejected": told})
            return
        result(f"{several(seen.rows, 'row')}: {new:,} new, {seen.people - new:,} known already.")
        rejected = [f"row {row.line} rejected: {row.reason}" for row in seen.rejected]
        for line in the_first(rejected, "--json has them all"):
            result(line)
        project.advise("Nobody of them is mailed any more. Next: newsletter lists")


def _gone(file: ListFile, reason: str, seen: Read) -> Iterator[Suppression]:
    """Everybody in *file*: also whose row is not understood, as long as it has an address where addresses stand."""
    for row in read_rows(file):
        if isinstance(row, Rejected):
            gone = [(key, reason) for key in _keys(row, file.columns["address"])]
            seen.rejected += [] if gone else [row]
        else:
            gone = [(row.key, reason if row.standing == "subscribed" else row.standing)]
        seen.rows += not (isinstance(row, Row) and row.part)
        seen.people += len(gone)
        for key, why in gone:
            yield Suppression(key, why, file.name)


def _keys(row: Rejected, place: int) -> list[str]:
    try:
        return [address.key for address in read_addresses("".join(row.cells[place : place + 1]))]
    except ValueError:
        return []
