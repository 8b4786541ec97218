"""This module checks the personalizations of a mail/send body: whom it goes to, and what is theirs."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from newsletter.sandbox.answers import Complaint, complaint

AT_MOST_PEOPLE = 1000
AT_MOST_BYTES = 10_000
AT_MOST_SUBSTITUTIONS = 10_000
AT_MOST_AHEAD = 72 * 3600
ADDRESS_LENGTH = 320

ALLOWED = frozenset(
    [
        "to",
        "from",
        "cc",
        "bcc",
        "subject",
        "headers",
        "substitutions",
        "dynamic_template_data",
        "custom_args",
        "send_at",
    ]
)
RESERVED = frozenset(
    [
        "x-sg-id",
        "x-sg-eid",
        "received",
        "dkim-signature",
        "content-type",
        "content-transfer-encoding",
        "to",
        "from",
        "subject",
        "reply-to",
        "cc",
        "bcc",
    ]
)
ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
LABEL = r"[^\W_](?:[\w-]*[^\W_])?"
ADDRESS = re.compile(rf"{ATOM}(?:\.{ATOM})*@(?:{LABEL}\.)+{LABEL}")

NO_TO = (
    "The to array is required for all personalization objects, and must have at least one email "
    "object with a valid email address."
)


def personalization_errors(mail: Mapping[str, Any], now: float) -> Iterator[Complaint]:
    """What is wrong with *mail*'s personalizations, one by one and together."""
    people = mail.get("personalizations")
    if not people:
        yield complaint(
            "The personalizations field is required and must have at least one personalization.",
            "personalizations",
        )
        return
    if len(people) > AT_MOST_PEOPLE:
        yield complaint(
            "The personalization block is limited to 1000 personalizations per API request. You "
            f"have provided {len(people)} personalizations. Please consider splitting this into "
            "multiple requests and resending your request.",
            "personalizations",
        )
        return
    addresses: dict[str, int] = {}
    for place, person in enumerate(people):
        yield from _person_errors(person, f"personalizations.{place}", mail, now, addresses)
    yield from _repeated(addresses)
    if sum(addresses.values()) > AT_MOST_PEOPLE:
        message = "There is a limit of 1000 total recipients (to + cc + bcc) per request."
        yield complaint(message, "personalizations")


def mailbox_errors(mailbox: Any, at: str, topic: str) -> Iterator[Complaint]:
    """What is wrong with an object of email and name."""
    if not isinstance(mailbox, dict):
        yield complaint(f"Invalid type. Expected: object, given: {_kind(mailbox)}.", at, topic)
        return
    address, name = mailbox.get("email"), mailbox.get("name", "")
    if address is None:
        yield complaint(
            f"The {topic.split('.')[-1]} email parameter is required.", f"{at}.email", topic
        )
    elif not isinstance(address, str):
        message = f"Invalid type. Expected: string, given: {_kind(address)}."
        yield complaint(message, f"{at}.email", topic)
    elif len(address) > ADDRESS_LENGTH:
        message = "The email exceeds the maximum total length of 320 characters"
        yield complaint(message, f"{at}.email", topic)
    elif not _is_address(address):
        yield complaint("Does not contain a valid address.", f"{at}.email", topic)
    if not isinstance(name, str):
        message = f"Invalid type. Expected: string, given: {_kind(name)}."
        yield complaint(message, f"{at}.name", topic)
    elif ";" in name or "," in name:
        yield complaint("The name cannot contain the characters ; or ,", f"{at}.name", topic)


def send_at_errors(send_at: Any, now: float, at: str) -> Iterator[Complaint]:
    """What is wrong with a send time."""
    if send_at is None:
        return
    if type(send_at) is not int:
        yield complaint(
            "The send_at parameter is expecting a Unix timestamp as an integer. We will send "
            "immediately if you include a send_at timestamp that is in the past.",
            at,
            "send_at",
        )
    elif send_at > now + AT_MOST_AHEAD:
        message = "Scheduling more than 72 hours in advance is forbidden."
        yield complaint(message, at, "send_at")


def header_errors(headers: Any, at: str) -> Iterator[Complaint]:
    """What is wrong with a mail's own headers."""
    if not isinstance(headers, dict):
        yield complaint(f"Invalid type. Expected: object, given: {_kind(headers)}.", at)
        return
    for message in _header_name_messages(tuple(headers)):
        yield complaint(message, at, "headers")
    for name, value in headers.items():
        if not isinstance(value, str):
            yield complaint("The header values must be strings.", f"{at}.{name}", "headers")
        elif "\r" in value or "\n" in value or not value.isascii():
            message = "Header values cannot contain non-ASCII or CRLF characters."
            yield complaint(message, f"{at}.{name}", "headers")


def custom_args_errors(own: Any, common: Mapping[str, Any], at: str) -> Iterator[Complaint]:
    """What is wrong with custom arguments, merged with those of the whole mail."""
    if own is None:
        return
    topic = "personalizations.custom_args"
    if not isinstance(own, dict):
        yield complaint(f"Invalid type. Expected: object, given: {_kind(own)}.", at, topic)
    elif not own:
        yield complaint("custom_args cannot be empty.", at, topic)
    elif not _all_strings(own):
        yield complaint("All values of custom arguments object must be strings", at, topic)
    elif _size({**common, **own}) > AT_MOST_BYTES:
        yield complaint(
            "The combined size of both global and personalization custom arguments may not exceed "
            "10,000 bytes per personalization.",
            at,
            topic,
        )


def _person_errors(
    person: Any, at: str, mail: Mapping[str, Any], now: float, addresses: dict[str, int]
) -> Iterator[Complaint]:
    if not isinstance(person, dict):
        yield Complaint(f"Invalid type. Expected: object, given: {_kind(person)}.", at)
        return
    for key in person.keys() - ALLOWED:
        yield complaint(f"Additional property {key} is not allowed", at, "personalizations")
    yield from _address_errors(person, at, addresses)
    yield from _subject_errors(person, at, mail)
    yield from _substitution_errors(person.get("substitutions"), f"{at}.substitutions")
    if "headers" in person:
        yield from header_errors(person["headers"], f"{at}.headers")
    if "from" in person:
        yield from mailbox_errors(person["from"], f"{at}.from", "personalizations.from")
    common = mail.get("custom_args") or {}
    yield from custom_args_errors(person.get("custom_args"), common, f"{at}.custom_args")
    yield from send_at_errors(person.get("send_at"), now, f"{at}.send_at")


def _address_errors(
    person: Mapping[str, Any], at: str, addresses: dict[str, int]
) -> Iterator[Complaint]:
    if not isinstance(person.get("to"), list) or not person["to"]:
        yield complaint(NO_TO, f"{at}.to", "personalizations.to")
        return
    own: set[str] = set()
    for role in ("to", "cc", "bcc"):
        mailboxes = person.get(role, [])
        if not isinstance(mailboxes, list):
            message = f"Invalid type. Expected: array, given: {_kind(mailboxes)}."
            yield complaint(message, f"{at}.{role}", f"personalizations.{role}")
            continue
        for place, mailbox in enumerate(mailboxes):
            field = f"{at}.{role}.{place}"
            if wrong := [*mailbox_errors(mailbox, field, f"personalizations.{role}")]:
                yield from wrong
                continue
            address = mailbox["email"].lower()
            if address in own:
                yield complaint(
                    "Each email address in the personalization block should be unique between to, "
                    f"cc, and bcc. We found the first duplicate instance of [{mailbox['email']}] in "
                    f"the {at}.{role} field.",
                    at,
                    "recipient-errors",
                )
            else:
                addresses[address] = addresses.get(address, 0) + 1
            own.add(address)


def _is_address(address: str) -> bool:
    if not ADDRESS.fullmatch(address):
        return False
    try:
        return address.isascii() or bool(address.rpartition("@")[2].encode("idna"))
    except UnicodeError:  # a label that is too long once it is written in ASCII
        return False


def _repeated(addresses: Mapping[str, int]) -> Iterator[Complaint]:
    for address, times in addresses.items():
        if times > 1:
            yield complaint(
                "Each unique email address in the personalizations array should only be included "
                f"once. You have included {address} more than once.",
                "personalizations",
            )


def _subject_errors(
    person: Mapping[str, Any], at: str, mail: Mapping[str, Any]
) -> Iterator[Complaint]:
    if "subject" in person:
        if not isinstance(person["subject"], str) or not person["subject"]:
            message = "The subject of your email must be a string at least one character in length."
            yield complaint(message, f"{at}.subject", "personalizations.subject")
    elif not mail.get("subject"):
        yield complaint(
            "The subject is required. You can get around this requirement if you use a template "
            "with a subject defined or if every personalization has a subject defined.",
            "subject",
        )


def _substitution_errors(substitutions: Any, at: str) -> Iterator[Complaint]:
    topic = "personalizations.substitutions"
    if substitutions is None:
        return
    if not isinstance(substitutions, dict) or not _all_strings(substitutions):
        yield complaint(
            "The substitution values must be an object of key/value pairs, where the values are "
            "all strings.",
            at,
            topic,
        )
    elif len(substitutions) > AT_MOST_SUBSTITUTIONS:
        yield complaint("You are limited to 10,000 substitutions.", at, topic)
    elif _size(substitutions) > AT_MOST_BYTES:
        message = "The substitutions of a personalization may not exceed 10,000 bytes."
        yield complaint(message, at, topic)


def _all_strings(values: Mapping[str, Any]) -> bool:
    return all(isinstance(value, str) for value in values.values())


def _size(values: Mapping[str, str]) -> int:
    characters = sum(map(len, values)) + sum(map(len, values.values()))
    if characters * 4 <= AT_MOST_BYTES:
        return characters
    return sum(len(key.encode()) + len(value.encode()) for key, value in values.items())


@lru_cache(maxsize=256)
def _header_name_messages(names: tuple[str, ...]) -> tuple[str, ...]:
    found = []
    if any(not name or not name.isascii() or re.search(r"[\s:]", name) for name in names):
        found.append("Header keys cannot contain non-ASCII characters or empty spaces.")
    if any(name.lower() in RESERVED for name in names):
        found.append("Header cannot be one of the reserved keys.")
    if len({name.lower() for name in names}) < len(names):
        found.append("The headers cannot contain duplicate keys.")
    return tuple(found)


def _kind(value: Any) -> str:
    kinds = {dict: "object", list: "array", str: "string", int: "integer", bool: "boolean"}
    return kinds.get(type(value), "null" if value is None else "number")
