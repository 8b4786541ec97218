"""This module shows how list files are read, without merging them."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from newsletter.audience.basis import lines_to_correct
from newsletter.audience.examining import examined
from newsletter.audience.read import ListFile
from newsletter.audience.survey import Survey, how_read, survey
from newsletter.cli.project import ProjectFile, json_option, open_project, practice_option
from newsletter.cli.wording import as_json, facts, note, people, result, several

SHOWN = 5


@click.command("read", short_help="Show how a list is read; nothing is merged.")
@click.argument("files", nargs=-1, required=True, type=ProjectFile(), metavar="FILE…")
@practice_option
@json_option
def lists_read(files: Sequence[Path], practice: bool, json: bool) -> None:
    """Show what the columns of FILE are taken for, what its rows say, and what is worth a second look.

    FILE may be a text, a workbook, JSON, a zip or a folder of these; contacts.xlsx#May names a sheet.
    """
    project = open_project(practice=practice)
    told = [(file, survey(file)) for file in examined(files, project.root)]
    if json:
        as_json(
            [{"file": file.name, "how": how_read(file), **asdict(found)} for file, found in told]
        )
        return
    for file, found in told:
        say_how(file)
        say_rows(found)
    project.advise("To see what they would change: newsletter lists import FILE")


def say_how(file: ListFile) -> None:
    """How one list is read, and how to correct that."""
    result(f"{file.name}: the list {file.list}")
    result(facts({f"  {name}": value for name, value in how_read(file).items()}))
    note(f"  If that is wrong: {lines_to_correct(file.name)}")


def say_rows(found: Survey) -> None:
    """What the rows of a list say, and what is odd about some."""
    said = ", ".join(f"{number:,} {what}" for what, number in found.said.items())
    result(f"  {several(found.rows, 'row')}, {people(found.people)}: {said or 'nobody'}")
    for flag, some in found.flagged.items():
        number = found.flags[flag]
        more = f" and {number - SHOWN:,} more" if number > SHOWN else ""
        result(f"  {flag} ({number:,}): {', '.join(some[:SHOWN])}{more}")
    for line, reason in found.reasons:
        result(f"  line {line}: rejected: {reason}")
    if found.rejected > len(found.reasons):
        result(f"  and {found.rejected - len(found.reasons):,} more rejected")
