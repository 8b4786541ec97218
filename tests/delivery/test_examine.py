"""What a campaign rests on at SendGrid: each line a verdict, and what to do."""

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from newsletter.config import Sending, Settings
from newsletter.delivery import Account, Dns, Patience, connect_webhook
from newsletter.delivery.answers import PERMISSIONS
from newsletter.delivery.dns import NoDns, organisation
from newsletter.delivery.examine import Mailing, examine_account, refuse_missing_group
from newsletter.delivery.examine_leaving import examine_leaving
from newsletter.delivery.examine_sender import examine_sender
from newsletter.delivery.examined import Examined
from newsletter.errors import NewsletterError, ServiceFailed
from newsletter.sandbox import Fault, behave

from .conftest import Clinic

EVENTS = "https://news.example.com/events"
QUICK = Patience(tries=1, seconds=0.01)
Found = dict[str, Examined]


def by_name(lines: Iterator[Examined]) -> Found:
    return {line.what: line for line in lines}


@pytest.fixture
def examined(clinic: Clinic) -> Callable[..., Found]:
    """What is said of the account where the sandbox behaves as asked."""

    def found(people: int = 10, group: int = 0, **behaviour: Any) -> Found:
        behave(clinic.sandbox.url, **behaviour)
        sendgrid = replace(clinic.settings.sendgrid, group=group)
        mailing = Mailing(replace(clinic.settings, sendgrid=sendgrid), people)
        return by_name(examine_account(clinic.account, mailing))

    return found


def test_an_account_in_order_is_good_in_every_line(examined) -> None:
    assert {name: line.verdict for name, line in examined().items()} == dict.fromkeys(
        [
            "SendGrid key",
            "What the key may do",
            "Clock of this computer",
            "Mails left",
            "Places for undo",
            "Reputation",
        ],
        "good",
    )


def test_a_restricted_key_is_told_what_it_lacks_and_what_for(examined) -> None:
    line = examined(missing_scopes=["mail.batch.create", "suppression.bounces.read"])[
        "What the key may do"
    ]
    assert (line.verdict, line.found) == (
        "wrong",
        "it may not: mail.batch.create (to take mail back), suppression.bounces.read (to see who bounced)",
    )
    assert "edit the key at Settings, API Keys" in line.cure


def test_a_key_that_may_not_read_who_left_the_group_is_told_so(examined) -> None:
    missing = ["asm.groups.suppressions.read"]
    assert examined(missing_scopes=missing)["What the key may do"].verdict == "good"
    line = examined(group=1, missing_scopes=missing)["What the key may do"]
    assert line.found == (
        "it may not: asm.groups.suppressions.read (to see who left the unsubscribe group)"
    )


def test_all_places_that_name_what_the_key_needs_name_the_same(clinic, examined) -> None:
    behave(clinic.sandbox.url, missing_scopes=["categories.stats.read"])
    with pytest.raises(NewsletterError, match=f"the key needs {PERMISSIONS}, and "):
        clinic.account.get("categories/stats", categories="news", start_date="2026-11-01")
    assert PERMISSIONS in examined()["What the key may do"].cure
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    assert f"a SendGrid key ({PERMISSIONS})" in " ".join(readme.split())


@pytest.mark.parametrize(
    ("left", "verdict"), [(9, "wrong"), (10, "advice"), (19, "advice"), (20, "good")]
)
def test_mails_left_are_held_against_the_subscribers(examined, left, verdict) -> None:
    line = examined(credits=left)["Mails left"]
    assert line.verdict == verdict
    assert line.found.startswith(f"{left} until ")
    assert line.found.endswith("for 10 subscribers")


@pytest.mark.parametrize(
    ("taken", "verdict"), [(5, "good"), (6, "advice"), (9, "advice"), (10, "wrong")]
)
def test_places_for_undo_are_counted(examined, clinic, taken, verdict) -> None:
    for _ in range(taken):
        clinic.account.stop_batch(clinic.account.new_batch())
    line = examined()["Places for undo"]
    assert line.verdict == verdict
    assert line.found.startswith(f"{10 - taken} of 10 free")


def test_what_the_key_may_not_ask_is_not_verified(examined) -> None:
    line = examined(missing_scopes=["user.credits.read"])["Mails left"]
    assert line.verdict == "not verified"
    assert "SendGrid forbids this" in line.found


def test_a_clock_that_is_wrong_is_said_and_does_no_harm(examined, clinic) -> None:
    clinic.sandbox.office.clock.skip(3600)
    line = examined()["Clock of this computer"]
    assert line.verdict == "advice"
    assert line.found.endswith("s slow; campaigns go by SendGrid's clock all the same")


@pytest.mark.parametrize(("group", "verdict"), [(1, "good"), (7, "wrong")])
def test_an_unsubscribe_group_must_be_there(examined, clinic, group, verdict) -> None:
    clinic.account.ask("post", "asm/groups", {"name": "News", "description": "News"}, 201)
    line = examined(group=group)["Unsubscribe group"]
    assert line.verdict == verdict
    if verdict == "wrong":
        assert line.found == "there is no group 7 at SendGrid"
        assert line.cure == "write [sendgrid] group = 0, or one of: 1 (News)"


def test_a_key_that_may_not_read_groups_may_send_all_the_same(clinic) -> None:
    refuse_missing_group(clinic.account, 0)
    with pytest.raises(NewsletterError, match="there is no group 7 at SendGrid"):
        refuse_missing_group(clinic.account, 7)
    behave(clinic.sandbox.url, missing_scopes=["asm.groups.read"])
    refuse_missing_group(clinic.account, 7)


def test_a_group_that_cannot_be_asked_for_is_not_taken_for_missing(clinic) -> None:
    clinic.misbehave(Fault("error before", path="/v3/asm/groups", method="GET", times=-1))
    with pytest.raises(ServiceFailed):
        refuse_missing_group(clinic.account, 7)


def test_a_key_that_is_not_let_in_ends_the_examination(clinic) -> None:
    clinic.sandbox.office.key = "SG.another"
    (line,) = examine_account(clinic.account, Mailing(clinic.settings, 1))
    assert (line.what, line.verdict) == ("SendGrid key", "wrong")
    assert "newsletter setup" in line.cure


def test_a_sendgrid_that_does_not_answer_has_failed(clinic) -> None:
    with Account("SG.test", "http://127.0.0.1:9", patience=QUICK) as account:
        (line,) = examine_account(account, Mailing(clinic.settings, 1))
    assert (line.what, line.verdict) == ("SendGrid key", "failed")
    assert "nobody answers at 127.0.0.1:9" in line.found


def test_one_answer_that_fails_leaves_the_others(examined, clinic) -> None:
    clinic.misbehave(Fault("error before", path="/v3/user/credits", method="GET", times=-1))
    found = examined()
    assert (found["Mails left"].verdict, found["Places for undo"].verdict) == ("failed", "good")


@pytest.fixture
def zone() -> Iterator[tuple[dict[tuple[str, str], list[str]], Dns]]:
    """A DNS server of our own with a zone to fill."""
    records: dict[tuple[str, str], list[str]] = {}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        asked.bind(("127.0.0.1", 0))
        asked.settimeout(0.05)
        ended = threading.Event()

        def answer() -> None:
            while not ended.is_set():
                try:
                    packet, who = asked.recvfrom(4096)
                except TimeoutError:
                    continue
                query = dns.message.from_wire(packet)
                question = query.question[0]
                name, kind = question.name.to_text(omit_final_dot=True), question.rdtype.name
                response = dns.message.make_response(query)
                if known := records.get((name, kind)):
                    response.answer.append(
                        dns.rrset.from_text(question.name, 60, "IN", kind, *known)
                    )
                else:
                    response.set_rcode(dns.rcode.NXDOMAIN)
                asked.sendto(response.to_wire(), who)

        thread = threading.Thread(target=answer)
        thread.start()
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], asked.getsockname()[1]
        yield records, Dns(resolver)
        ended.set()
        thread.join()


def sender(clinic: Clinic, known: Dns | None, **behaviour: Any) -> Found:
    behave(clinic.sandbox.url, **behaviour)
    return by_name(examine_sender(clinic.account, clinic.settings, known))


def test_a_sender_whom_receivers_believe(clinic, zone) -> None:
    records, known = zone
    for host in ("em1", "s1._domainkey", "s2._domainkey"):
        records[f"{host}.clinic.example.com", "CNAME"] = ["Sandbox.invalid."]
    records["_dmarc.example.com", "TXT"] = ['"v=DMARC1; " "p=quarantine"']
    found = sender(clinic, known)
    assert {name: line.verdict for name, line in found.items()} == dict.fromkeys(
        ["Sender's domain", "SPF and DKIM in the DNS", "DMARC", "Domain of links"], "good"
    )
    assert found["DMARC"].found == "_dmarc.example.com: v=DMARC1; p=quarantine"


def test_what_is_missing_in_the_dns_is_named_with_its_value(clinic, zone) -> None:
    records, known = zone
    records["em1.clinic.example.com", "CNAME"] = ["sandbox.invalid."]
    records["s1._domainkey.clinic.example.com", "CNAME"] = ["elsewhere.example.com."]
    found = sender(clinic, known)
    line = found["SPF and DKIM in the DNS"]
    assert line.verdict == "wrong"
    assert line.found.startswith("s1._domainkey.clinic.example.com, s2._domainkey.")
    assert "let s2._domainkey.clinic.example.com be a CNAME of sandbox.invalid" in line.cure
    assert found["DMARC"].verdict == "wrong"
    assert "add a TXT record at _dmarc.example.com: v=DMARC1; p=none" in found["DMARC"].cure


def test_two_policies_are_one_too_many(clinic, zone) -> None:
    records, known = zone
    records["_dmarc.clinic.example.com", "TXT"] = ['"v=DMARC1; p=none"', '"v=DMARC1; p=reject"']
    assert sender(clinic, known)["DMARC"].found == "_dmarc.clinic.example.com has 2 policies"


@pytest.mark.parametrize(
    ("state", "found"),
    [
        ("missing", "clinic.example.com is not authenticated at SendGrid"),
        ("invalid", "the records of clinic.example.com are not right"),
    ],
)
def test_a_domain_that_is_not_authenticated_is_wrong(clinic, state, found) -> None:
    line = sender(clinic, None, domain=state)["Sender's domain"]
    assert (line.verdict, line.found) == ("wrong", found)
    assert "Sender Authentication" in line.cure


def test_without_the_dns_nothing_is_green(clinic) -> None:
    found = sender(clinic, None)
    assert found["DMARC"].verdict == found["SPF and DKIM in the DNS"].verdict == "not verified"


def test_a_dns_that_does_not_answer_has_failed(clinic) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], silent.getsockname()[1]
        resolver.lifetime = resolver.timeout = 0.1
        known = Dns(resolver, patience=0.2)
        with pytest.raises(NoDns, match="the DNS does not answer here"):
            known.texts("example.com")
        assert sender(clinic, known)["DMARC"].verdict == "failed"


def test_links_over_sendgrids_domain_are_worth_advice(clinic) -> None:
    line = sender(clinic, None, branded_links=False)["Domain of links"]
    assert (line.verdict, line.cure) == (
        "advice",
        "add link branding at Settings, Sender Authentication at SendGrid",
    )


def test_a_sender_must_be_named(clinic) -> None:
    settings = replace(clinic.settings, sender=replace(clinic.settings.sender, email=""))
    (line,) = examine_sender(clinic.account, settings, None)
    assert (line.verdict, line.found) == ("wrong", "[sender] email is empty")


def test_policies_are_looked_for_up_to_the_organisation() -> None:
    assert organisation("Mail.News.Example.com") == [
        "mail.news.example.com",
        "news.example.com",
        "example.com",
    ]
    assert organisation("localhost") == ["localhost"]


def leaving(
    clinic: Clinic,
    url: str = "https://127.0.0.1:9",
    sending: Sending | None = None,
    **sendgrid: Any,
) -> Found:
    settings: Settings = replace(
        clinic.settings,
        sending=sending or clinic.settings.sending,
        site=replace(clinic.settings.site, url=url),
        sendgrid=replace(clinic.settings.sendgrid, **sendgrid),
    )
    return by_name(examine_leaving(clinic.account, settings, EVENTS, f"{url}/u/0-0.signed"))


def test_a_site_that_does_not_answer_has_failed(clinic) -> None:
    line = leaving(clinic)["Unsubscribe"]
    assert (line.verdict, line.cure[:31]) == ("failed", "start newsletter serve on your ")


@pytest.mark.parametrize(
    ("status", "signed", "verdict", "found"),
    [
        (200, 200, "good", "{} answers, and knows the links of letters from this computer"),
        (200, 404, "wrong", "{} answers 404 to links of letters from this computer"),
        (204, 200, "wrong", "{}/health answers 204"),
        (502, 200, "wrong", "{}/health answers 502"),
    ],
)
def test_a_site_answers_for_its_health_and_its_links(
    clinic, status, signed, verdict, found
) -> None:
    answers = {"/health": status, "/u/0-0.signed": signed}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(answers.get(self.path, 404))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as site:
        thread = threading.Thread(target=site.serve_forever, args=(0.01,))
        thread.start()
        url = f"http://127.0.0.1:{site.server_port}"
        line = leaving(clinic, url)["Unsubscribe"]
        site.shutdown()
        thread.join()
    assert (line.verdict, line.found) == (verdict, found.format(url))


def test_events_come_home_or_are_worth_advice(clinic) -> None:
    assert leaving(clinic)["Events"].verdict == "advice"
    key = connect_webhook(clinic.account, EVENTS, clinic.settings.sending)
    assert leaving(clinic)["Events"].verdict == "wrong"
    assert leaving(clinic, webhook_key=key)["Events"].found == f"{EVENTS} is told, signed"
    watching = Sending(open_tracking=True, click_tracking=True)
    unheard = leaving(clinic, sending=watching, webhook_key=key)["Events"]
    assert (unheard.verdict, unheard.found) == (
        "wrong",
        "the webhook at SendGrid does not tell opens and clicks, which [sending] asks for",
    )
    connect_webhook(clinic.account, EVENTS, watching)
    assert leaving(clinic, sending=watching, webhook_key=key)["Events"].verdict == "good"
    number = clinic.account.get("user/webhooks/event/settings/all")["webhooks"][0]["id"]
    path = f"user/webhooks/event/settings/{number}"
    clinic.account.ask("patch", path, {"enabled": False}, 200)
    assert leaving(clinic, webhook_key=key)["Events"].found.endswith("is switched off")


@pytest.mark.parametrize(("group", "verdict"), [(0, "good"), (5, "not verified")])
def test_without_a_server_sendgrid_hosts_the_page(clinic, group, verdict) -> None:
    sendgrid = replace(clinic.settings.sendgrid, group=group)
    settings = replace(clinic.settings, sendgrid=sendgrid)
    (line,) = examine_leaving(clinic.account, settings, EVENTS)
    assert (line.what, line.verdict) == ("Unsubscribe", verdict)
