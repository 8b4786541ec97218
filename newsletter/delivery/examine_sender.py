"""This module asks SendGrid and the DNS whether receivers will believe who sends.

Source: support.google.com/a/answer/81126 and senders.yahooinc.com: bulk senders need SPF and DKIM, a DMARC
policy, and a From whose domain is the signing one.
"""

from collections.abc import Mapping
from typing import Any

from newsletter.audience import domain_of
from newsletter.config import Settings
from newsletter.delivery.account import Account
from newsletter.delivery.dns import Dns, organisation
from newsletter.delivery.examined import ADVICE, GOOD, NOT_VERIFIED, WRONG, Examined, Lines, examine

AUTHENTICATION = "Settings, Sender Authentication at SendGrid"
DMARC_EXAMPLE = "v=DMARC1; p=none; rua=mailto:you@your-domain"


def examine_sender(account: Account, settings: Settings, dns: Dns | None) -> Lines:
    """SPF, DKIM, DMARC and the domain of links; without *dns* what stands there is not verified."""
    address = settings.sender.email
    if "@" not in address:
        cure = "type newsletter setup and enter an address on the clinic's own domain"
        yield Examined("Sender", WRONG, "[sender] email is empty", cure)
        return
    domain = domain_of(address)
    found: list[Mapping[str, Any]] = []
    yield examine("Sender's domain", lambda: _domain(account, domain, found))
    yield _records(dns, found)
    yield _dmarc(dns, domain)
    yield examine("Domain of links", lambda: _links(account, settings))


def _domain(account: Account, domain: str, found: list[Mapping[str, Any]]) -> Examined:
    what = "Sender's domain"
    known = _known(account, domain)
    found += [one for one in known if one.get("valid")] or known
    if any(one.get("valid") for one in known):
        return Examined(what, GOOD, f"{found[0]['domain']} is authenticated (SPF, DKIM)")
    if not known:
        cure = f"add {domain} at {AUTHENTICATION}, and its records where the domain is registered"
        return Examined(what, WRONG, f"{domain} is not authenticated at SendGrid", cure)
    broken = [entry["host"] for entry in found[0]["dns"].values() if not entry.get("valid")]
    cure = f"put {', '.join(broken)} right where the domain is registered, then Verify at {AUTHENTICATION}"
    return Examined(what, WRONG, f"the records of {found[0]['domain']} are not right", cure)


def _known(account: Account, domain: str) -> list[Mapping[str, Any]]:
    """What SendGrid knows of *domain* or a parent; it keeps stale entries, so all are looked at."""
    for name in organisation(domain):
        entries = account.get("whitelabel/domains", domain=name, limit=50)
        if same := [one for one in entries if str(one.get("domain")).lower() == name]:
            return same
    return []


def _records(dns: Dns | None, found: list[Mapping[str, Any]]) -> Examined:
    what = "SPF and DKIM in the DNS"
    if dns is None or not found:
        return Examined(what, NOT_VERIFIED, "the DNS was not asked")
    wanted = {
        str(entry["host"]): str(entry["data"]).rstrip(".").lower()
        for entry in found[0]["dns"].values()
        if entry.get("type") == "cname"
    }
    return examine(what, lambda: _compared(dns, wanted))


def _compared(dns: Dns, wanted: Mapping[str, str]) -> Examined:
    what = "SPF and DKIM in the DNS"
    if not wanted:
        return Examined(what, NOT_VERIFIED, "SendGrid names no records to look for")
    wrong = [host for host, data in wanted.items() if dns.cname(host) != data]
    if not wrong:
        return Examined(what, GOOD, f"{', '.join(wanted)} point to SendGrid")
    cure = "; ".join(f"let {host} be a CNAME of {wanted[host]}" for host in wrong)
    return Examined(what, WRONG, f"{', '.join(wrong)} do not point to SendGrid", cure)


def _dmarc(dns: Dns | None, domain: str) -> Examined:
    what = "DMARC"
    if dns is None:
        return Examined(what, NOT_VERIFIED, "the DNS was not asked")
    return examine(what, lambda: _policy(dns, domain))


def _policy(dns: Dns, domain: str) -> Examined:
    what = "DMARC"
    for name in organisation(domain):
        records = [one for one in dns.texts(f"_dmarc.{name}") if one.startswith("v=DMARC1")]
        if len(records) > 1:
            cure = "keep one of them"
            return Examined(what, WRONG, f"_dmarc.{name} has {len(records)} policies", cure)
        if records:
            return Examined(what, GOOD, f"_dmarc.{name}: {records[0]}")
    cure = f"add a TXT record at _dmarc.{organisation(domain)[-1]}: {DMARC_EXAMPLE}"
    return Examined(what, WRONG, f"{domain} has no policy; Google and Yahoo ask for one", cure)


def _links(account: Account, settings: Settings) -> Examined:
    what = "Domain of links"
    branded = [one for one in account.get("whitelabel/links") if one.get("valid")]
    if branded:
        return Examined(what, GOOD, f"{branded[0]['subdomain']}.{branded[0]['domain']}")
    if settings.site.url and not settings.sending.click_tracking:
        return Examined(what, GOOD, "links are the clinic's own; none goes over SendGrid")
    cure = f"add link branding at {AUTHENTICATION}"
    return Examined(what, ADVICE, "links that SendGrid makes lead over sendgrid.net", cure)
