"""This module forgets a person."""

import shutil
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import click

from newsletter.audience.explain import key_of
from newsletter.audience.room import sweep
from newsletter.campaign.forget import Forgotten, on_its_way
from newsletter.campaign.forget import forget as erase
from newsletter.campaign.known import is_known
from newsletter.cli.progress import busy
from newsletter.cli.project import (
    Project,
    json_option,
    open_project,
    practice_option,
    said_to_be_practice,
)
from newsletter.cli.remains import IN_A_DATABASE, files_with, holds, what_to_do
from newsletter.cli.wording import as_json, note, result, several
from newsletter.errors import NewsletterError
from newsletter.feedback import Suppression, suppress
from newsletter.store import Store, open_store

ORIGIN = "newsletter forget"


@click.command(short_help="Erase a person everywhere, and never mail them again.")
@click.argument("address")
@practice_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def forget(address: str, practice: bool, yes: bool, json: bool) -> None:
    """Erase ADDRESS everywhere: lists, mails, events. Only a digest stays, so that no list brings them back.

    Files that you keep yourself in the project's folder are named, so that you can remove the row.
    """
    project = open_project(practice=practice, no_key="refuse")
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
        with busy("Looking through what is left"):
            store.forget_for_good(lambda file: holds(file, key))
            own = store.address if isinstance(store.address, Path) else None
            files = [*files_with(key, project.root, own), *_practised(project, key)]
        if json:
            as_json({**asdict(gone), "files": files})
            return
        _say(address, gone)
        for sentence in what_to_do(files):
            note(sentence)


def _practised(project: Project, key: str) -> Iterator[str]:
    """Practice that is no file, because everything is in a PostgreSQL database."""
    if project.practice or not project.settings.database:
        return
    with closing(open_store(project.settings.store_address(practice=True))) as store:
        with store.read() as connection:
            known = is_known(connection, key)
        if known:
            yield IN_A_DATABASE


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
    if not campaigns:
        return
    with store.write() as connection:  # first: SendGrid may not answer
        suppress(connection, [Suppression(key, "unsubscribed", ORIGIN, now)], now=now)
    with project.account() as account, store.read() as connection:
        campaigns = on_its_way(
            connection, key, now=account.now()
        )  # what has left, its clock decides
    if campaigns:
        numbers = ", ".join(map(str, campaigns))
        raise NewsletterError(
            f"mail to them has been handed to SendGrid and has not left (campaign {numbers}): take it back with "
            f"newsletter undo {campaigns[0]}, or wait until it has left, then type this again; from now on they get nothing new"
        )
