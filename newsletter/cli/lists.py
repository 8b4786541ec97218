"""This module merges the lists and shows what became of every row."""

import time
from dataclasses import asdict

import click

from newsletter.audience import (
    FATES,
    ListReport,
    Merge,
    choose,
    lines_to_add,
    list_files,
    list_reports,
    merge_lists,
)
from newsletter.cli.project import (
    Project,
    json_option,
    open_project,
    practice_option,
    said_to_be_practice,
)
from newsletter.cli.wording import as_json, note, people, result, several, table
from newsletter.store import Store


@click.command(short_help="Merge the lists and show what became of every row.")
@practice_option
@json_option
def lists(practice: bool, json: bool) -> None:
    """Merge new and changed lists from subscribers/ and show the fate of every row."""
    project = open_project(practice=practice)
    with said_to_be_practice(project), project.store() as store:
        merge = merge_new(project, store)
        with store.read() as connection:
            reports = list_reports(connection, samples=project.local)
            audience = choose(connection, (), samples=project.local)
        if json:
            as_json(
                {
                    "merge": asdict(merge),
                    "lists": [asdict(report) for report in reports],
                    "audience": asdict(audience),
                }
            )
            return
        say_merge(merge)
        say_reports(reports)
        result()
        result(f"{people(audience.recipients)} may be mailed.")
        for why, number in audience.left_out.items():
            result(f"{people(number)} left out: {why}.")


def merge_new(project: Project, store: Store) -> Merge:
    """Merge the clinic's lists, or in practice the samples while there are none."""
    files = list_files(project.root, samples=project.practice)
    return merge_lists(store, files, project.root, now=int(time.time()))


def say_merge(merge: Merge) -> None:
    """What changed, where something did."""
    if not merge.files:
        note("Lists: nothing new.")
        return
    fallen = f", {merge.lowered:,} of them left or bounced" if merge.lowered else ""
    note(f"Lists: merged {', '.join(merge.files)}:")
    note(
        f"  {people(merge.new)} new, {merge.updated:,} updated{fallen}, {merge.unchanged:,} unchanged; {several(merge.rejected, 'row')} rejected."
    )
    for name, number in merge.vanished:
        note(f"  {people(number)} no longer in {name}: they stay as they were.")


def say_reports(reports: list[ListReport]) -> None:
    """A line for each list, the sum, the rejected rows, and what to add."""
    if not reports:
        result(
            "There are no lists yet: put CSV files into subscribers/ (subscribers/README.md says how)."
        )
        return
    shown = [fate for fate in FATES if any(report.fates[fate] for report in reports)]
    rows = [
        [report.list, *(report.fates[fate] for fate in shown), report.rows] for report in reports
    ]
    sums = [sum(column) for column in zip(*(row[1:] for row in rows), strict=True)]
    result(table(["list", *shown, "rows"], [*rows, ["together", *sums]]))
    for report in reports:
        for fate in report.rejected:
            result(f"{report.path}:{fate.line}: rejected: {fate.why}")
    for report in reports:
        if report.consent == "none":
            result()
            result(
                f"Nobody of {report.list} is mailed on its word, because it does not say how they asked for it. If they did, write into {lines_to_add(report.path)}"
            )
