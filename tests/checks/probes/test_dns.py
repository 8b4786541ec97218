"""Records are asked of a real name server, which runs on this computer."""

import socketserver
import threading
from collections.abc import Iterator

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset
import pytest

from newsletter.checks.evidence import Records, Unverified
from newsletter.checks.probes.dns import ABSENT, ask_exchanges, ask_records, ask_reply, takes_mail

ZONE = {
    ("clinic.org", "TXT"): ['"v=spf1 include:sendgrid.net ~all"'],
    ("s1._domainkey.clinic.org", "TXT"): ['"k=rsa; t=s; p=MIGfMA0"'],
    ("_dmarc.clinic.org", "TXT"): ['"v=DMARC1; p=none"'],
    ("clinic.org", "MX"): ["10 mail.clinic.org."],
    ("mail.clinic.org", "A"): ["8.8.4.4"],
    ("bare.org", "TXT"): ['"hello"'],
    ("bare.org", "A"): ["8.8.8.8"],
    ("null.org", "MX"): ["0 ."],
    ("com", "NS"): ["a.gtld-servers.net."],
}
NAMES = {name for name, _kind in ZONE} | {"news.clinic.org"}


class Answers(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        data, socket = self.request
        query = dns.message.from_wire(data)
        question = query.question[0]
        name, kind = (
            question.name.to_text(omit_final_dot=True),
            dns.rdatatype.to_text(question.rdtype),
        )
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA
        if name == "broken.org":
            reply.set_rcode(dns.rcode.SERVFAIL)
        elif name not in NAMES:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        elif found := ZONE.get((name, kind)):
            reply.answer.append(dns.rrset.from_text_list(question.name, 60, "IN", kind, found))
        socket.sendto(reply.to_wire(), self.client_address)


@pytest.fixture(scope="module")
def resolver() -> Iterator[dns.resolver.Resolver]:
    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        made = dns.resolver.Resolver(configure=False)
        made.nameservers, made.port, made.lifetime = ["127.0.0.1"], server.server_address[1], 2
        yield made
        server.shutdown()


@pytest.mark.parametrize(
    ("address", "records"),
    [
        ("news@clinic.org", Records("clinic.org", spf=True, dkim=True, dmarc=True)),
        ("news@news.clinic.org", Records("news.clinic.org", spf=False, dkim=True, dmarc=True)),
        ("news@bare.org", Records("bare.org", spf=False, dkim=False, dmarc=False)),
        ("news@nowhere.org", Records("nowhere.org", spf=False, dkim=False, dmarc=False)),
    ],
)
def test_the_records_of_the_sender(
    resolver: dns.resolver.Resolver, address: str, records: Records
) -> None:
    assert ask_records(address, resolver) == records


def test_a_name_server_that_fails_verifies_nothing(resolver: dns.resolver.Resolver) -> None:
    found = ask_records("news@broken.org", resolver)
    assert isinstance(found, Unverified)
    assert found.why.startswith("the records of broken.org could not be looked up")
    assert isinstance(ask_records("", resolver), Unverified)
    assert isinstance(ask_reply("news@broken.org", resolver), Unverified)


@pytest.mark.parametrize(
    ("domain", "takes"),
    [("clinic.org", True), ("bare.org", True), ("null.org", False), ("nowhere.org", False), ("broken.org", None)],
)  # fmt: skip
def test_which_domains_take_mail(
    resolver: dns.resolver.Resolver, domain: str, takes: bool | None
) -> None:
    assert takes_mail(domain, resolver) is takes


def test_domains_are_asked_side_by_side_and_unknown_ones_left_out(
    resolver: dns.resolver.Resolver,
) -> None:
    asked = ["clinic.org", "null.org", "broken.org", "gmail.com", "clinic.org"]
    assert ask_exchanges(asked, resolver) == {"clinic.org": True, "null.org": False}
    assert isinstance(ask_exchanges(["broken.org"], resolver), Unverified)
    assert ask_exchanges(["gmail.com"], resolver) == {}
    assert ask_reply("jo@clinic.org", resolver) is True


def test_a_name_server_that_knows_nothing_verifies_nothing(resolver: dns.resolver.Resolver) -> None:
    """Some computers without a network say that no name exists."""
    known = ZONE.pop(("com", "NS"))
    NAMES.discard("com")
    try:
        assert ask_records("news@nowhere.org", resolver) == ABSENT
        assert ask_exchanges(["nowhere.org"], resolver) == ABSENT
        assert ask_reply("jo@nowhere.org", resolver) == ABSENT
    finally:
        ZONE["com", "NS"] = known
        NAMES.add("com")
