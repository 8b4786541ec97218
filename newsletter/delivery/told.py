"""This module asks SendGrid what became of a campaign's mails, for clinics without a server of their own.

The Email Logs name everybody whose mail bounced, was blocked or dropped (at most 1,000 an answer and no
paging, so the time is cut until an answer is whole); the statistics of the edition's category count the rest.
Source: twilio.com/docs/sendgrid/api-reference/email-logs and …/stats/retrieve-email-statistics-for-categories
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from newsletter.audience.erased import erased_people
from newsletter.campaign import Envelope
from newsletter.delivery.account import Account
from newsletter.delivery.suppressions import as_text, key_of
from newsletter.feedback import Event, Taken, take_in
from newsletter.store import Store, attempt, campaign, recipient, request

STATUSES: Mapping[str, str] = {
    "bounced": "bounced",
    "blocked": "blocked",
    "dropped": "dropped",
}
"""SendGrid's word in the logs, and ours: only ends, for what is put off may be delivered an hour later."""
MOST = 1_000
EARLIER_SECONDS = 600
KEPT_DAYS = 30
"""How long the logs are kept."""
AT_ONCE = 500


@dataclass(frozen=True)
class Asked:
    """What was learned: how many events were new, whether all were named, and SendGrid's own count."""

    new: int
    complete: bool
    """False where more than 1,000 mails of one second went wrong."""
    statistics: Mapping[str, int]
    """SendGrid's numbers for the edition: requests, delivered, bounces, blocks …, tests included."""


def ask_what_became(store: Store, account: Account, campaign_id: int, *, most: int = MOST) -> Asked:
    """Read the logs of a campaign into the store, and its statistics; the same again changes nothing.

    *most*: how many mails SendGrid tells in one answer. Raises NewsletterError where the key may not ask, ServiceFailed where SendGrid does not answer.
    """
    now = account.now(fresh=True)
    with store.read() as connection:
        text, created_at = connection.execute(
            select(campaign.c.envelope, campaign.c.created_at).where(campaign.c.id == campaign_id)
        ).one()
    category = Envelope.from_json(text).category
    asking = _Asking(store, account, campaign_id, category, most)
    taken = asking.read(max(created_at - EARLIER_SECONDS, now - KEPT_DAYS * 86_400), now)
    return Asked(taken.new, asking.complete, _statistics(account, category, created_at, now))


@dataclass
class _Asking:
    store: Store
    account: Account
    campaign_id: int
    category: str
    most: int
    complete: bool = True

    def read(self, since: int, until: int) -> Taken:
        """Everything between two moments of SendGrid's clock."""
        messages = [*self._messages(since, until + 1)]
        new = suppressed = 0
        for first in range(0, len(messages), AT_ONCE):
            events = [*self._events(messages[first : first + AT_ONCE])]
            with self.store.write() as connection:
                taken = take_in(connection, events, now=until)
            new, suppressed = new + taken.new, suppressed + taken.suppressed
        return Taken(new, suppressed)

    def _messages(self, since: int, until: int) -> Iterator[Mapping[str, Any]]:
        """All mails that went wrong from *since* until before *until*; halves where there are too many."""
        found = self._page(since, until)
        if len(found) < self.most:
            yield from found
        elif until - since > 1:
            middle = (since + until) // 2
            yield from self._messages(since, middle)
            yield from self._messages(middle, until)
        else:
            self.complete = False
            yield from found

    def _page(self, since: int, until: int) -> list[Mapping[str, Any]]:
        statuses = ", ".join(f"'{one}'" for one in STATUSES)
        query = (
            f"categories IN ('{self.category}') AND status IN ({statuses}) AND "
            f'sg_message_id_created_at >= TIMESTAMP "{_moment(since)}" AND '
            f'sg_message_id_created_at < TIMESTAMP "{_moment(until)}"'
        )
        wish = {"query": query, "limit": self.most}
        messages: list[Mapping[str, Any]] = self.account.ask("post", "logs", wish, 200)["messages"]
        return messages

    def _events(self, messages: list[Mapping[str, Any]]) -> Iterator[Event]:
        """Each mail as an event, with whose it is: by the request's id and the address."""
        ids = {str(one["sg_message_id"]).partition(".")[0] for one in messages}
        theirs = select(request.c.message_id, request.c.attempt_id).join(
            attempt, attempt.c.id == request.c.attempt_id
        )
        live = theirs.where(
            request.c.campaign_id == self.campaign_id,
            request.c.message_id.in_(ids),
            attempt.c.state != "cancelled",
        )
        with self.store.read() as connection:
            erased = erased_people(connection)  # they stand there without their address
            names = {key: erased.nameless(key) for key in (_key(one) for one in messages)}
            people = select(recipient.c.key, recipient.c.seq).where(
                recipient.c.campaign_id == self.campaign_id, recipient.c.key.in_(names.values())
            )
            attempts = {row.message_id: row.attempt_id for row in connection.execute(live)}
            found = {row.key: row.seq for row in connection.execute(people)}
        places = {key: found[name] for key, name in names.items() if name in found}
        for one in messages:
            yield self._event(one, attempts, places)

    def _event(
        self, one: Mapping[str, Any], attempts: Mapping[str, int], places: Mapping[str, int]
    ) -> Event:
        message_id, key = str(one["sg_message_id"]), _key(one)
        live = attempts.get(message_id.partition(".")[0])
        return Event(
            provider_id=f"log/{message_id}/{one['status']}",
            kind=STATUSES[one["status"]],
            at=int(datetime.fromisoformat(one["sg_message_id_created_at"]).timestamp()),
            key=key,
            message_id=message_id,
            categories=(self.category,),
            campaign_id=self.campaign_id,
            attempt_id=live,
            seq=places.get(key) if live is not None else None,
            reason=as_text(one.get("reason")),
        )


def _statistics(account: Account, category: str, since: int, until: int) -> dict[str, int]:
    """SendGrid's numbers of all days since the campaign was made, summed up."""
    days = account.get(
        "categories/stats",
        categories=category,
        start_date=f"{datetime.fromtimestamp(since, UTC):%Y-%m-%d}",
        end_date=f"{datetime.fromtimestamp(until, UTC):%Y-%m-%d}",
    )
    summed: dict[str, int] = {}
    for day in days:
        for entry in day["stats"]:
            for name, number in entry["metrics"].items():
                summed[name] = summed.get(name, 0) + int(number)
    return summed


def _moment(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _key(message: Mapping[str, Any]) -> str:
    return key_of(str(message["to_email"]))
