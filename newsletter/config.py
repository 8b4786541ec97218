"""This module reads newsletter.toml, the settings of one clinic."""

import hashlib
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from newsletter.addresses import (
    DATABASE_VARIABLE,
    SENDGRID_HOST,
    is_safe_host,
    safe_host,
    wrong_database,
)
from newsletter.errors import NewsletterError, Problem, Problems
from newsletter.values import KINDS, PRACTICE, example, wrong_value

SETTINGS_FILE = "newsletter.toml"
HOST_VARIABLE = "SENDGRID_HOST"
LONGEST_SCHEMA = 63
"""Bytes of a name in PostgreSQL; what is longer is cut off in silence."""


@dataclass(frozen=True)
class Clinic:
    """Who sends: what the footer of every letter says."""

    name: str = "Clockwork Perform"
    url: str = "https://www.clockworkperform.com/"
    city: str = "New Orleans"
    country: str = "United States"
    postal_address: str = ""
    """Street or PO box, city, state, ZIP. The law asks for it (16 CFR 316.2(p)); empty means no real send."""
    contact: str = "Questions? Just reply to this letter."
    """How readers reach a person: a phone number or an address, shown in the footer."""
    timezone: str = "America/Chicago"
    why: str = "You get this letter because you signed up for news from Clockwork Perform."
    disclaimer: str = ""


@dataclass(frozen=True)
class Sender:
    """The From and Reply-To of every letter."""

    email: str = ""
    name: str = "Clockwork Perform"
    reply_to: str = ""


@dataclass(frozen=True)
class SendGrid:
    """Which SendGrid account sends, and how it keeps the unsubscribed."""

    host: str = SENDGRID_HOST
    account: str = "sendgrid"
    """A name for the account; each has a store of its own."""
    group: int = 0
    """Number of an unsubscribe group at SendGrid; 0 means subscription tracking."""
    webhook_key: str = ""
    """SendGrid's public key, by which its events are known; newsletter webhook writes it."""


@dataclass(frozen=True)
class Site:
    """The clinic's own public pages; without a url, SendGrid hosts the unsubscribe page."""

    url: str = ""
    hosted_pictures: bool = False
    """Whether pictures lie on the site instead of travelling inside every letter."""


@dataclass(frozen=True)
class Utm:
    """What links to the clinic's own pages tell its web statistics; nothing about the reader."""

    on: bool = False
    source: str = "newsletter"
    medium: str = "email"


@dataclass(frozen=True)
class Lists:
    """What is made of what the lists say."""

    family: str = "neither"
    """Whom a letter to an address of several people greets: "both" by their first names, or "neither"."""


@dataclass(frozen=True)
class Sending:
    """Times of a send, in minutes or seconds as each name says."""

    undo_minutes: int = 15
    deadline_seconds: int = 60
    """How long one request to SendGrid may take in all."""
    quiescence_seconds: int = 180
    """How long an unanswered request may still be on its way: the deadline and two minutes."""
    in_flight: int = 4
    """How many requests may be on their way at once, over all processes of the account."""
    approval: bool = False
    """Whether a second person must agree before anything is sent."""
    rate: int = 0
    """People an hour; 0 for all at once."""
    warmup: str = ""
    """People on the first day, the second …, as "500, 2000, 10000"; afterwards all the rest."""

    @property
    def warmup_days(self) -> tuple[int, ...]:
        """The numbers of *warmup*."""
        return tuple(int(number) for number in self.warmup.replace(",", " ").split())

    open_tracking: bool = False
    click_tracking: bool = False


@dataclass(frozen=True)
class Settings:
    """Everything in newsletter.toml, and the folder it lies in."""

    root: Path
    database: str = ""
    """``postgresql+psycopg://…`` for all stores; empty keeps them in files in the project folder."""
    clinic: Clinic = field(default_factory=Clinic)
    sender: Sender = field(default_factory=Sender)
    sendgrid: SendGrid = field(default_factory=SendGrid)
    site: Site = field(default_factory=Site)
    sending: Sending = field(default_factory=Sending)
    utm: Utm = field(default_factory=Utm)
    lists: Lists = field(default_factory=Lists)

    @property
    def zone(self) -> ZoneInfo:
        """The clinic's time zone."""
        return ZoneInfo(self.clinic.timezone)

    def store_address(self, *, practice: bool) -> Path | str:
        """Where the ledger lies: practice and each account apart, so that nothing crosses.

        A file each in the project folder, or a schema each in the PostgreSQL database.
        """
        name = self.store_name(practice=practice)
        if not self.database:
            return self.root / ".newsletter" / f"{name}.db"
        joint = "&" if "?" in self.database else "?"
        return f"{self.database}{joint}schema={_schema(self.database, name)}"

    def store_name(self, *, practice: bool) -> str:
        """The account's name, with its host where that is another than SendGrid's usual one."""
        if practice:
            return PRACTICE
        if self.sendgrid.host == SENDGRID_HOST:
            return self.sendgrid.account
        return f"{self.sendgrid.account}-" + re.sub(
            r"\W+", "-", self.sendgrid.host.split("://")[-1]
        )


def _schema(database: str, store: str) -> str:
    """newsletter_practice, for example; a schema that the address names takes the place of "newsletter"."""
    named = parse_qs(urlsplit(database).query).get("schema", ["newsletter"])[-1]
    schema = re.sub(r"\W", "_", f"{named}_{store}").lower()
    if len(schema.encode()) <= LONGEST_SCHEMA:
        return schema
    return f"{schema[:40]}_{hashlib.sha256(schema.encode()).hexdigest()[:16]}"


SECTIONS: Mapping[str, type] = {
    "clinic": Clinic,
    "sender": Sender,
    "sendgrid": SendGrid,
    "site": Site,
    "sending": Sending,
    "utm": Utm,
    "lists": Lists,
}


def find_project(start: Path) -> Path:
    """The folder that holds newsletter.toml: *start* or one above it."""
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / SETTINGS_FILE).is_file():
            return folder
    raise NewsletterError(
        f"{start.resolve()}: there is no {SETTINGS_FILE} here or in a folder above; "
        "go to the newsletter's folder (cd …) and type the command again"
    )


def find_project_here() -> Path:
    """The project around the current folder."""
    try:
        here = Path.cwd()
    except FileNotFoundError as error:
        raise NewsletterError(
            "the folder that you are in is no longer there; go to the newsletter's folder (cd …) and type the command "
            "again"
        ) from error
    return find_project(here)


def load_settings(root: Path, environment: Mapping[str, str] = os.environ) -> Settings:
    """Read newsletter.toml of the project folder *root*.

    SENDGRID_HOST in *environment* takes the place of ``[sendgrid] host``, NEWSLETTER_DATABASE there or in
    .env that of ``database``.
    Raises Problems with the line of every unknown name and wrong value.
    """
    path = root / SETTINGS_FILE
    try:
        source = path.read_text(encoding="utf-8-sig")  # Notepad marks it
        tables = tomllib.loads(source)
    except UnicodeDecodeError as error:
        raise Problems(
            [Problem(SETTINGS_FILE, None, "this is no UTF-8 text", "save it as UTF-8")]
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise Problems([_no_toml(str(error), source)]) from error
    if problems := [*_problems(tables, source)] or [*_contradictions(tables, source)]:
        raise Problems(problems)
    values = {name: SECTIONS[name](**table) for name, table in tables.items() if name in SECTIONS}
    database = _database(root, environment) or tables.get("database", "")
    settings = Settings(root=root, database=_with_driver(database), **values)
    host = _host(environment) or settings.sendgrid.host.rstrip("/")
    return replace(settings, sendgrid=replace(settings.sendgrid, host=host))


def from_environment(root: Path, variable: str, environment: Mapping[str, str] = os.environ) -> str:
    """The value of *variable*, else what the project's .env file says of it, or nothing."""
    return environment.get(variable, "").strip() or _from_dotenv(root, variable)


def _from_dotenv(root: Path, variable: str) -> str:
    path = root / ".env"
    if not path.is_file():
        return ""
    from dotenv import dotenv_values

    try:
        found = dotenv_values(path, interpolate=False)
    except UnicodeDecodeError as error:
        raise NewsletterError(f"{path}: this is no UTF-8 text; save it as UTF-8") from error
    return (found.get(variable) or "").strip()


def _database(root: Path, environment: Mapping[str, str]) -> str:
    found = from_environment(root, DATABASE_VARIABLE, environment)
    if found and (wrong := wrong_database(found, secret=True)):
        raise NewsletterError(f"{DATABASE_VARIABLE}: {wrong[0]}; {wrong[1]}")
    return found


def _with_driver(database: str) -> str:
    """postgres:// and postgresql:// as others write them, with the driver that we use."""
    return re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", database)


def save_settings(root: Path, changes: Mapping[str, Mapping[str, str | int]]) -> None:
    """Write *changes* (section → name → value) into newsletter.toml; comments and order stay."""
    import tomlkit

    path = (root / SETTINGS_FILE).resolve()
    document = tomlkit.parse(path.read_text(encoding="utf-8-sig"))
    for section, values in changes.items():
        document.setdefault(section, tomlkit.table()).update(values)
    written = path.with_suffix(".toml.new")
    written.write_text(tomlkit.dumps(document), encoding="utf-8")
    written.replace(path)


def _problems(tables: Mapping[str, Any], source: str) -> list[Problem]:
    found = []
    for name, table in tables.items():
        if name == "database":
            if wrong := wrong_database(table, secret=False):
                found.append(_problem(source, name, None, *wrong))
        elif name not in SECTIONS:
            sections = ", ".join(f"[{section}]" for section in SECTIONS)
            found.append(
                _problem(source, name, None, f"[{name}] is unknown", f"there are {sections}")
            )
        elif not isinstance(table, dict):
            found.append(
                _problem(source, name, None, f"{name} stands alone", f"write it as [{name}]")
            )
        else:
            found += _problems_of_section(name, table, source)
    return found


def _problems_of_section(section: str, table: Mapping[str, Any], source: str) -> list[Problem]:
    known = {entry.name: entry.type for entry in fields(SECTIONS[section])}
    found = []
    for key, value in table.items():
        if key == "database":
            what, cure = f"database stands in [{section}]", "move it above the first [section]"
        elif key not in known:
            what, cure = f"{key} is unknown in [{section}]", f"known are {', '.join(known)}"
        elif type(value) is not known[key]:
            what, cure = (
                f"{key} is no {KINDS[known[key]]}",
                f"write {example(known[key], key, value)}",
            )
        elif reason := wrong_value(section, key, value):
            what, cure = reason
        else:
            continue
        found.append(_problem(source, section, key, what, cure))
    return found


def _contradictions(tables: Mapping[str, Any], source: str) -> Iterator[Problem]:
    """What does not go together, of settings that are right each by itself."""
    site, sending = Site(**tables.get("site", {})), Sending(**tables.get("sending", {}))
    if site.hosted_pictures and not site.url:
        what, cure = (
            "hosted_pictures needs a site",
            'write url = "https://…" above it, or false here',
        )
        yield _problem(source, "site", "hosted_pictures", what, cure)
    if sending.quiescence_seconds < (deadline := sending.deadline_seconds):
        key = (
            "quiescence_seconds"
            if "quiescence_seconds" in tables["sending"]
            else "deadline_seconds"
        )
        what = "a request could still be on its way when it is sent again"
        cure = (
            f"write quiescence_seconds = {deadline + 120}: two minutes more than deadline_seconds"
        )
        yield _problem(source, "sending", key, what, cure)


def _no_toml(said: str, source: str) -> Problem:
    """What the parser *said*, as a person needs it: most often a line of the docs was added where its [section] is already."""
    number = int(match[1]) if (match := re.search(r"line (\d+)", said)) else None
    there = source.splitlines()[number - 1] if number else ""
    what, cure = said.split(" (at")[0], 'write name = "value" under a [section]'
    if what.startswith("Cannot declare"):
        what = f"{there.strip()} stands there twice"
        cure = "move the lines below it up to the first one, and take this line away"
    elif what.startswith("Cannot overwrite") and "=" in there:
        what, cure = (
            f"{there.split('=')[0].strip()} stands there twice",
            "keep one of the two lines",
        )
    return Problem(SETTINGS_FILE, number, what, cure)


def _host(environment: Mapping[str, str]) -> str:
    host = environment.get(HOST_VARIABLE, "").strip().rstrip("/")
    if host and not is_safe_host(host):
        raise NewsletterError(
            f"{HOST_VARIABLE}: {host} is no https:// address; write {HOST_VARIABLE}={safe_host(host)}, "
            "or take it out of the environment"
        )
    return host


def _problem(source: str, section: str, key: str | None, what: str, cure: str) -> Problem:
    return Problem(SETTINGS_FILE, _line(source, section, key), what, cure)


def _line(source: str, section: str, key: str | None) -> int | None:
    inside = False
    for number, line in enumerate(source.splitlines(), 1):
        words = line.split("#")[0].strip()
        if words.startswith("["):
            inside = words.strip("[] ") == section
            if inside and key is None:
                return number
        elif words.split("=")[0].strip() == (key or section) and (inside or key is None):
            return number
    return None
