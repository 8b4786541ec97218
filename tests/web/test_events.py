"""SendGrid's events come in over real HTTP: signed by the sandbox, stored, and only then answered."""

import http.client
import json
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
import uvicorn

from newsletter.campaign import Counts
from newsletter.config import Sending
from newsletter.delivery import Signer, connect_webhook
from newsletter.delivery.webhook import SIGNATURE, TIMESTAMP
from newsletter.feedback import Tally, tally
from newsletter.links import Links
from newsletter.sandbox import behave, happen, plan_fates, post_events
from newsletter.sandbox.webhook import webhook_of
from newsletter.web import EVENTS_PATH, EventDesk, Pages, create_app
from newsletter.web.events import MOST_BYTES
from tests.delivery.conftest import Clinic, clinic, sandbox
from tests.waiting import wait

__all__ = ["clinic", "sandbox"]


@dataclass
class Server:
    """The clinic's server, where the sandbox brings its events."""

    clinic: Clinic
    url: str

    def told(self) -> Tally:
        with self.clinic.store.read() as connection:
            return tally(connection, 1)

    def post(self, body: bytes, **headers: str) -> int:
        request = urllib.request.Request(self.url, body, headers)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
                return int(response.status)
        except urllib.error.HTTPError as error:
            return error.code

    def post_signed(self, body: bytes) -> int:
        webhook = webhook_of(self.clinic.sandbox.office)
        assert webhook is not None
        timestamp = str(_now())
        signed = {SIGNATURE: webhook.signature(timestamp, body), TIMESTAMP: timestamp}
        return self.post(body, **signed)


@pytest.fixture
def server(clinic: Clinic) -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}{EVENTS_PATH}"
        key = connect_webhook(clinic.account, url, Sending(open_tracking=True))
        desk = EventDesk(clinic.store, Signer.read(key), _now)
        config = uvicorn.Config(create_app(_pages(clinic), desk), log_level="error")
        running = uvicorn.Server(config)
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]})
        thread.start()
        wait(lambda: running.started)
        yield Server(clinic, url)
        running.should_exit = True
        thread.join()


def _pages(clinic: Clinic) -> Pages:
    return Pages(clinic.store, clinic.settings, Links("https://x.example.com", "s"), _now)


def _now() -> int:
    return int(time.time())


def send(clinic: Clinic, *names: str) -> Counts:
    clinic.add(*names)
    return clinic.dispatch(clinic.freeze())


def leave_and_tell(clinic: Clinic) -> None:
    clinic.sandbox.office.clock.skip(7200)
    clinic.sandbox.office.release()
    post_events(clinic.sandbox.url)


def test_what_became_of_each_mail_comes_home(server: Server, clinic: Clinic) -> None:
    plan_fates(clinic.sandbox.url, {"ben@example.com": ["deferred", "bounce"]})
    send(clinic, "Ada", "Ben", "Cleo")
    leave_and_tell(clinic)
    happen(clinic.sandbox.url, "spamreport", ["cleo@example.com"])
    happen(clinic.sandbox.url, "open", ["ada@example.com"], sg_machine_open=True)
    post_events(clinic.sandbox.url)
    assert server.told() == Tally(delivered=1, bounced=1, complained=1)
    assert clinic.report()["Ben"][0] == "accepted"
    clinic.write(clinic_article_of_next_month())
    clinic.freeze()
    assert clinic.counts(2) == Counts(frozen=1, pending=1)


def clinic_article_of_next_month() -> str:
    return "---\nid: next-2026\ntitle: Next\nsubject: Next\npreheader: Next\n---\n\nNext.\n"


def test_copies_count_once(server: Server, clinic: Clinic) -> None:
    behave(clinic.sandbox.url, event_copies=3)
    send(clinic, "Ada", "Ben")
    leave_and_tell(clinic)
    assert server.told() == Tally(delivered=2)


def test_an_event_settles_what_was_unknown(server: Server, clinic: Clinic) -> None:
    send(clinic, "Ada", "Ben")
    with clinic.store.write() as connection:  # as if the answer got lost
        connection.exec_driver_sql("UPDATE request SET state = 'unknown', message_id = ''")
        connection.exec_driver_sql("DELETE FROM event")
    assert clinic.counts() == Counts(frozen=2, unknown=2)
    leave_and_tell(clinic)
    assert clinic.counts() == Counts(frozen=2, accepted=2)


def test_what_is_not_signed_is_refused_and_nothing_is_stored(server: Server) -> None:
    body = b'[{"email":"ada@example.com","timestamp":1,"event":"spamreport"}]\r\n'
    signature = {
        "X-Twilio-Email-Event-Webhook-Signature": "bm9uZQ==",
        "X-Twilio-Email-Event-Webhook-Timestamp": str(_now()),
    }
    assert server.post(body) == 403
    assert server.post(body, **signature) == 403
    with server.clinic.store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM event").scalar() == 0


def test_what_is_too_large_is_not_read(server: Server) -> None:
    connection = http.client.HTTPConnection(server.url.split("/")[2], timeout=10)
    connection.putrequest("POST", EVENTS_PATH)
    connection.putheader("Content-Length", str(MOST_BYTES + 1))
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()
    pieces = (b" " * 1_000_000 for _ in range(MOST_BYTES // 1_000_000 + 1))
    connection.request("POST", EVENTS_PATH, pieces, encode_chunked=True)
    assert connection.getresponse().status == 413
    connection.close()


def test_what_could_not_be_stored_comes_again(server: Server, clinic: Clinic) -> None:
    with clinic.store.write() as connection:
        connection.exec_driver_sql("ALTER TABLE event RENAME TO gone")
    send(clinic, "Ada")
    assert post_events(clinic.sandbox.url) == (0, 1)
    with clinic.store.write() as connection:
        connection.exec_driver_sql("ALTER TABLE gone RENAME TO event")
    post_events(clinic.sandbox.url)
    assert server.told() == Tally(processed=1)


def test_without_a_key_there_is_no_such_page(clinic: Clinic) -> None:
    paths = [route.path for route in create_app(_pages(clinic)).routes]
    assert EVENTS_PATH not in paths


@pytest.mark.parametrize(("body", "status"), [(b"[]", 204), (b"{}", 400), (b"no JSON", 400)])
def test_what_is_signed_and_no_list_is_said_so(server: Server, body: bytes, status: int) -> None:
    assert server.post_signed(body) == status


def test_the_odd_words_of_a_mail_server_lose_nobody_s_events(
    server: Server, clinic: Clinic
) -> None:
    """Anybody's server may answer so; SendGrid would bring the same post for a day, and give up."""
    events = [
        {"email": f"{name}@example.com", "timestamp": 1_790_000_000, "event": "bounce"}
        | {"sg_event_id": name, "reason": f"550 {name} \0 \ud800"}
        for name in ("ada", "ben")
    ]
    assert server.post_signed(json.dumps(events).encode().replace(b"550 ben", b"550 b\xe9n")) == 204
    with clinic.store.read() as connection:
        rows = connection.exec_driver_sql("SELECT key FROM suppression ORDER BY key").scalars()
        assert [*rows] == ["ada@example.com", "ben@example.com"]


def test_readers_are_answered_while_a_merge_keeps_events_waiting(
    server: Server, clinic: Clinic
) -> None:
    with ThreadPoolExecutor(60) as posts:
        with clinic.store.write():
            waiting = [posts.submit(server.post_signed, b"[]") for _ in range(60)]
            for _ in range(5):
                time.sleep(0.1)
                home = server.url.replace(EVENTS_PATH, "/")
                with urllib.request.urlopen(home, timeout=5) as page:  # noqa: S310
                    assert page.status == 200
        assert {post.result() for post in waiting} == {204}
