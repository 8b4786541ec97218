"""This module flags addresses worth a second look: typing errors, role accounts, throw-away domains.

A flag changes nothing by itself: it is shown, and a person decides.
"""

from functools import cache

from newsletter.audience.memo import Memo

ROLES = frozenset(
    "abuse admin administrator accounts accounting all billing bookings careers contact customerservice "
    "desk enquiries everyone finance frontdesk hello help helpdesk hostmaster hr info inquiries it jobs "
    "legal list mail mailer-daemon marketing media news newsletter no-reply noreply office orders "
    "postmaster press privacy reception root sales security service spam staff subscribe support team "
    "unsubscribe usenet uucp webmaster welcome www".split()
)
"""Addresses that belong to a role and not to a person (RFC 2142, and what clinics see)."""

LONGEST_ROLE = max(map(len, ROLES))

PROVIDERS = (
    "gmail.com yahoo.com hotmail.com outlook.com icloud.com aol.com comcast.net att.net bellsouth.net "
    "cox.net msn.com live.com me.com verizon.net sbcglobal.net protonmail.com charter.net earthlink.net "
    "googlemail.com ymail.com mail.com gmx.com gmx.net gmx.de proton.me email.com aim.com mac.com "
    "hey.com fastmail.com zoho.com rocketmail.com hotmail.co.uk yahoo.co.uk yahoo.fr hotmail.fr".split()
)
"""Where most people have their address; none of these is a typing error for another."""

ENDINGS = {"con": "com", "cmo": "com", "ocm": "com", "comm": "com", "vom": "com", "xom": "com",
           "coom": "com", "cpm": "com", "om": "com", "cm": "com", "co": "com", "nett": "net",
           "ney": "net", "met": "net", "ner": "net", "comcom": "com"}  # fmt: skip
LONG_ENOUGH = 5
"""A shorter name is too near to too many others: fox.net is not cox.net."""


def doubts(local: str, host: str) -> tuple[str, ...]:
    """The flags of an address, in lower case."""
    role = ("role account",) if local in ROLES else ()
    return (*role, *HOSTS[host])


@cache
def _throw_away() -> frozenset[str]:
    from disposable_email_domains import blocklist

    return frozenset(blocklist)


def host_doubts(host: str) -> tuple[str, ...]:
    """The flags of a domain."""
    if host in PROVIDERS:
        return ()
    if meant := suggestion(host):
        return (f"perhaps {meant}",)
    above = host.partition(".")[2]
    return ("disposable domain",) if {host, above} & _throw_away() else ()


HOSTS: Memo[str, tuple[str, ...]] = Memo(host_doubts)
"""The flags of domains: of a thousand addresses most are at few."""


def suggestion(host: str) -> str:
    """The provider that *host* is one slip of a finger away from, or nothing."""
    name, _, ending = host.rpartition(".")
    if (mended := f"{name}.{ENDINGS.get(ending, '')}") in PROVIDERS:
        return mended
    for provider in PROVIDERS:
        known, _, usual = provider.rpartition(".")
        alike = len(known) >= LONG_ENOUGH and usual == ENDINGS.get(ending, ending)
        if alike and _one_slip(name, known):
            return provider
    return ""


def _one_slip(word: str, known: str) -> bool:
    """Whether one letter was left out, added, changed, or two were swapped."""
    if abs(len(word) - len(known)) > 1 or word == known:
        return False
    start = next(
        (n for n, pair in enumerate(zip(word, known, strict=False)) if pair[0] != pair[1]), None
    )
    if start is None:
        return True
    rest, right = word[start:], known[start:]
    return (
        rest[1:] == right[1:]
        or rest[1:] == right
        or rest == right[1:]
        or (rest[:2] == right[1::-1] and rest[2:] == right[2:])
    )
