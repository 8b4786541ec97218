"""Events are posted to the webhook in SendGrid's words: in batches, signed, until they are taken."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from sendgrid.helpers.eventwebhook import EventWebhook

from newsletter.errors import NewsletterError
from newsletter.sandbox import begin, behave, happen, plan_fates, plant, post_events, serve
from tests.waiting import wait

SETTINGS = "user/webhooks/event/settings"
ALL = (
    "processed delivered deferred bounce dropped open click spam_report unsubscribe "
    "group_unsubscribe group_resubscribe"
).split()


@dataclass
class Receiver:
    """Somebody's own server that takes events in."""

    url: str
    status: int = 200
    posts: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for _, body in self.posts for event in json.loads(body)]

    def kinds(self) -> dict[str, list[str]]:
        """The events of each address in their order."""
        found: dict[str, list[str]] = {}
        for event in self.events:
            found.setdefault(event["email"], []).append(event["event"])
        return found


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.posts.append((dict(self.headers), body))
            self.send_response(made.status)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Receiver(f"http://127.0.0.1:{server.server_port}/events")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def listening(account, receiver):
    """The account's webhook, every event switched on."""
    wish = {"url": receiver.url, "enabled": True, **dict.fromkeys(ALL, True)}
    return account.ask("POST", SETTINGS, wish).body


def test_a_webhook_is_made_shown_changed_and_deleted(account):
    assert account.ask("GET", f"{SETTINGS}/all").body == {"max_allowed": 1, "webhooks": []}
    made = account.ask("POST", SETTINGS, {"url": "https://x.example.com/", "bounce": True})
    assert made.status == 201
    number = made.body["id"]
    assert made.body == {
        "id": number,
        "url": "https://x.example.com/",
        "enabled": False,
        "friendly_name": "",
        "public_key": "",
        **dict.fromkeys(ALL, False),
        "bounce": True,
    }
    assert account.ask("POST", SETTINGS, {"url": "https://y.example.com/"}).status == 400
    changed = account.ask("PATCH", f"{SETTINGS}/{number}", {"enabled": True}).body
    assert (changed["enabled"], changed["bounce"]) == (True, True)
    assert account.ask("GET", f"{SETTINGS}/all").body["webhooks"] == [changed]
    assert account.ask("GET", f"{SETTINGS}/{number}").body == changed
    assert account.ask("DELETE", f"{SETTINGS}/{number}").status == 204
    assert account.ask("GET", f"{SETTINGS}/{number}").status == 404


@pytest.mark.parametrize(
    ("method", "path", "wish", "status"),
    [
        ("POST", "", {"url": "file:///etc"}, 400),
        ("POST", "", {}, 400),
        ("PATCH", "/made-up", {"enabled": True}, 404),
        ("PATCH", "/signed/made-up", {"enabled": True}, 404),
        ("DELETE", "/made-up", None, 404),
    ],
)
def test_wrong_wishes_are_refused(account, method, path, wish, status):
    assert account.ask(method, SETTINGS + path, wish).status == status


def test_an_event_has_sendgrids_fields_and_custom_args_at_the_top(
    account, letter, listening, receiver
):
    at = account.now() + 3600
    body = letter(send_at=at, categories=["news"], custom_args={"attempt": "7", "email": "no"})
    body["personalizations"][0]["custom_args"] = {"recipient": "3"}
    message = account.send(body).headers["X-Message-Id"]
    assert post_events(account.sandbox.url) in {(1, 0), (0, 0)}
    (event,) = receiver.events
    assert abs(event.pop("timestamp") - account.now()) < 5
    assert 10 < len(event.pop("sg_event_id")) <= 100
    assert event == {
        "attempt": "7",
        "recipient": "3",
        "email": "anna@example.com",
        "event": "processed",
        "smtp-id": f"<{message}@sandbox.invalid>",
        "sg_message_id": f"{message}.recvd-sandbox-1.1",
        "category": ["news"],
        "send_at": at,
    }
    ((headers, raw),) = receiver.posts
    assert headers["Content-Type"] == "application/json;charset=utf-8"
    assert headers["User-Agent"] == "SendGrid Event API"
    assert raw.endswith(b"]\r\n")


def test_what_becomes_of_mail_is_told_and_what_is_cancelled_is_not(
    account, letter, listening, receiver
):
    batch = account.batch()
    plant(account.sandbox.url, "bounces", ["ben@example.com"])
    plan_fates(account.sandbox.url, {"Cleo@example.com": ["deferred", "bounce"]})
    account.send(letter("anna@example.com", "ben@example.com", "cleo@example.com"))
    account.send(letter("dora@example.com", batch_id=batch, send_at=account.now() + 3600))
    account.stop(batch)
    account.skip(7200)
    post_events(account.sandbox.url)
    assert receiver.kinds() == {
        "anna@example.com": ["processed", "delivered"],
        "ben@example.com": ["processed", "dropped"],
        "cleo@example.com": ["processed", "deferred", "bounce"],
        "dora@example.com": ["processed"],
    }
    dropped = [event for event in receiver.events if event["event"] == "dropped"]
    assert [event["reason"] for event in dropped] == ["Bounced Address"]
    assert len({event["sg_event_id"] for event in receiver.events}) == len(receiver.events)


def test_the_world_acts_and_sendgrid_lists_whom_it_concerns(account, letter, listening, receiver):
    url = account.sandbox.url
    account.send(letter("a@example.com", "b@example.com", "c@example.com", "d@example.com"))
    happen(url, "open", ["a@example.com", "stranger@example.com"], sg_machine_open=True)
    happen(url, "click", ["a@example.com"], url="https://www.example.com/visit")
    happen(url, "spamreport", ["b@example.com"])
    happen(url, "unsubscribe", ["c@example.com"])
    happen(url, "bounce", ["a@example.com"])
    happen(url, "bounce", ["d@example.com"], type="blocked", status="4.2.2")
    post_events(url)
    assert receiver.kinds()["a@example.com"][2:] == ["open", "click", "bounce"]
    opened, clicked = receiver.events[8:10]
    assert (opened["sg_machine_open"], clicked["url"]) == (True, "https://www.example.com/visit")
    for name, email in (
        ("spam_reports", "b@example.com"),
        ("unsubscribes", "c@example.com"),
        ("bounces", "a@example.com"),
        ("blocks", "d@example.com"),
    ):
        assert [entry["email"] for entry in account.ask("GET", f"suppression/{name}").body] == [
            email
        ]


def test_leaving_on_the_page_is_an_event(account, letter, listening, receiver):
    tracking = {"subscription_tracking": {"enable": True, "substitution_tag": "[leave]"}}
    body = letter(tracking_settings=tracking)
    body["content"] = [{"type": "text/plain", "value": "[leave]"}]
    account.send(body)
    (mail,) = account.outbox()
    account.raw("POST", mail.get_content().strip().removeprefix(account.sandbox.url))
    post_events(account.sandbox.url)
    assert receiver.kinds()["anna@example.com"] == ["processed", "delivered", "unsubscribe"]


def test_a_signature_is_what_sendgrids_own_library_verifies(account, letter, listening, receiver):
    path = f"{SETTINGS}/signed/{listening['id']}"
    key = account.ask("PATCH", path, {"enabled": True}).body["public_key"]
    assert account.ask("GET", f"{SETTINGS}/all").body["webhooks"][0]["public_key"] == key
    account.send(letter())
    post_events(account.sandbox.url)
    headers, body = receiver.posts[0]
    signature = headers["X-Twilio-Email-Event-Webhook-Signature"]
    timestamp = headers["X-Twilio-Email-Event-Webhook-Timestamp"]
    assert abs(int(timestamp) - time.time()) < 60
    webhook = EventWebhook(key)
    assert webhook.verify_signature(body.decode(), signature, timestamp)
    assert not webhook.verify_signature(body.decode().rstrip(), signature, timestamp)
    assert account.ask("PATCH", path, {"enabled": False}).body["public_key"] == ""
    assert account.ask("PATCH", path, {"enabled": "yes"}).status == 400


@pytest.mark.parametrize("status", [500, 302, 404])
def test_events_wait_until_they_are_taken(account, letter, listening, receiver, status):
    receiver.status = status
    account.send(letter())
    assert post_events(account.sandbox.url) == (0, 2)
    receiver.status = 204
    post_events(account.sandbox.url)
    assert receiver.kinds()["anna@example.com"][-2:] == ["processed", "delivered"]
    assert post_events(account.sandbox.url) == (0, 0)


def test_events_that_nobody_took_for_a_day_are_gone(account, letter, listening, receiver):
    receiver.status = 500
    account.send(letter())
    account.skip(86_500)
    assert post_events(account.sandbox.url) == (0, 0)


def test_a_receiver_that_is_not_there_is_tried_again(account, letter, receiver):
    wish = {"url": "http://127.0.0.1:9/", "enabled": True, "delivered": True}
    number = account.ask("POST", SETTINGS, wish).body["id"]
    account.send(letter())
    assert post_events(account.sandbox.url) == (0, 1)
    account.ask("PATCH", f"{SETTINGS}/{number}", {"url": receiver.url})
    post_events(account.sandbox.url)
    assert receiver.kinds() == {"anna@example.com": ["delivered"]}


def test_copies_come_on_demand_with_the_same_ids(account, letter, listening, receiver):
    behave(account.sandbox.url, event_copies=3)
    account.send(letter())
    post_events(account.sandbox.url)
    ids = [event["sg_event_id"] for event in receiver.events]
    assert len(ids) == 6
    assert len(set(ids)) == 2


def test_events_come_by_themselves_too(account, letter, listening, receiver):
    account.send(letter())
    wait(lambda: len(receiver.events) >= 2)
    assert receiver.kinds() == {"anna@example.com": ["processed", "delivered"]}


def test_without_a_webhook_nothing_is_recorded_or_posted(account, letter):
    account.send(letter())
    assert post_events(account.sandbox.url) == (0, 0)


def test_a_webhook_outlives_a_restart_and_not_a_reset(folder, open_account, letter, receiver):
    with serve(folder) as sandbox:
        wish = {"url": receiver.url, "enabled": True, "delivered": True}
        open_account(sandbox).ask("POST", SETTINGS, wish)
    with serve(folder) as sandbox:
        account = open_account(sandbox)
        account.send(letter())
        post_events(sandbox.url)
        assert receiver.kinds() == {"anna@example.com": ["delivered"]}
        begin(sandbox.url)
        assert account.ask("GET", f"{SETTINGS}/all").body["webhooks"] == []


def test_what_no_world_does_is_refused(account):
    with pytest.raises(NewsletterError, match="event must be one of processed, delivered"):
        happen(account.sandbox.url, "vanished", ["a@example.com"])
    with pytest.raises(NewsletterError, match="a fate is a list of processed, delivered"):
        plan_fates(account.sandbox.url, {"a@example.com": ["vanished"]})
