"""This module posts events to the webhook: in batches, signed, again until they are taken."""

import http.client
import time
import urllib.error
import urllib.request
from typing import Any

import orjson

from newsletter.sandbox.events import COLUMNS, SWITCHES, payload
from newsletter.sandbox.office import Office
from newsletter.sandbox.webhook import Webhook, webhook_of

AT_ONCE = 1_000
"""Events in one post; SendGrid posts every 30 seconds or 768 KB."""
GIVE_UP_SECONDS = 86_400
TIMEOUT_SECONDS = 30
FIRST_REST, LONGEST_REST = 0.5, 60.0
SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """SendGrid follows none."""

    def redirect_request(self, *_args: Any) -> None:
        """A redirect is a failure like any other."""


_OPEN = urllib.request.build_opener(urllib.request.ProxyHandler({}), NoRedirect()).open


def deliver_events(office: Office, *, now: bool = False) -> tuple[int, int]:
    """Post all events that wait, unless the last failure is fresh; how many were taken and still wait.

    *now* posts whatever the last answer was.
    """
    with office.posting:
        webhook = webhook_of(office)
        if (
            webhook is None
            or not webhook.enabled
            or not (now or time.monotonic() >= office.rest_until)
        ):
            return 0, _waiting(office)
        _forget(office, webhook)
        taken = 0
        while rows := office.database.rows(
            f"{COLUMNS} WHERE event.posted = 0 ORDER BY event.id LIMIT ?", (AT_ONCE,)
        ):
            if not _posted(webhook, rows, office.behaviour.event_copies):
                _rest(office)
                break
            office.rest_seconds = 0
            taken += len(rows)
            office.database.write("UPDATE event SET posted = 1 WHERE id <= ?", (rows[-1]["id"],))
        return taken, _waiting(office)


def _waiting(office: Office) -> int:
    count: int = office.database.value("SELECT count(*) FROM event WHERE posted = 0")
    return count


def _forget(office: Office, webhook: Webhook) -> None:
    """Events that nobody asked for, and those that nobody took for a day."""
    unwanted = [kind for kind, switch in SWITCHES.items() if not webhook.switches.get(switch)]
    marks = ", ".join("?" * len(unwanted))
    office.database.write(
        f"UPDATE event SET posted = 1 WHERE posted = 0 AND (at < ? OR kind IN ({marks}))",  # noqa: S608
        (office.clock.now() - GIVE_UP_SECONDS, *unwanted),
    )


def _posted(webhook: Webhook, rows: list[Any], copies: int) -> bool:
    events = [orjson.dumps(payload(row)) for row in rows]
    body = b"[" + b",\r\n".join(events) + b"]\r\n"
    headers = {
        "Content-Type": "application/json;charset=utf-8",
        "User-Agent": "SendGrid Event API",
    }
    if webhook.private_key:
        # The computer's time, for that is when it is posted, however far the sandbox's has run on.
        timestamp = str(int(time.time()))
        headers |= {SIGNATURE: webhook.signature(timestamp, body), TIMESTAMP: timestamp}
    taken = [_taken(webhook.url, body, headers) for _ in range(copies)]
    return all(taken)


def _taken(url: str, body: bytes, headers: dict[str, str]) -> bool:
    request = urllib.request.Request(url, body, headers, method="POST")  # noqa: S310  see _changed
    try:
        with _OPEN(request, timeout=TIMEOUT_SECONDS) as response:
            return bool(200 <= response.status < 300)
    except urllib.error.HTTPError as error:
        error.close()
        return False
    except (OSError, http.client.HTTPException):  # nobody there, or no whole answer: again later
        return False


def _rest(office: Office) -> None:
    office.rest_seconds = min(max(office.rest_seconds * 2, FIRST_REST), LONGEST_REST)
    office.rest_until = time.monotonic() + office.rest_seconds
