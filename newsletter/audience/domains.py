"""This module asks whether domains take mail: by their MX records, or says that nobody could be asked."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dns.resolver import Resolver

AT_ONCE = 16

Ask = Callable[[str], str]
"""What the DNS says of a domain: one of ANSWERS."""

TAKES, NULL, NOWHERE, UNKNOWN = ANSWERS = (
    "takes mail",
    "null MX",
    "no such domain",
    "not verified",
)
"""A null MX says that a domain takes no mail at all (RFC 7505)."""


def ask_all(domains: Iterable[str], ask: Ask) -> Mapping[str, str]:
    """The answer for each of *domains*, some at a time; where the first cannot be asked, there is no network: none is."""
    first, *rest = sorted(set(domains)) or [""]
    if not first:
        return {}
    answer = ask(first)
    if answer == UNKNOWN:
        return dict.fromkeys([first, *rest], UNKNOWN)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return {first: answer, **dict(zip(rest, pool.map(ask, rest), strict=True))}


def asker(nameservers: Iterable[tuple[str, int]] = (), seconds: float = 3) -> Ask:
    """Ask the computer's own name servers, or *nameservers* (address and port), at most *seconds* for a domain."""
    import dns.resolver

    try:
        resolver = dns.resolver.Resolver(configure=not nameservers)
    except dns.resolver.NoResolverConfiguration:
        return lambda domain: UNKNOWN
    if nameservers:
        resolver.nameservers = [address for address, _port in nameservers]
        resolver.nameserver_ports = dict(nameservers)
    resolver.lifetime = seconds

    return partial(_asked, resolver)


def _asked(resolver: "Resolver", domain: str) -> str:
    import dns.exception
    import dns.resolver

    try:
        found = resolver.resolve(domain, "MX")
    except dns.resolver.NXDOMAIN:
        return NOWHERE
    except dns.resolver.NoAnswer:
        return _by_address(resolver, domain)
    except dns.exception.DNSException:
        return UNKNOWN
    return NULL if [str(record.exchange) for record in found] == ["."] else TAKES


def _by_address(resolver: "Resolver", domain: str) -> str:
    """Without MX records mail goes to the domain's own address (RFC 5321, section 5.1)."""
    import dns.exception
    import dns.resolver

    for kind in ("A", "AAAA"):
        try:
            resolver.resolve(domain, kind)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            continue
        except dns.exception.DNSException:
            return UNKNOWN
        return TAKES
    return NOWHERE
