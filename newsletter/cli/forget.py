"""This module forgets a person."""

import shutil
import time
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from html import escape
from pathlib import Path
from typing import IO

import click

from newsletter.audience.explain import key_of
from newsletter.audience.place import NoList, opened_zip, refuse_bomb
from newsletter.audience.room import sweep
from newsletter.campaign.forget import Forgotten, on_its_way
from newsletter.campaign.forget import forget as erase
from newsletter.cli.progress import busy
from newsletter.cli.project import (
    Project,
    json_option,
    open_project,
    practice_option,
    said_to_be_practice,
)
from newsletter.cli.wording import as_json, note, result, several
from newsletter.errors import NewsletterError
from newsletter.feedback import Suppression, suppress
from newsletter.store import Store

ORIGIN = "newsletter forget"
AT_ONCE, LONGEST = 1 << 20, 2_000
"""Bytes that are looked at together, and more than an address takes."""
DEEPEST = 1


@click.command(short_help="Erase a person everywhere, and never mail them again.")
@click.argument("address")
@practice_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def forget(address: str, practice: bool, yes: bool, json: bool) -> None:
    """Erase ADDRESS everywhere: lists, mails, events. Only a digest stays, so that no list brings them back.

    Files that you keep yourself are named, so that you can remove the row.
    """
    project = open_project(practice=practice)
    key = key_of(address)
    question = f"Erase everything about {address}? This cannot be undone."
    with said_to_be_practice(project), project.store() as store:
        if not yes and not click.confirm(question, err=True):
            raise NewsletterError("nothing was erased")
        _refuse_on_its_way(project, store, key)
        with busy("Erasing"), store.write() as connection:
            gone = erase(connection, key, now=int(time.time()))
        shutil.rmtree(project.root / ".newsletter" / "preview", ignore_errors=True)
        sweep(project.root / ".newsletter")
        store.remove_copies()
        with busy("Looking through your files"):
            files = [*_files_with(key, project.root)]
        if json:
            as_json({**asdict(gone), "files": files})
            return
        _say(address, gone)
        for file in files:
            note(f"{file} still names them: remove that row there.")


def _say(address: str, gone: Forgotten) -> None:
    if gone.known:
        result(
            f"Erased: {several(gone.rows, 'row')} of lists, {several(gone.mails, 'mail')}, {several(gone.suppressions, 'note')} that they may not be mailed."
        )
    else:
        result(f"Nothing was known of {address}.")
    result("A digest stays, so that they are not mailed again.")
    note("SendGrid keeps records of its own: erase them there too (Settings, or ask its support).")


def _refuse_on_its_way(project: Project, store: Store, key: str) -> None:
    """Raise where SendGrid has mail to them that has not left; they are unsubscribed at once all the same."""
    now = int(time.time())
    with store.read() as connection:
        campaigns = on_its_way(connection, key, now=now)
    if campaigns:
        with project.account() as account, store.read() as connection:
            campaigns = on_its_way(
                connection, key, now=account.now()
            )  # what has left, its clock decides
    if campaigns:
        with store.write() as connection:
            suppress(connection, [Suppression(key, "unsubscribed", ORIGIN, now)], now=now)
        numbers = ", ".join(map(str, campaigns))
        raise NewsletterError(
            f"mail to them has been handed to SendGrid and has not left (campaign {numbers}): take it back with "
            f"newsletter undo {campaigns[0]}, or wait until it has left, then type this again; from now on they get nothing new"
        )


def _files_with(key: str, root: Path) -> Iterator[str]:
    """List files that hold the address, also workbooks and zips; those that cannot be looked into are named too."""
    for path in sorted((root / "subscribers").rglob("*")):
        if path.is_file():
            name = path.relative_to(root).as_posix()
            try:
                if any(_holds(file, key) for file in _files_in(path)):
                    yield name
            except NoList as wrong:
                yield f"{name} ({wrong.what}, so perhaps it)"


def _files_in(whole: Path | IO[bytes], deep: int = 0) -> Iterator[IO[bytes]]:
    """The file, or what a zip holds; an Excel file is a zip of XML, and may lie in a zip."""
    if deep <= DEEPEST and zipfile.is_zipfile(whole):
        with opened_zip(whole) as archive:
            for info in archive.infolist():
                refuse_bomb(info)
                with archive.open(info) as file:
                    yield from _files_in(file, deep + 1)
    elif isinstance(whole, Path):
        with whole.open("rb") as file:
            yield file
    else:
        whole.seek(0)
        yield whole


def _holds(file: IO[bytes], key: str) -> bool:
    """Whether the address is in it, as UTF-8, as UTF-16, or as XML writes it."""
    before = b""
    while block := file.read(AT_ONCE):
        part = before + block.replace(b"\0", b"")
        words = part.decode("utf-8", "ignore").lower()
        if key in words or escape(key, quote=False) in words:
            return True
        before = part[-LONGEST:]
    return False
