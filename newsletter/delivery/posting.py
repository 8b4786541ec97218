"""This module posts one request after the other, and writes down what came of each."""

import re
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from newsletter.campaign import (
    Answered,
    Attempt,
    Claim,
    Recipient,
    Request,
    attempts,
    claim,
    envelope_of,
    hold_back,
    people_of,
    pictures_of,
    refuse_people,
    refused_of,
    reserve,
    settle,
    split,
    throttled_until,
    variant_of,
    withhold,
)
from newsletter.config import Sending
from newsletter.delivery import answers
from newsletter.delivery.account import Account
from newsletter.delivery.answers import Posted, in_words
from newsletter.delivery.lock import GLANCE
from newsletter.delivery.payload import body, root, sendable
from newsletter.delivery.wire import NotSent
from newsletter.errors import NewsletterError
from newsletter.store import Store

MOST_REFUSED = 20
SHARE_REFUSED = 0.02
"""More single refusals than this in one request are no accident: nobody is refused, a person looks."""
UNSENDABLE = "SendGrid takes only plain letters (a to z) before the @"
LEASE_SECONDS = 60
LONGEST_REST = 10 * 60
"""A 429 holds all posting back for no longer, whatever moment its header names: then SendGrid is asked again."""
PERSONAL = re.compile(r"personalizations\.(\d+)\.")


class Halted(Exception):
    """Posting cannot go on; *cause* says why."""

    def __init__(self, cause: NewsletterError) -> None:
        self.cause = cause
        super().__init__(str(cause))


class Posting:
    """The posting of one campaign, by the one process that may."""

    def __init__(
        self,
        store: Store,
        campaign_id: int,
        account: Account,
        sending: Sending,
        going: Callable[[], bool],
    ) -> None:
        self.store = store
        self.campaign_id = campaign_id
        self.account = account
        self.sending = sending
        self.going = going
        self.owner = secrets.token_hex(8)
        self.failures = 0
        self.over = False
        """Whether this round ends: something is in doubt, or its time is over."""
        self._root = lru_cache(maxsize=2)(self._make_root)
        with store.read() as connection:
            self.attempts = {one.id: one for one in attempts(connection, campaign_id)}
            self.envelope = envelope_of(connection, campaign_id)
            self.pictures = pictures_of(connection, campaign_id)

    def post_next(self) -> bool:
        """Post the next request that waits; False when there is none, or none should be posted now."""
        if self.over:
            return False
        now = self.account.now()
        with self.store.write(beside=True) as connection:
            lease = now + self._lease
            wanted = reserve(connection, self.campaign_id, self.owner, now, lease)
            people = people_of(connection, wanted) if wanted else []
        if wanted is None:
            return False
        if not people:
            self._settle(wanted, "void", Answered(words="nobody of this request is left"))
            return True
        if self._unsendable(wanted, people):
            return True
        attempt = self._attempt(wanted)
        prepared = body(self._root(wanted.run.variant), attempt, wanted.send_at, people)
        if self._connected() and self._claimed(wanted, attempt):
            self._take(wanted, people, self._posted(prepared, attempt))
        return not self.over

    def _attempt(self, wanted: Request) -> Attempt:
        if wanted.attempt_id not in self.attempts:  # another process opened it meanwhile
            with self.store.read() as connection:
                self.attempts = {one.id: one for one in attempts(connection, self.campaign_id)}
        return self.attempts[wanted.attempt_id]

    @property
    def _lease(self) -> int:
        """Seconds after which whoever prepares or posts a request is dead for certain, or as good as."""
        return self.sending.deadline_seconds + LEASE_SECONDS

    def _unsendable(self, wanted: Request, people: Sequence[Recipient]) -> bool:
        """Leave out whom SendGrid cannot send to, before it refuses the thousand for it."""
        found = [(one.seq, UNSENDABLE) for one in people if not sendable(one.address)]
        if found:
            with self.store.write(beside=True) as connection:
                refuse_people(connection, wanted, found)
        return bool(found)

    def _make_root(self, number: int) -> bytes:
        with self.store.read() as connection:
            variant = variant_of(connection, self.campaign_id, number)
        return root(self.envelope, variant, self.pictures)

    def _connected(self) -> bool:
        try:
            self.account.connect()
        except NotSent as error:
            self._try_again(error)
            return False
        return True

    def _claimed(self, wanted: Request, attempt: Attempt) -> bool:
        """Write that the request is being posted: the last thing before its first byte."""
        now = self.account.now()
        claiming = Claim(now, now + self._lease, self.sending.in_flight)
        with self.store.write(beside=True) as connection:
            if withhold(connection, wanted):
                return False  # prepared with people who have left since
            if claim(connection, wanted, claiming):
                return True
            held_back = throttled_until(connection)
        if now < held_back:
            self.account.wait_until(held_back, self.going)
        elif now >= attempt.post_until or not self.going():
            self.over = True
        else:
            time.sleep(GLANCE)  # others have as many requests on their way as may be
        return False

    def _posted(self, prepared: bytes, attempt: Attempt) -> Posted | NotSent:
        until = min(attempt.post_until, self.account.now() + self.sending.deadline_seconds)
        try:
            return self.account.post_mail(prepared, until=until)
        except NotSent as error:
            return error

    def _take(self, wanted: Request, people: Sequence[Recipient], posted: Posted | NotSent) -> None:
        if isinstance(posted, NotSent):
            self._settle(wanted, "pending", Answered(words=str(posted)))
            self._try_again(posted)
        else:
            TAKERS[posted.outcome](self, wanted, people, posted)

    def _accepted(self, wanted: Request, people: Sequence[Recipient], posted: Posted) -> None:
        self._settle(wanted, "accepted", Answered(202, posted.message_id))
        self.failures = 0

    def _unknown(self, wanted: Request, people: Sequence[Recipient], posted: Posted) -> None:
        """Nothing more goes out until SendGrid answers a harmless question, and the wave is fenced where it can be."""
        self.over = True
        self._settle(wanted, "unknown", Answered(posted.status, words=posted.words))
        try:
            self.account.now(fresh=True)
        except NewsletterError as error:
            raise Halted(error) from error

    def _later(self, wanted: Request, people: Sequence[Recipient], posted: Posted) -> None:
        self._settle(wanted, "pending", Answered(posted.status, words=posted.words))
        if posted.retry_at:
            latest = self.account.now() + LONGEST_REST
            with self.store.write(beside=True) as connection:
                hold_back(connection, min(posted.retry_at, latest))
        self._try_again(in_words(posted.status or 0, posted.complaints))

    def _stop(self, wanted: Request, people: Sequence[Recipient], posted: Posted) -> None:
        self._settle(wanted, "pending", Answered(posted.status, words=posted.words))
        raise Halted(in_words(posted.status or 0, posted.complaints))

    def _too_large(self, wanted: Request, people: Sequence[Recipient], posted: Posted) -> None:
        if wanted.run.size == 1:
            self._stop(wanted, people, posted)
        with self.store.write(beside=True) as connection:
            answered = Answered(posted.status, words=posted.words)
            settle(connection, wanted, "pending", self.account.now(), answered)
            split(connection, wanted)

    def _refused(self, wanted: Request, people: Sequence[Recipient], posted: Posted) -> None:
        """Whoever alone breaks the request is left out, first of all on disk; anything else stops."""
        single = single_refusals(posted, people)
        with self.store.write(beside=True) as connection:
            before = refused_of(connection, wanted, but=UNSENDABLE)
            few = 0 < len(single) <= allowed(len(people) + before) - before
            if few:
                refuse_people(connection, wanted, single.items())
            answered = Answered(posted.status, words=posted.words)
            settle(connection, wanted, "pending", self.account.now(), answered)
        if not few:
            raise Halted(_too_many(single, people) or in_words(400, posted.complaints))

    def _settle(self, wanted: Request, state: str, answered: Answered) -> None:
        with self.store.write(beside=True) as connection:
            settle(connection, wanted, state, self.account.now(), answered)

    def _try_again(self, error: NewsletterError) -> None:
        """Wait before the next try of what certainly was not accepted; raises Halted when that was often enough."""
        self.failures += 1
        if self.failures >= self.account.patience.tries:
            raise Halted(error)
        self.account.patience.wait(self.failures - 1, self.going)


TAKERS: Mapping[str, Callable[[Posting, Request, Sequence[Recipient], Posted], None]] = {
    answers.ACCEPTED: Posting._accepted,
    answers.UNKNOWN: Posting._unknown,
    answers.LATER: Posting._later,
    answers.STOP: Posting._stop,
    answers.TOO_LARGE: Posting._too_large,
    answers.REFUSED: Posting._refused,
}


def _too_many(single: Mapping[int, str], people: Sequence[Recipient]) -> NewsletterError | None:
    if not single:
        return None
    who = [one.address for one in people if one.seq in single]
    several = ", ".join(who[:5]) + (f" and {len(who) - 5} more" if len(who) > 5 else "")
    return NewsletterError(
        f"SendGrid refuses {len(who)} of {len(people)} people at once ({several}: {next(iter(single.values()))}), "
        "which is no accident: nobody more was left out; look at these addresses, take the campaign back with newsletter "
        "undo, put them right in their list and send again"
    )


def single_refusals(posted: Posted, people: Sequence[Recipient]) -> dict[int, str]:
    """Who alone broke the request (seq → reason); nobody where anything else is wrong too."""
    found: dict[int, str] = {}
    for complaint in posted.complaints:
        match = PERSONAL.match(complaint.field)
        if match is None or int(match[1]) >= len(people):
            return {}
        found.setdefault(people[int(match[1])].seq, complaint.message)
    return found


def allowed(people: int) -> int:
    """How many of a request's *people* may be refused one by one; one always."""
    return min(MOST_REFUSED, max(1, int(SHARE_REFUSED * people)))
