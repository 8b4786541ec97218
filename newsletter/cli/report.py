"""This module says who got a campaign, one row a person."""

import csv
import sys
from collections.abc import Iterable
from dataclasses import asdict, fields
from functools import partial
from pathlib import Path
from typing import IO

import click

from newsletter.audience.members import members
from newsletter.audience.no_segment import NoSegment
from newsletter.campaign import Row, Summary, report_rows
from newsletter.cli.campaigns import which
from newsletter.cli.export import refuse_another
from newsletter.cli.outcome import Sent, say_counts, say_statistics, say_tally
from newsletter.cli.project import (
    Project,
    json_option,
    open_project,
    practice_option,
    said_to_be_practice,
)
from newsletter.cli.results import results_article
from newsletter.cli.wording import (
    MOST_SHOWN,
    as_json,
    file_error,
    moment,
    note,
    result,
    table,
    to_type,
)
from newsletter.delivery.told import Asked, ask_what_became
from newsletter.edition import Birth
from newsletter.errors import NewsletterError
from newsletter.feedback import Tally, tally
from newsletter.store import Store


@click.command(short_help="Say who got a campaign, one row a person.")
@click.argument("number", type=int, required=False)
@click.option(
    "--ask", is_flag=True, help="First ask SendGrid whose mail bounced, was blocked or dropped."
)
@practice_option
@json_option
@click.option(
    "--csv",
    "target",
    type=click.Path(path_type=Path),
    help="Write the rows into this file; - prints them.",
)
@click.option(
    "--article",
    type=click.Path(path_type=Path),
    help="Write the sums into this new file, as an article to mail to staff.",
)
def report(
    number: int | None,
    ask: bool,
    practice: bool,
    json: bool,
    target: Path | None,
    article: Path | None,
) -> None:
    """Say who got campaign NUMBER (without one, the newest), and the sum.

    With a server of your own SendGrid tells it by itself (newsletter webhook); without one, --ask asks.
    """
    _refuse_two_results(json=json, target=target, article=article)
    project = open_project(practice=practice, no_key="refuse" if ask else "practise")
    with said_to_be_practice(project), project.store() as store:
        found = which(store, number)
        asked = _asked(project, store, found.id) if ask else None
        with store.read() as connection:
            rows, told = partial(report_rows, connection, found.id), tally(connection, found.id)
            if article is not None:
                _write_article(article, found, told, project)
                _say_staff(store, project)
                project.advise(f"Next: {to_type('test', article)} --to YOUR-ADDRESS")
                return
            if target is not None:
                _write(target, rows(), project)
            if json:
                as_json(_whole(found, told, asked, rows()))
                return
            if target is None:
                _show(rows(), found.counts.frozen, project)
        if str(target) != "-":
            say_counts(Sent(found.id, found.counts))
            say_tally(told)
            say_statistics(asked)
        if target is None:
            project.advise(
                f"Next: newsletter report {found.id} --csv who-got-it.csv writes the rows into a file"
            )


def _refuse_two_results(*, json: bool, target: Path | None, article: Path | None) -> None:
    if article is not None and (json or target is not None):
        raise click.UsageError("--article cannot go together with --json or --csv")
    if json and str(target) == "-":
        raise click.UsageError("--json and --csv - both print; write --csv FILE, or leave one out")


def _asked(project: Project, store: Store, campaign_id: int) -> Asked:
    with project.account() as account:
        asked = ask_what_became(store, account, campaign_id)
    if not asked.complete:
        note(
            "SendGrid named only a part of those whose mail went wrong: they were too many at once."
        )
    return asked


def _whole(
    found: Summary, told: Tally, asked: Asked | None, rows: Iterable[Row]
) -> dict[str, object]:
    return {
        "campaign": found.id,
        "counts": Sent(found.id, found.counts).as_dict(),
        "told": {**asdict(told), "got_it": told.got_it},
        "statistics": dict(asked.statistics) if asked else None,
        "people": [asdict(row) for row in rows],
    }


def _show(rows: Iterable[Row], number: int, project: Project) -> None:
    shown = [
        (row.address, _name(row), row.happened or row.outcome, row.reason)
        for row, _ in zip(rows, range(MOST_SHOWN), strict=False)
    ]
    result(table(("address", "name", "outcome", "reason"), shown))
    if number > MOST_SHOWN:
        result(f"... and {number - MOST_SHOWN:,} more; --csv FILE writes them all")
    result()


def _name(row: Row) -> str:
    return f"{row.first_name} {row.last_name}".strip()


def _write(target: Path, rows: Iterable[Row], project: Project) -> None:
    if str(target) == "-":
        _write_rows(sys.stdout, rows, project)
        return
    try:  # here, because inside an open store its failures are taken for the store's
        refuse_another(target, [entry.name for entry in fields(Row)])
        file = target.open("w", encoding="utf-8-sig", newline="")  # the mark lets Excel see UTF-8
    except OSError as error:
        raise NewsletterError(file_error(error)) from error
    with file:
        _write_rows(file, rows, project)
    note(f"{target} has a row for each person.")


def _write_article(target: Path, found: Summary, told: Tally, project: Project) -> None:
    zone = project.settings.zone
    try:
        with target.open("x", encoding="utf-8", newline="\n") as file:
            file.write(results_article(found, told, Birth.now(zone), zone))
    except FileExistsError as error:
        raise NewsletterError(
            f"{target} is there already; give another name, or rename that file"
        ) from error
    except OSError as error:
        raise NewsletterError(file_error(error)) from error
    result(f"{target} has the results of campaign {found.id}, for staff.")


def _say_staff(store: Store, project: Project) -> None:
    """Where no list is called staff, what to do first: the letter would go to nobody."""
    try:
        with store.read() as connection:
            members(connection, ["staff"], today=project.today)
    except NoSegment:
        note(
            "No list or tag is called staff yet. First put subscribers/staff.csv there with its staff.toml "
            "(subscribers/README.md says how), or write other words after audience: in the article."
        )


def _write_rows(file: IO[str], rows: Iterable[Row], project: Project) -> None:
    writer = csv.writer(file)
    writer.writerow(entry.name for entry in fields(Row))
    for row in rows:
        leaves = moment(row.send_at, project.settings.zone) if row.send_at else ""
        cells = {**asdict(row), "lists": " ".join(row.lists), "send_at": leaves}
        writer.writerow(_safe(str(cell)) for cell in cells.values())


def _safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t")) else cell
