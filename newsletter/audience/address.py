"""This module reads addresses: by email-validator's rules, with a fast way for the plain majority."""

import re
from dataclasses import dataclass
from email.utils import parseaddr

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

_LABEL = r"(?!..--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
PLAIN = re.compile(
    r"(?=.{6,254}\Z)(?=[^@]{1,64}@)[a-z0-9_'+-]+(?:\.[a-z0-9_'+-]+)*"
    rf"@(?:{_LABEL}\.)+(?!..--)[a-z]{{2,63}}",
    re.IGNORECASE | re.ASCII,
)
"""Only ever accepts: what it does not match is asked of email-validator."""

SPECIAL = tuple(f".{name}" for name in SPECIAL_USE_DOMAIN_NAMES)
INVISIBLE = re.compile("[\u00a0\u200b-\u200f\u2060\ufeff\\s]+")
SAMPLES = (".example", ".test", ".invalid", ".localhost")
SAMPLE_DOMAINS = ("example.com", "example.org", "example.net")
"""Reserved by RFC 2606: nobody lives there."""


@dataclass(frozen=True)
class Address:
    """An address as mail is sent to it, and the *key* by which two are the same."""

    address: str
    key: str


def read_address(cell: str) -> Address:
    """The address in *cell*, also of `Name <address>`; raises ValueError with the reason in words."""
    words = INVISIBLE.sub(" ", cell).strip()
    if "<" in words:
        words = parseaddr(words)[1]
    if PLAIN.fullmatch(words) and not f".{words.partition('@')[2].lower()}".endswith(SPECIAL):
        local, _, domain = words.partition("@")
        address = f"{local}@{domain.lower()}"
        return Address(address, address.lower())
    if not words:
        raise ValueError("there is no address")
    try:
        address = validate_email(words, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise ValueError(f'"{words}" is no address ({str(error).rstrip(".")})') from error
    return Address(address, address.lower())


def is_sample(address: str) -> bool:
    """Whether *address* is made up: such mail never leaves this computer."""
    domain = address.rpartition("@")[2].lower()
    return domain.endswith(SAMPLES) or any(
        domain == name or domain.endswith(f".{name}") for name in SAMPLE_DOMAINS
    )
