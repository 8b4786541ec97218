"""This module is one SendGrid account: what is asked of it through the official client."""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import orjson
from sendgrid import SendGridAPIClient

from newsletter.delivery.answers import UNKNOWN, Complaint, Posted, complaints, in_words, posted
from newsletter.delivery.wire import Body, KeptClient, Line, NotSent, Secret, Unanswered
from newsletter.errors import NewsletterError, ServiceFailed

PAGE = 500
JSON = "application/json; charset=utf-8"

LISTS = ("unsubscribes", "bounces", "invalid_emails", "spam_reports")
"""SendGrid's suppression lists on which mail is dropped; later mail to blocks still goes out."""

FOREIGN = (
    "SendGrid does not know this mail: it was handed over with the key of another account; enter that key with "
    "newsletter setup, then type the same command again"
)

Going = Callable[[], bool]


@dataclass(frozen=True)
class Patience:
    """How often something is tried, and how long the first wait is; each wait doubles, with jitter."""

    tries: int = 5
    seconds: float = 1.0

    longest: float = 5.0
    """Seconds between two looks at SendGrid's clock while something waits for its time."""
    sleep: Callable[[float], None] = time.sleep
    tell: Callable[[int], None] = lambda _until: None
    """Told at each of these looks until when it waits, by SendGrid's clock."""

    def wait(self, attempt: int, going: Going = lambda: True) -> None:
        """Wait before try number *attempt* + 1; at once no longer when *going* says no."""
        patience = self.seconds * 2**attempt * random.uniform(0.5, 1)  # noqa: S311  no secret
        until = time.monotonic() + patience
        while going() and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, 0.5))


class TooLate(NewsletterError):
    """Nothing could be taken back: the mail has left, or leaves within minutes."""


@dataclass(frozen=True)
class Entry:
    """Somebody on one of SendGrid's suppression lists."""

    list: str
    email: str
    created: int | None


class Account:
    """A SendGrid account behind the official client; its key is never shown.

    Not for several threads. All but post_mail may be asked again without harm, and is.
    """

    def __init__(
        self, key: str, host: str, *, deadline: float = 60, patience: Patience | None = None
    ) -> None:
        if not key.isascii() or not key.isprintable() or len(key.split()) != 1:
            raise NewsletterError(
                "the SendGrid key is empty or has signs that no key has; copy it again with newsletter setup"
            )
        api = SendGridAPIClient(key, host=host)
        headers = {**api._default_headers, "Content-Type": JSON}
        headers["Authorization"] = Secret(headers["Authorization"])
        self.host = host
        self.patience = patience or Patience()
        self.unanswered = False
        """Whether anything was ever left without an answer: it may still be carried out."""
        self._line = Line(host, deadline)
        self._client: Any = KeptClient(self._line, headers)

    def __repr__(self) -> str:
        return f"Account({self.host!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._line.close()

    @property
    def speed(self) -> float:
        """How fast SendGrid's clock runs: 1 but in a sandbox that was told otherwise."""
        return self._line.speed

    def connect(self) -> None:
        """Be ready to post at once; raises NotSent where SendGrid cannot be reached."""
        self._line.connect()

    def post_mail(self, body: bytes, *, until: int | None = None) -> Posted:
        """Hand over one mail/send, once; raises NotSent where it certainly did not arrive.

        *until*: SendGrid's time after which its first byte is not written any more.
        """
        if until is not None and self._line.now() >= until:
            raise NotSent(
                "this computer was busy or asleep for too long; the request was not posted"
            )
        try:
            answer = self._client.mail.send.post(request_body=Body(body))
        except Unanswered as error:
            return Posted(UNKNOWN, complaints=(Complaint(str(error)),))
        return posted(answer)

    def now(self, *, fresh: bool = False) -> int:
        """SendGrid's time, in seconds since 1970; *fresh*: as it says this moment."""
        if fresh or not self._line.knows_time:
            self.scopes()
        return self._line.now()

    def wait_until(self, moment: int, going: Going = lambda: True) -> bool:
        """Wait until it is *moment* by SendGrid's clock; False as soon as *going* says no."""
        pause = 0.05
        while (left := moment - self.now(fresh=True)) > 0:
            if not going():
                return False
            self.patience.tell(moment)
            self.patience.sleep(min(left / self._line.speed, pause))
            pause = min(pause * 2, self.patience.longest)
        return going()

    def scopes(self) -> tuple[str, ...]:
        """What the key may do."""
        return tuple(self._get(self._client.scopes)["scopes"])

    def new_batch(self) -> str:
        """A batch id, by which mail can be cancelled until ten minutes before it leaves."""
        answer = self._ask(lambda: self._client.mail.batch.post(request_body=Body(b"{}")), 201)
        return str(orjson.loads(answer.body)["batch_id"])

    def stops(self) -> dict[str, str]:
        """Every batch that is paused or cancelled at SendGrid, ours or not: each takes one of ten places."""
        found = self._get(self._client.user.scheduled_sends)
        return {str(one["batch_id"]): str(one["status"]) for one in found}

    def batch_status(self, batch_id: str) -> str | None:
        """pause, cancel, or None while the batch simply waits."""
        answer = self._ask(lambda: self._client.user.scheduled_sends._(batch_id).get(), 200, 404)
        found = orjson.loads(answer.body) if answer.status_code == 200 else []
        entries = found if isinstance(found, list) else [found]
        return next((one["status"] for one in entries if one.get("batch_id") == batch_id), None)

    def stop_batch(self, batch_id: str, status: str = "cancel", *, until: int | None = None) -> int:
        """Cancel or pause what was sent under *batch_id*; SendGrid's time when that was so at the latest.

        *until*: SendGrid's time after which it is not asked any more. Raises TooLate then (it may have been asked
        for before), ServiceFailed unless SendGrid confirms it.
        """
        found, done_at = self.batch_status(batch_id), self._by_now()
        if found is None:
            done_at = self._new_stop(batch_id, status, until)
            found = self.batch_status(batch_id)
        if found not in (None, status):
            done_at = self._change_stop(batch_id, status, until)
            found = self.batch_status(batch_id)
        if found != status:
            raise ServiceFailed(
                f"SendGrid does not confirm the {status} of the mail; type the same command again at once"
            )
        return done_at

    def free_batch(self, batch_id: str) -> None:
        """Take a pause or a cancellation away: what was paused leaves, and a place is free again."""
        batch = self._client.user.scheduled_sends._(batch_id)
        if self._ask(batch.delete, 204, 404).status_code == 404:
            self._refuse_foreign(batch_id)
        if self.batch_status(batch_id) is not None:
            raise ServiceFailed(
                "SendGrid does not confirm that the mail goes on; type the same command again"
            )

    def _refuse_foreign(self, batch_id: str) -> None:
        """Raise NewsletterError where the batch was never made at this account: what became of its mail is told elsewhere."""
        found = self._ask(self._client.mail.batch._(batch_id).get, 200, 400, 403, 404)
        if found.status_code in (400, 404):
            raise NewsletterError(FOREIGN)

    def suppressions(self, group: int = 0) -> Iterator[Entry]:
        """Everybody on SendGrid's suppression lists, all pages; with a *group* its list too."""
        for name in LISTS:
            for entry in self._pages(getattr(self._client.suppression, name)):
                yield Entry(name, entry["email"], entry.get("created"))
        if group:
            for email in self._get(self._client.asm.groups._(str(group)).suppressions):
                yield Entry(f"group {group}", email, None)

    def suppress(self, address: str) -> None:
        """Put *address* on SendGrid's global list, as a second fence behind our own."""
        wish = Body(orjson.dumps({"recipient_emails": [address]}))
        suppressed = self._client.asm.suppressions._("global")
        self._ask(lambda: suppressed.post(request_body=wish), 201)

    def get(self, path: str, **query: str | int) -> Any:
        """What SendGrid says at *path* (without /v3/)."""
        return self.ask("get", path, None, 200, **query)

    def ask(self, method: str, path: str, body: Any, *wanted: int, **query: str | int) -> Any:
        """What SendGrid answers to *body*; for what may be asked again without harm."""
        endpoint = getattr(self._client._(path), method)
        content = None if body is None else Body(orjson.dumps(body))
        answer = self._ask(
            lambda: endpoint(request_body=content, query_params=query or None), *wanted
        )
        return orjson.loads(answer.body) if answer.body else None

    def _new_stop(self, batch_id: str, status: str, until: int | None) -> int:
        wish = Body(orjson.dumps({"batch_id": batch_id, "status": status}))
        stops = self._client.user.scheduled_sends
        answer = self._ask(lambda: self._in_time(until, stops.post, wish), 201, 400)
        done_at = self._by_now()
        said = complaints(answer) if answer.status_code == 400 else ()
        if any("max limit" in one.message for one in said):
            raise ServiceFailed(
                "SendGrid keeps at most 10 cancelled or paused batches at a time and all are taken; free one that "
                "lies a day back at SendGrid, then type the same command again at once"
            )
        if any("invalid batch" in one.message for one in said):
            raise NewsletterError(FOREIGN)
        if any("batch" not in one.message for one in said):
            raise in_words(400, said)
        return done_at

    def _change_stop(self, batch_id: str, status: str, until: int | None) -> int:
        wish = Body(orjson.dumps({"status": status}))
        batch = self._client.user.scheduled_sends._(batch_id)
        self._ask(lambda: self._in_time(until, batch.patch, wish), 204, 404)
        return self._by_now()

    def _by_now(self) -> int:
        """A moment before which the last answer was made for certain; the clock's seconds are rounded down."""
        return self.now() + 1

    def _in_time(self, until: int | None, ask: Callable[..., Any], wish: Body) -> Any:
        """Ask, unless a try before took so long that it is too late by now."""
        if until is not None and self.now() >= until:
            raise TooLate(
                "the mail leaves within minutes: SendGrid does not promise to stop it any more"
            )
        return ask(request_body=wish)

    def _pages(self, chain: Any) -> Iterator[Mapping[str, Any]]:
        offset = 0
        while True:
            page = self._get(chain, limit=PAGE, offset=offset)
            yield from page
            if len(page) < PAGE:
                return
            offset += PAGE

    def _get(self, chain: Any, **query: int) -> Any:
        answer = self._ask(lambda: chain.get(query_params=query or None), 200)
        return orjson.loads(answer.body)

    def _ask(self, ask: Callable[[], Any], *wanted: int) -> Any:
        """Ask until there is an answer, or patience ends: nothing here sends mail."""
        for attempt in range(self.patience.tries):
            last = attempt + 1 == self.patience.tries
            try:
                answer = ask()
            except (NotSent, Unanswered) as error:
                self.unanswered |= isinstance(error, Unanswered)
                if last:
                    raise
            else:
                if answer.status_code in wanted:
                    return answer
                if last or (answer.status_code < 500 and answer.status_code != 429):
                    raise in_words(answer.status_code, complaints(answer))
            self.patience.wait(attempt)
        raise AssertionError("patience has at least one try")
