"""This module judges the values in newsletter.toml, each by itself: what is wrong with one, and what to write."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from newsletter.addresses import is_safe_host, is_site, safe_host, wrong_address

PRACTICE = "practice"
"""The store of practice, which no account may share: newsletter sandbox reset removes it."""
FAMILY = ("neither", "both")
ADDRESSES = (("sender", "email"), ("sender", "reply_to"))
NOT_ZERO = ("deadline_seconds", "in_flight")
LONGEST_UNDO = 48 * 60
"""Minutes. SendGrid keeps mail for 72 hours at most; the rest is for handing over, and once more what was in doubt."""
MOST: Mapping[str, int] = {"deadline_seconds": 600, "quiescence_seconds": 7200, "in_flight": 100}
MOST_OF_ALL = 1_000_000_000
KINDS: Mapping[Any, str] = {str: "text", int: "whole number", bool: "true or false"}


@cache
def time_zones() -> frozenset[str]:
    """The names of all time zones; to find them a whole folder of the computer is read."""
    return frozenset(available_timezones())


def example(kind: Any, key: str, value: Any) -> str:
    """How *value* is written where a *kind* belongs, as far as that can be told."""
    if kind is str:
        return f'{key} = "{str(value).strip("[]")}"'
    if kind is bool:
        return f"{key} = true or {key} = false"
    digits = re.search(r"\d+", str(value).replace(",", ""))
    return f"{key} = {digits[0] if digits else 15}"


def wrong_value(section: str, key: str, value: Any) -> tuple[str, str] | None:
    """What is wrong with the *value* of *key*, and the cure; None where it is right."""
    if key == "timezone" and value not in time_zones():
        return f'timezone "{value}" is unknown', 'write one like "America/Chicago"'
    if key == "warmup" and not re.fullmatch(r"[\d, ]*", value):
        return f'warmup "{value}" is no row of numbers', 'write one like "500, 2000, 10000"'
    if key == "family" and value not in FAMILY:
        return f'family "{value}" is unknown', f'write "{FAMILY[0]}" or "{FAMILY[1]}"'
    if (section, key) in ADDRESSES and value and (why := wrong_address(value)):
        return f'{key} "{value}" is no address ({why})', "write name@domain"
    if (section, key) == ("sendgrid", "host") and not is_safe_host(value):
        return f'host "{value}" is no https:// address', f'write host = "{safe_host(value)}"'
    if type(value) is int:
        return _wrong_number(key, value)
    if (section, key) == ("sendgrid", "account") and not _is_account(value):
        what = f'account "{value}" cannot be the name of a store of its own'
        return what, 'write letters, digits and hyphens, as account = "sendgrid"'
    return _wrong_site(value) if (section, key) == ("site", "url") and value else None


def _wrong_number(key: str, value: int) -> tuple[str, str] | None:
    if key in NOT_ZERO and value == 0:
        return f"{key} is zero", f"write {key} = 1 or more"
    if value < 0:
        return f"{key} is below zero", f"write {key} = 0 or more"
    if key == "undo_minutes" and value > LONGEST_UNDO:
        what = "undo_minutes is more than two days, and SendGrid keeps mail for three at most"
        return what, f"write undo_minutes = {LONGEST_UNDO} or less"
    if value > (most := MOST.get(key, MOST_OF_ALL)):
        return f"{key} is more than {most:,}", f"write {key} = {most} or less"
    return None


def _wrong_site(url: str) -> tuple[str, str] | None:
    if not url.startswith("https://"):
        return "the site's url does not begin with https://", 'write url = "https://…" (RFC 8058)'
    if not is_site(url):
        what = f'url "{url}" is no address that links can begin with'
        return what, 'write one like "https://news.example.com", with nothing after ? or #'
    return None


def _is_account(name: str) -> bool:
    """Whether a store can be named so: it is a file of its own, and not that of practice."""
    return re.fullmatch(r"\w[\w-]*", name) is not None and name.casefold() != PRACTICE
