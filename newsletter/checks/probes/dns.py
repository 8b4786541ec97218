"""This module asks the domain name system: is the sender's domain authenticated, does a domain take mail."""

import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

from dns.exception import DNSException
from dns.resolver import NXDOMAIN, NoAnswer, Resolver
from email_validator import EmailNotValidError, validate_email

from newsletter.audience import domain_of
from newsletter.checks.domains import KNOWN
from newsletter.checks.evidence import Records, Unverified

SECONDS, SECONDS_IN_ALL = 5.0, 20.0
WORKERS = 16
SELECTORS = ("s1", "s2")
"""Under which SendGrid has its DKIM keys (Sender Authentication)."""
CURE = "connect to the network, and check again"
ABSENT = Unverified("there is no network, so no name was looked up", CURE)


def resolver() -> Resolver:
    """This computer's own, with a deadline."""
    made = Resolver()
    made.lifetime = SECONDS
    return made


def is_there(ask: Resolver) -> bool:
    """Whether the domain name system answers: where even .com is unknown, no other name tells anything."""
    try:
        return bool(ask.resolve("com.", "NS"))
    except DNSException:
        return False


def ask_records(address: str, ask: Resolver) -> Records | Unverified:
    """SPF, DKIM and DMARC of the domain of *address* (RFC 7208, 6376, 7489)."""
    domain = domain_of(address)
    if not domain:
        return Unverified("there is no sender yet", "type newsletter setup to enter it")
    if not is_there(ask):
        return ABSENT
    parent = ".".join(domain.split(".")[-2:])
    try:
        spf = any(text.startswith("v=spf1") for text in _texts(ask, domain))
        dkim = any(
            "p=" in text
            for name in SELECTORS
            for place in dict.fromkeys((domain, parent))
            for text in _texts(ask, f"{name}._domainkey.{place}")
        )
        policies = [*_texts(ask, f"_dmarc.{domain}"), *_texts(ask, f"_dmarc.{parent}")]
        return Records(domain, spf, dkim, any(text.startswith("v=DMARC1") for text in policies))
    except DNSException as error:
        return Unverified(
            f"the records of {domain} could not be looked up ({type(error).__name__})", CURE
        )


def _texts(ask: Resolver, name: str) -> list[str]:
    try:
        return [
            b"".join(record.strings).decode(errors="replace") for record in ask.resolve(name, "TXT")
        ]
    except (NXDOMAIN, NoAnswer):
        return []


def takes_mail(domain: str, ask: Resolver) -> bool | None:
    """Whether *domain* takes mail (RFC 5321, 7505); None where nobody can tell now."""
    try:
        found = validate_email(f"postmaster@{domain}", check_deliverability=True, dns_resolver=ask)
    except EmailNotValidError:
        return False
    return True if getattr(found, "mx", None) else None


def ask_exchanges(domains: Iterable[str], ask: Resolver) -> Mapping[str, bool] | Unverified:
    """For each domain whether it takes mail; those that cannot be told now are left out."""
    wanted = sorted(set(domains) - KNOWN)
    if wanted and not is_there(ask):
        return ABSENT
    until = time.monotonic() + SECONDS_IN_ALL

    def told_in_time(domain: str) -> bool | None:
        return takes_mail(domain, ask) if time.monotonic() < until else None

    with ThreadPoolExecutor(WORKERS) as workers:
        told = dict(zip(wanted, workers.map(told_in_time, wanted), strict=True))
    known = {domain: takes for domain, takes in told.items() if takes is not None}
    if wanted and not known:
        return Unverified(
            "no domain could be looked up, so nobody knows which addresses take mail", CURE
        )
    return known


def ask_reply(address: str, ask: Resolver) -> bool | Unverified:
    """Whether replies to *address* arrive anywhere."""
    if not is_there(ask):
        return ABSENT
    takes = takes_mail(address.rpartition("@")[2], ask)
    return (
        Unverified(f"nobody knows whether {address} takes mail", CURE) if takes is None else takes
    )
