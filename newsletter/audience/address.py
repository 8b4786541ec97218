"""This module reads addresses: by email-validator's rules, with a fast way for the plain majority."""

import re
from dataclasses import dataclass

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

_LABEL = r"(?!..--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
LONGEST = 254
LONGEST_LOCAL = 64
LOCAL = re.compile(rf"(?!.{{{LONGEST_LOCAL + 1}}})[A-Za-z0-9_'+-]++(?:\.[A-Za-z0-9_'+-]++)*+\Z")
HOST = re.compile(rf"(?:{_LABEL}\.)+(?!..--)[a-z]{{2,63}}\Z", re.IGNORECASE | re.ASCII)
"""LOCAL and HOST only ever accept: what they do not match is asked of email-validator."""

LONGEST_CELL = 2000
MOST_IN_A_CELL = 20
SPECIAL = tuple(f".{name}" for name in SPECIAL_USE_DOMAIN_NAMES)
INVISIBLE = re.compile("[\u00a0\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff\\s]+")
AROUND = "\"'<>()[];,: \u201c\u201d\u2018\u2019"
NAMED = re.compile(r"<([^<>]*@[^<>]*)>[^<>]*\Z")
"""`Name <address>`; email.utils reads it by recursion, which a cell full of brackets exhausts."""
ONE = re.compile(r"[^\s;,/|<>()\[\]\"]+@[^\s;,/|<>()\[\]\"]+")
SAMPLES = (".example", ".test", ".invalid", ".localhost")
SAMPLE_DOMAINS = ("example.com", "example.org", "example.net")
"""Reserved by RFC 2606: nobody lives there."""


@dataclass(frozen=True, slots=True)
class Address:
    """An address as mail is sent to it, and the *key* by which two are the same."""

    address: str
    key: str


def plain_host(domain: str) -> str:
    """*domain* in lower case where it is surely valid, else nothing: then email-validator is asked."""
    host = domain.lower()
    if len(host) <= 253 and HOST.match(host) and not f".{host}".endswith(SPECIAL):
        return host
    return ""


def is_plain_local(local: str) -> bool:
    """Whether what stands before the @-sign is surely valid."""
    return LOCAL.match(local) is not None


def read_address(cell: str) -> Address:
    """The address in *cell*, also of `Name <address>` or mailto:; raises ValueError with the reason in words."""
    if len(cell) > LONGEST_CELL:
        raise ValueError("a cell of more than 2,000 letters is no address")
    words = INVISIBLE.sub(" ", cell).replace("＠", "@").strip()
    if found := NAMED.search(words):
        words = found[1]
    if words[:7].lower() == "mailto:":
        words = words[7:].partition("?")[0]
    local, at, domain = words.partition("@")
    host = plain_host(domain)
    if at and host and is_plain_local(local) and len(words) <= LONGEST:
        address = f"{local}@{host}"
        return Address(address, address.lower())
    return _asked(words)


def _asked(words: str) -> Address:
    """What email-validator says to *words*, or to what is left without quotes and commas around them."""
    if not words.strip(AROUND):
        raise ValueError("there is no address")
    if "@" not in words:
        raise ValueError(f'"{words[:100]}" is no address (An email address must have an @-sign)')
    if len(words) > LONGEST:
        raise ValueError(f'"{words[:100]}…" is no address (it is too long)')
    try:
        address = validate_email(words, check_deliverability=False, strict=True).normalized
    except EmailNotValidError as error:
        bare = words.strip(AROUND).rstrip(".")
        if bare != words:  # shorter each time
            return read_address(bare)
        why = str(error).rstrip(".")
        raise ValueError(f'"{words[:100]}" is no address ({why})') from error
    return Address(address, address.lower())


def read_addresses(cell: str) -> list[Address]:
    """All addresses in *cell*, mostly one; raises ValueError where one of them is none."""
    if cell.count("@") > 1 and len(found := ONE.findall(cell[:LONGEST_CELL])) > 1:
        if len(found) > MOST_IN_A_CELL or len(cell) > LONGEST_CELL:
            raise ValueError(f"more than {MOST_IN_A_CELL} addresses in one cell")
        each: dict[str, Address] = {}
        for address in map(read_address, found):
            each.setdefault(address.key, address)
        return list(each.values())
    return [read_address(cell)]


def domain_of(address: str) -> str:
    """What stands after the last @, in small letters."""
    return address.rpartition("@")[2].lower()


def is_sample(address: str) -> bool:
    """Whether *address* is made up: such mail never leaves this computer."""
    domain = domain_of(address)
    return domain.endswith(SAMPLES) or any(
        domain == name or domain.endswith(f".{name}") for name in SAMPLE_DOMAINS
    )


SAMPLE_KEYS = (
    *(f"%{ending}" for ending in SAMPLES),
    *(f"%{sign}{name}" for name in SAMPLE_DOMAINS for sign in "@."),
)
"""is_sample() for LIKE in SQL."""
