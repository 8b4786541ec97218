"""This module judges the addresses that settings name: of mail, of SendGrid and of a database."""

import re
from typing import Any
from urllib.parse import urlsplit

SENDGRID_HOST = "https://api.sendgrid.com"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
DATABASE_VARIABLE = "NEWSLETTER_DATABASE"


def wrong_address(address: str) -> str:
    """Why mail can neither come from *address* nor be answered there; nothing where it can."""
    from email_validator import EmailNotValidError, validate_email

    try:
        validate_email(address, check_deliverability=False, strict=True)
    except EmailNotValidError as error:
        return str(error).rstrip(".")
    return ""


def is_safe_host(host: str) -> bool:
    """Whether the key travels to *host* encrypted, or stays on this computer."""
    try:
        at = urlsplit(host)
    except ValueError:
        return False
    local = at.scheme == "http" and at.hostname in LOOPBACK
    return local or (at.scheme == "https" and bool(at.hostname))


def is_site(url: str) -> bool:
    """Whether an address to which a path is added stays one: https, a host, and nothing after ? or #."""
    return re.fullmatch(r"https://[\w.-]+(:\d+)?(/[^\s?#]*)?", url) is not None


def safe_host(host: str) -> str:
    """*host* as it should be written."""
    bare = host.rpartition("://")[2]
    return f"https://{bare}" if bare else SENDGRID_HOST


def wrong_database(value: Any, *, secret: bool) -> tuple[str, str] | None:
    """What is wrong with the address of a database, and what to do; where it may be *secret*, with its password."""
    example = "postgresql+psycopg://newsletter@db.example.com/clinic"
    if not isinstance(value, str) or not re.match(r"postgres(ql(\+psycopg)?)?://|$", value):
        return "database is no address of PostgreSQL", f'write database = "{example}"'
    if not secret and urlsplit(value).password:
        return (
            "a password stands in a file that others may read",
            f"take database out here and write {DATABASE_VARIABLE}=… into the file .env, which git ignores",
        )
    return None
