"""This module shows what list files would change, asks, and merges them."""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path

import click

from newsletter.audience import Merge, jumps
from newsletter.audience.examining import examined
from newsletter.audience.merge import apply, is_new, preview, staging, taken_back
from newsletter.audience.read import ListFile
from newsletter.audience.rejects import original_of, write_rejects
from newsletter.audience.stage import Staged
from newsletter.audience.survey import in_short
from newsletter.cli.lists import MERGING, agreed_to_jump, difference, say_passed_over
from newsletter.cli.progress import busy
from newsletter.cli.project import (
    Project,
    ProjectFile,
    json_option,
    open_project,
    practice_option,
    said_to_be_practice,
)
from newsletter.cli.wording import as_json, note, people, result, several
from newsletter.errors import NewsletterError
from newsletter.store import Store

MOST_NAMED = 20


@click.command("import", short_help="Show what a list would change, then merge it.")
@click.argument("files", nargs=-1, required=True, type=ProjectFile(), metavar="FILE…")
@click.option("--list", "name", help="The list that these rows belong to; else the file's name.")
@click.option("--dry-run", is_flag=True, help="Show what would change and stop.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--jump", is_flag=True, help="With --yes: also where it changes unusually much.")
@click.option("--again", is_flag=True, help="With --yes: also a file that was taken back.")
@practice_option
@json_option
def lists_import(
    files: Sequence[Path],
    name: str | None,
    dry_run: bool,
    yes: bool,
    jump: bool,
    again: bool,
    practice: bool,
    json: bool,
) -> None:
    """Show what FILE would change: who is new, who changes, who is left out and why. Then ask, and merge.

    Rejected rows are written into subscribers/rejected/, with the reason in the last column: put them right there
    and import that file.
    """
    if name is not None and not {"", ".", ".."}.isdisjoint(name.split("/")):
        raise click.UsageError("--list takes a name, as front-desk")
    project = open_project(practice=practice)
    with said_to_be_practice(project), project.store() as store:
        for path in files:
            say_passed_over(path.resolve(), project.root)
        supplement = all(original_of(path, project.root) for path in files)
        listed = _new(store, examined(files, project.root, name=name))
        for file in listed:
            note(in_short(file))
        again = _agreed_again(store, listed, again=again, asking=not yes and not json)
        now = int(time.time())
        with ExitStack() as until_merged:
            with busy("Looking what would change"):
                stage = until_merged.enter_context(staging(store, listed, project.root, now))
                merge = preview(store, stage, now, supplement=supplement)
            if not json:
                say_preview(project, merge)
            if not supplement:
                write_all_rejects(stage.lists, project, anew=not dry_run)
            if dry_run or not merge.rows:
                _say(project, merge, json, "Nothing was merged.")
                return
            _agree(merge, yes=yes or json, jump=jump)
            with busy(MERGING):
                merge = apply(store, stage, now, again=again, supplement=supplement)
            if supplement:  # only now is what was put right kept elsewhere
                write_all_rejects(stage.lists, project)
        _say(project, merge, json, "Merged. To take it back: newsletter lists undo")


def _new(store: Store, listed: Sequence[ListFile]) -> list[ListFile]:
    """Those of the files that say something new; raises NewsletterError where none does."""
    with store.read() as connection:
        new = [file for file in listed if is_new(connection, file, again=True)]
    if not new:
        names = ", ".join(file.name for file in listed)
        raise NewsletterError(f"{names}: merged already, nothing would change")
    return new


def _agreed_again(store: Store, listed: Sequence[ListFile], *, again: bool, asking: bool) -> bool:
    """Whether to take files that were taken back; raises NewsletterError where they shall stay out."""
    with store.read() as connection:
        back = ", ".join(file.name for file in listed if taken_back(connection, file))
    if not back or again:
        return again
    if not asking:
        raise NewsletterError(
            f"{back} was merged once and taken back; add --again to merge it again"
        )
    if not click.confirm(f"{back} was merged once and taken back. Merge it again?", err=True):
        raise NewsletterError("nothing was merged")
    return True


def write_all_rejects(lists: Sequence[Staged], project: Project, *, anew: bool = True) -> None:
    """Write the rejected rows of each list, and say where they are."""
    for one in lists:
        if path := write_rejects(one, project.root, anew=anew):
            where = path.relative_to(project.root)
            note(f"Rejected rows: {where}; put them right there, then import that file.")


def say_preview(project: Project, merge: Merge) -> None:
    """What would change, by people and by reason."""
    result(f"{', '.join(merge.files)}: {several(merge.rows, 'row')}")
    for sentence in difference(project, merge):
        result(f"  {sentence}")
    for why, number in merge.left_out:
        result(f"  {people(number)} would not be mailed: {why}.")
    if merge.leaving:
        result(f"  {people(merge.lowered + merge.withdrawn)} would not be mailed any more:")
        for address in merge.leaving[:MOST_NAMED]:
            result(f"    {address}")
        if len(merge.leaving) > MOST_NAMED:
            result(f"    … and {len(merge.leaving) - MOST_NAMED:,} more (--json names a thousand)")


def _agree(merge: Merge, *, yes: bool, jump: bool) -> None:
    unusual = jumps(merge)
    if yes:
        if unusual and not jump:
            told = "\n".join(unusual)
            raise NewsletterError(f"{told}\nNothing was merged; add --jump if that is right")
        return
    agreed = agreed_to_jump(merge) if unusual else click.confirm("Merge?", default=True, err=True)
    if not agreed:
        raise NewsletterError("nothing was merged")


def _say(project: Project, merge: Merge, json: bool, sentence: str) -> None:
    if json:
        as_json(asdict(merge))
    project.advise(sentence)
