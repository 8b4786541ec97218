"""This module merges the lists and shows what became of every row."""

import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from shlex import quote

import click

from newsletter.audience import (
    FATES,
    Jump,
    ListReport,
    Merge,
    choose,
    jumps,
    lines_to_add,
    list_files,
    list_reports,
    merge_lists,
)
from newsletter.audience.place import passed_over
from newsletter.audience.read import shown_name
from newsletter.cli.group import Commands
from newsletter.cli.progress import busy
from newsletter.cli.project import (
    Project,
    json_option,
    open_project,
    practice_option,
    said_to_be_practice,
)
from newsletter.cli.wording import as_json, note, people, result, several, table, the_first
from newsletter.store import Store

NO_LISTS = (
    "There are no lists yet: put CSV files into subscribers/ (subscribers/README.md says how)."
)
ALL_BACK = (
    "The lists in subscribers/ were taken back; newsletter lists import FILE merges one again."
)
MOST_REJECTED = 10
"""So many are shown, that the sums above are still on the screen."""
MERGING = "Merging the lists"
SUBCOMMANDS = {
    "read": "Show how a list is read; nothing is merged.",
    "import": "Show what a list would change, then merge it.",
    "undo": "Take the last merge back.",
    "explain": "Say where everything about an address comes from.",
    "fates": "Write what became of every row into a file.",
    "suppress": "Never mail anybody in a file again.",
    "suppressed": "Write who left, bounced or complained into a file.",
    "check": "Say which addresses look doubtful, and who never opens.",
    "count": "Say how many people an audience in plain words means.",
}


@click.group(
    cls=Commands,
    table=SUBCOMMANDS,
    prefix="lists_",
    invoke_without_command=True,
    short_help="Merge the lists and show what became of every row.",
)
@practice_option
@json_option
@click.pass_context
def lists(context: click.Context, practice: bool, json: bool) -> None:
    """Merge new and changed lists from subscribers/ and show the fate of every row."""
    if context.invoked_subcommand is None:
        show_lists(practice, json)


def show_lists(practice: bool, json: bool) -> None:
    """Merge what is new, then show every list, the sum, and who may be mailed."""
    project = open_project(practice=practice)
    with said_to_be_practice(project), project.store() as store:
        merge = merge_new(project, store)
        with busy("Counting rows and people"), store.read() as connection:
            reports = list_reports(connection, samples=project.local)
            audience = choose(connection, (), samples=project.local, today=project.today)
        if json:
            as_json(
                {
                    "merge": asdict(merge),
                    "lists": [asdict(report) for report in reports],
                    "audience": asdict(audience),
                }
            )
            return
        say_merge(project, merge)
        say_reports(project, reports)
        result()
        result(f"{people(audience.recipients)} may be mailed.")
        for why, number in audience.left_out.items():
            result(f"{people(number)} left out: {why}.")
        if audience.recipients:
            project.advise("Next: newsletter send content/ARTICLE.md shows the plan before it asks")


def merge_new(project: Project, store: Store) -> Merge:
    """Merge the clinic's lists, or in practice the samples while there are none.

    Asks twice before a merge that changes unusually much; where nobody can be asked it raises Jump.
    """
    say_passed_over(project.root / "subscribers", project.root)
    files = list_files(project.root, samples=project.practice)
    now = int(time.time())
    try:
        with busy(MERGING):
            return merge_lists(store, files, project.root, now=now, refuse_jumps=True)
    except Jump as jump:
        given = click.get_current_context().params
        if given.get("yes") or given.get("json") or not agreed_to_jump(jump.merge):
            raise
    with busy(MERGING):
        return merge_lists(store, files, project.root, now=now)


def say_passed_over(place: Path, root: Path) -> None:
    """Files that are no lists, in a folder or zip of lists."""
    for path in passed_over(place):
        note(
            f"{shown_name(path, root)} was not read: a list is a CSV, Excel, OpenOffice, JSON or zip file; "
            "if people are in it, export it as CSV"
        )


def agreed_to_jump(merge: Merge) -> bool:
    """Whether somebody wants a merge that changes unusually much, asked twice."""
    for sentence in jumps(merge):
        note(sentence)
    if not click.confirm("This is unusual. Merge all the same?", err=True):
        return False
    typed = click.prompt(
        f"Type the number of rows ({merge.rows}) to merge them",
        default="",
        show_default=False,
        err=True,
    )
    return str(typed).replace(",", "").strip() == str(merge.rows)


def say_merge(project: Project, merge: Merge) -> None:
    """What changed, where something did, and which lists stay out."""
    for file in merge.held_back:
        project.advise(
            f"{file} was taken back and stays out: newsletter lists import {quote(file)} merges it."
        )
    if not merge.files:
        note("Lists: nothing new.")
        return
    note(f"Lists: merged {', '.join(merge.files)}:")
    for sentence in difference(project, merge):
        note(f"  {sentence}")


def difference(project: Project, merge: Merge) -> Iterator[str]:
    """What a merge changes, a sentence each."""
    fallen = f", {merge.lowered:,} of them left or bounced" if merge.lowered else ""
    yield (
        f"{people(merge.new)} new, {merge.updated:,} updated{fallen}, {merge.unchanged:,} unchanged; {several(merge.rejected, 'row')} rejected."
    )
    if merge.withdrawn:
        yield f"{people(merge.withdrawn)} of whom a list no longer says that they agreed."
    if merge.contradicted:
        yield f"{people(merge.contradicted)} did not agree by these lists and did by another, and may be mailed: if one of them said no since, write unsubscribed as their status."
    if merge.conflicts:
        shows = project.advice("newsletter lists explain ADDRESS shows both")
        yield f"{people(merge.conflicts)} of whom two rows say different things: {shows}."
    for place in merge.not_read:
        merges = project.advice(f"newsletter lists import {quote(place)} merges it")
        yield f"{place} holds addresses too and is not read: {merges}."
    for file, heading in merge.other_columns:
        yield f'{file}: addresses under "{heading}" are not read; give them rows of their own if these people are meant.'
    for file, number in merge.hidden:
        yield f"{file}: {several(number, 'row')} hidden or filtered out in Excel, and read like the others; delete in the file who is not meant."
    for name, number in merge.vanished:
        yield f"{people(number)} no longer in {name}: they stay as they were."


def say_reports(project: Project, reports: list[ListReport]) -> None:
    """A line for each list, the sum, the first rejected rows, and what to add."""
    if not reports:
        there = list_files(project.root, samples=project.practice)
        result(project.advice(ALL_BACK if there else NO_LISTS))
        return
    shown = [fate for fate in FATES if any(report.fates[fate] for report in reports)]
    rows = [
        [report.list, *(report.fates[fate] for fate in shown), report.rows] for report in reports
    ]
    sums = [sum(column) for column in zip(*(row[1:] for row in rows), strict=True)]
    result(table(["list", *shown, "rows"], [*rows, ["together", *sums]]))
    rejected = [
        f"{fate.path}:{fate.line}: rejected: {fate.why}"
        for report in reports
        for fate in report.rejected
    ]
    where = project.advice("newsletter lists fates FILE writes them all")
    for line in the_first(rejected, where, MOST_REJECTED):
        result(line)
    for report in reports:
        gone = report.fates["suppressed"] + report.fates["rejected"]
        if report.consent == "none" and report.rows > gone:
            result()
            result(
                f"Nobody of {report.list} is mailed on its word, because it does not say how they asked for it. If they did, write into {lines_to_add(report.path)}"
            )
