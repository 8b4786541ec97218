"""Looking after lists: doubtful addresses, domains that take no mail, people who never open."""

import socketserver
import threading
from collections.abc import Iterator

import dns.message
import dns.rcode
import dns.rrset
import pytest

from newsletter.audience.domains import NOWHERE, NULL, TAKES, UNKNOWN, ask_all, asker
from newsletter.audience.hygiene import Doubt, hygiene
from newsletter.store import Store

from .conftest import NOW, MergeAll, Write
from .test_segments import happened, sent

ZONE = {
    ("takes.example.com.", "MX"): "10 mx.example.com.",
    ("null.example.com.", "MX"): "0 .",
    ("plain.example.com.", "A"): "192.0.2.1",
}
THERE = {name for name, _kind in ZONE} | {"empty.example.com."}


class Answer(socketserver.BaseRequestHandler):
    """A name server for made-up domains."""

    def handle(self) -> None:
        packet, out = self.request
        asked = dns.message.from_wire(packet)
        (question,) = asked.question
        name, kind = question.name.to_text(), dns.rdatatype.to_text(question.rdtype)
        reply = dns.message.make_response(asked)
        if name not in THERE:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        elif (name, kind) in ZONE:
            reply.answer.append(dns.rrset.from_text(name, 60, "IN", kind, ZONE[name, kind]))
        out.sendto(reply.to_wire(), self.client_address)


@pytest.fixture
def nameserver() -> Iterator[tuple[str, int]]:
    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield "127.0.0.1", server.server_address[1]
        server.shutdown()


def test_the_dns_says_which_domains_take_mail(nameserver: tuple[str, int]) -> None:
    domains = ("takes", "null", "plain", "empty", "nowhere")
    answers = ask_all((f"{name}.example.com" for name in domains), asker([nameserver]))
    assert [answers[f"{name}.example.com"] for name in domains] == [
        TAKES,
        NULL,
        TAKES,
        NOWHERE,
        NOWHERE,
    ]


def test_without_a_network_nothing_is_verified_and_only_one_domain_is_tried() -> None:
    tried = []

    def ask(domain: str) -> str:
        tried.append(domain)
        return UNKNOWN

    assert ask_all(["b.com", "a.com"], ask) == {"a.com": UNKNOWN, "b.com": UNKNOWN}
    assert tried == ["a.com"]
    assert asker([("127.0.0.1", 9)], seconds=0.2)("example.com") == UNKNOWN
    assert ask_all([], ask) == {}


def test_doubtful_addresses_are_shown_with_their_row(
    write: Write, merge: MergeAll, store: Store, nameserver: tuple[str, int]
) -> None:
    write(
        "desk",
        "Email\nada@takes.example.com\nbeau@gmial.com\ninfo@plain.example.com\nzoe@null.example.com\ngone@mailinator.com,\n",
    )
    merge()
    answers = asker([nameserver])
    with store.read() as connection:
        found = hygiene(
            connection,
            lambda name: answers(name) if name.endswith(".example.com") else TAKES,
            now=NOW,
        )
    assert found.doubts == (
        Doubt("beau@gmial.com", "perhaps gmail.com", "desk", 3),
        Doubt("gone@mailinator.com", "disposable domain", "desk", 6),
        Doubt("info@plain.example.com", "role account", "desk", 4),
        Doubt("zoe@null.example.com", "the domain takes no mail (null MX)", "desk", 5),
    )
    assert (found.people, found.domains, found.not_verified, found.asleep) == (5, 5, 0, None)


def test_whoever_got_five_letters_and_opened_none_is_asleep(
    write: Write, merge: MergeAll, store: Store
) -> None:
    write("desk", "Email\nada@example.com\nbeau@example.com\ncamille@example.com\n")
    merge()
    with store.write() as connection:
        for number in range(1, 6):
            who = ("ada", "beau", "camille") if number < 5 else ("ada", "beau")
            sent(connection, number, f"edition {number}", who, at=NOW - number)
        happened(connection, 3, 1, "opened")
    with store.read() as connection:
        assert hygiene(connection, lambda name: TAKES, now=NOW).asleep == 1
        assert hygiene(connection, lambda name: TAKES, now=NOW + 2 * 365 * 86_400).asleep == 0
