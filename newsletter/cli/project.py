"""This module opens the project a command works in: its settings, its store, its account."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from sqlalchemy import exists, select

from newsletter.cli.wording import in_practice, note
from newsletter.config import Settings, find_project_here, load_settings
from newsletter.errors import NewsletterError
from newsletter.keys import find_key
from newsletter.store import Store, campaign, is_there, open_store, subscriber, suppression

if TYPE_CHECKING:
    from newsletter.delivery import Account

PRACTICE_KEY = "SG.practice.only"
PRACTICE_SENDER = "news@clinic.example.com"
PRACTICE = "PRACTICE: nothing left this computer."
OLDER = (
    "The store was made by an older program and is brought up to date first, once; "
    "with millions of people that takes a minute."
)
PORT = click.IntRange(0, 65_535)
LOCAL_HOSTS = ("http://127.0.0.1", "http://localhost", "http://[::1]")


@dataclass(frozen=True)
class Project:
    """The clinic's folder, in practice or in earnest."""

    settings: Settings
    key: str
    practice: bool

    @property
    def root(self) -> Path:
        return self.settings.root

    @property
    def local(self) -> bool:
        """Whether mail can reach nobody: the server is on this computer."""
        return self.practice or self.settings.sendgrid.host.startswith(LOCAL_HOSTS)

    @property
    def today(self) -> date:
        """The day that it is at the clinic."""
        return datetime.now(self.settings.zone).date()

    @property
    def sandbox_folder(self) -> Path:
        return self.root / ".newsletter" / "sandbox"

    def with_new_settings(self) -> "Project":
        """The same project after somebody edited newsletter.toml; another account needs a new start."""
        settings = load_settings(self.root)
        settings = for_practice(settings) if self.practice else settings
        if settings.sendgrid != self.settings.sendgrid:
            raise NewsletterError(
                "newsletter.toml: [sendgrid] has changed; press Ctrl-C and type the same command again"
            )
        return replace(self, settings=settings)

    def advice(self, sentence: str) -> str:
        """What to type next: in practice with --practice."""
        return in_practice(sentence) if self.practice else sentence

    def advise(self, sentence: str) -> None:
        """Say what to type next."""
        note(self.advice(sentence))

    @contextmanager
    def store(self, *, patience: float = 30) -> Iterator[Store]:
        store = open_store(
            self.settings.store_address(practice=self.practice),
            patience=patience,
            older=lambda: note(OLDER),
        )
        try:
            yield store
        finally:
            store.close()

    @contextmanager
    def sandbox(self) -> Iterator[str]:
        """The address of the sandbox; the project's own is started in the background where none runs."""
        host = self.settings.sendgrid.host
        if host.startswith(LOCAL_HOSTS):
            yield host
            return
        from newsletter.sandbox import start_in_background

        yield start_in_background(self.sandbox_folder, options=("--key", PRACTICE_KEY))

    @contextmanager
    def account(self) -> Iterator["Account"]:
        """The SendGrid account: in practice the sandbox, which differs by its address alone."""
        from newsletter.delivery import Account

        deadline = self.settings.sending.deadline_seconds
        if not self.practice:
            with Account(self.key, self.settings.sendgrid.host, deadline=deadline) as account:
                yield account
            return
        from newsletter.sandbox import keep_group

        with self.sandbox() as url, Account(self.key, url, deadline=deadline) as account:
            if group := self.settings.sendgrid.group:
                keep_group(url, group)
            yield account


def open_project(*, practice: bool = False, no_key: str = "practise") -> Project:
    """Open the project around the current folder.

    Without a key there is only practice. *no_key* says how that is met: "practise" takes it for
    granted, "ask" asks a person, "refuse" raises NewsletterError, as for a script that would send, and for whatever
    somebody would take for done in earnest: an undo, a page to leave by, a list of those who left.
    Once there was a key its loss is no practice.
    """
    settings = load_settings(find_project_here())
    key = None if practice else find_key(settings.root, settings.sendgrid.account)
    if key is not None:
        return Project(settings, key, practice=False)
    if not practice and _has_real_letters(settings):
        raise NewsletterError(
            "the SendGrid key is not found any more, and there is a store of real letters; "
            "unlock the keyring, or type newsletter setup to enter the key again (add --practice only to practise)"
        )
    if practice or no_key == "practise" or (no_key == "ask" and _agreed_to_practise()):
        return Project(for_practice(settings), PRACTICE_KEY, practice=True)
    raise NewsletterError(
        "there is no SendGrid key; type newsletter setup to enter it, or add --practice to try everything without it"
    )


def _has_real_letters(settings: Settings) -> bool:
    """Whether the store of the account knows anybody or anything; newsletter doctor makes an empty one."""
    address = settings.store_address(practice=False)
    if not is_there(address):
        return False
    with closing(open_store(address)) as store, store.read() as connection:
        return any(
            connection.scalar(select(exists().select_from(table)))
            for table in (campaign, subscriber, suppression)
        )


def _agreed_to_practise() -> bool:
    if not sys.stdin.isatty():
        return False
    return click.confirm(
        "There is no SendGrid key yet. Practise in the sandbox instead?", default=True, err=True
    )


def for_practice(settings: Settings) -> Settings:
    """The settings with a made-up sender where there is none yet."""
    sender = replace(settings.sender, email=settings.sender.email or PRACTICE_SENDER)
    return replace(settings, sender=sender)


class ProjectFile(click.Path):
    """A file that is there, from where one stands or, as commands name files, from the project's folder."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(
        self, value: Any, parameter: click.Parameter | None, context: click.Context | None
    ) -> Path:
        path = Path(os.fsdecode(super().convert(value, parameter, context)))
        with suppress(NewsletterError):  # no project here: the command itself says so
            named = find_project_here() / path
            if os.path.exists(named) and not os.path.exists(path):  # noqa: PTH110  False for names that no file can have
                return Path(os.path.relpath(named))
        return path


Command = TypeVar("Command", bound=Callable[..., Any])


def practice_option(command: Command) -> Command:
    """The switch that every command about campaigns has."""
    return click.option(
        "--practice", is_flag=True, help="Use the local sandbox; nothing leaves this computer."
    )(command)


def json_option(command: Command) -> Command:
    """The switch for other programs."""
    return click.option("--json", "json", is_flag=True, help="Print the result as JSON.")(command)


@contextmanager
def said_to_be_practice(project: Project) -> Iterator[None]:
    """Say first and last that this is practice; commands that an error names stay in practice."""
    if not project.practice:
        yield
        return
    note(PRACTICE)
    try:
        yield
    except NewsletterError as error:
        error.args = (in_practice(str(error)),)
        raise
    except click.Abort:
        note()  # the question stands on this line
        raise
    finally:
        note(PRACTICE)
