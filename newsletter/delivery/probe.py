"""This module asks a live account what SendGrid does not document, with a handful of mails to one's own addresses.

It takes three visits: mails are posted for twenty minutes later, some under batches that are cancelled or
paused; after their time the Email Logs say what became of them; a little later the rest is seen and cleaned up.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson

from newsletter.config import Settings
from newsletter.delivery.account import Account
from newsletter.delivery.answers import ACCEPTED, REFUSED, in_words
from newsletter.delivery.examined import ADVICE, GOOD, NOT_VERIFIED
from newsletter.delivery.slots import SLOTS
from newsletter.errors import NewsletterError, ServiceFailed

AHEAD_SECONDS = 20 * 60
"""Time enough to cancel: ten minutes before is the latest that SendGrid promises."""
AFTER_SECONDS = 5 * 60
GIVE_UP_SECONDS = 2 * 3600
PLACES = 4
"""Batches that are cancelled or paused at one time."""
STOPS = "user/scheduled_sends"
SECOND_KEY = "SENDGRID_SECOND_API_KEY"
WAITING, RESUMED, DONE = "waiting", "resumed", "done"
LEFT = ("delivered", "deferred", "bounced", "blocked")

QUESTIONS: Mapping[str, str] = {
    "U1": "Is mail discarded that comes in under a batch already cancelled?",
    "U2": "May a batch be cancelled before any mail uses it?",
    "U3": "Does a cancelled batch keep its place until it is deleted?",
    "U4": "Is whoever leaves before the send time left out?",
    "U5": "Is cancelled mail free of charge?",
    "U6": "Do the Email Logs say that mail was cancelled?",
    "U7": "Is a request with one bad address refused as a whole?",
    "U8": "Are the ten places one account's, whatever the key?",
    "U9": "Can a paused batch still be cancelled after its send time?",
    "pause": "Is mail of a paused batch kept and sent when it goes on?",
    "group": "Does an unsubscribe group bring the one-click header?",
}


@dataclass(frozen=True)
class Answer:
    """What was found, and how it suits this newsletter: good, advice or not verified."""

    verdict: str
    found: str


@dataclass(frozen=True)
class Probe:
    """A probe under way or done; kept as a file between the visits."""

    nonce: str
    to: tuple[str, ...]
    send_at: int
    step: str = WAITING
    visit_at: int = 0
    """Not before this, by SendGrid's clock, is the next visit of use."""
    used: int | None = None
    """The account's used credits before the first mail."""
    batches: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, Answer] = field(default_factory=dict)

    def save(self, path: Path) -> None:
        """Keep it for the next visit."""
        path.parent.mkdir(parents=True, exist_ok=True)
        written = path.with_suffix(".new")
        written.write_bytes(orjson.dumps(self, option=orjson.OPT_INDENT_2))
        written.replace(path)

    @classmethod
    def load(cls, path: Path) -> "Probe | None":
        """What was kept, if anything; raises NewsletterError where the file cannot be read."""
        if not path.is_file():
            return None
        try:
            kept = orjson.loads(path.read_bytes())
            answers = {name: Answer(**one) for name, one in kept.pop("answers").items()}
            return cls(**{**kept, "to": tuple(kept["to"])}, answers=answers)
        except (orjson.JSONDecodeError, TypeError, KeyError, AttributeError) as error:
            raise NewsletterError(
                f"{path}: this is no probe any more; remove the file, and probe again"
            ) from error


class NotYet(NewsletterError):
    """The next visit of *probe* is of no use before its visit_at."""

    exit_code = 0

    def __init__(self, probe: Probe) -> None:
        self.probe = probe
        super().__init__("the mails of the probe are still on their way")


def begin(
    account: Account, settings: Settings, to: Sequence[str], second: Account | None = None
) -> Probe:
    """Post the mails; raises NewsletterError where something keeps the probe from beginning.

    *second* is the account as another of its keys reaches it, and is only read.
    """
    _check(account, to)
    if second:
        second.stops()  # a key that does not work is said before anything is posted
    now = account.now(fresh=True)
    probe = Probe(secrets.token_hex(4), tuple(to), now + AHEAD_SECONDS, used=used_credits(account))
    return _Posting(account, settings, probe, second).post_all()


def _check(account: Account, to: Sequence[str]) -> None:
    taken = len(account.stops())
    if taken > SLOTS - PLACES:
        raise NewsletterError(
            f"{taken} of {SLOTS} batches are cancelled or paused at SendGrid, and the probe needs {PLACES}; delete old "
            "ones there first (never one whose mail is less than a day past its time)"
        )
    if any("'" in address for address in to):
        raise NewsletterError("the Email Logs cannot be asked for an address with an apostrophe")


def used_credits(account: Account) -> int | None:
    try:
        return int(account.get("user/credits")["used"])
    except NewsletterError:  # plans without a limit do not tell
        return None


@dataclass
class _Posting:
    """The first visit."""

    account: Account
    settings: Settings
    probe: Probe
    second: Account | None

    def post_all(self) -> Probe:
        answers = self._stop_first()
        batches = {
            **self._batches,
            "plain": self._posted_then("plain", "cancel"),
            "paused": self._posted_then("paused", "pause"),
        }
        answers |= self._one_bad_address() | self._group() | self._one_who_leaves()
        answers["U8"] = self._seen_by_the_second(batches["plain"])
        visit_at = self.probe.send_at + AFTER_SECONDS
        return replace(self.probe, batches=batches, answers=answers, visit_at=visit_at)

    def _stop_first(self) -> dict[str, Answer]:
        """Batches that are stopped before any mail has come, and then the mail."""
        self._batches: dict[str, str] = {}
        answers: dict[str, Answer] = {}
        for name, status in (("late cancel", "cancel"), ("late pause", "pause")):
            batch = self.account.new_batch()
            try:
                self.account.ask("post", STOPS, {"batch_id": batch, "status": status}, 201)
            except ServiceFailed:
                raise
            except NewsletterError as error:
                answers["U2"] = Answer(ADVICE, f"no: {error}")
                continue
            self._batches[name] = batch
            answers.setdefault("U2", Answer(GOOD, "yes"))
            said = self._post(name, self.probe.to[0], batch=batch)
            if said != ACCEPTED and status == "cancel":
                answers["U1"] = Answer(GOOD, "it is refused at once")
        return answers

    def _posted_then(self, name: str, status: str) -> str:
        batch = self.account.new_batch()
        self._must(name, self._post(name, self.probe.to[0], batch=batch))
        self.account.ask("post", STOPS, {"batch_id": batch, "status": status}, 201)
        return batch

    def _seen_by_the_second(self, batch: str) -> Answer:
        if self.second is None:
            return Answer(NOT_VERIFIED, f"name another key of this account as {SECOND_KEY}")
        if batch in self.second.stops():
            return Answer(GOOD, "yes: both keys see the same places")
        return Answer(GOOD, "no: the other key has places of its own")

    def _one_who_leaves(self) -> dict[str, Answer]:
        """The last address is put on the global list after its mail was accepted; the second visit takes it off."""
        if len(self.probe.to) < 2:
            return {"U4": Answer(NOT_VERIFIED, "name a second address with --to")}
        address = self.probe.to[-1]
        if self.account.get(f"asm/suppressions/global/{address}"):
            return {"U4": Answer(NOT_VERIFIED, f"{address} is on SendGrid's global list already")}
        self._must("left", self._post("left", address))
        self.account.suppress(address)
        return {}

    def _one_bad_address(self) -> dict[str, Answer]:
        said = self._post("whole", self.probe.to[0], "no address")
        if said == REFUSED:
            return {}
        return {"U7": Answer(ADVICE, f"a request with a bad address is {said}")}

    def _group(self) -> dict[str, Answer]:
        number = self.settings.sendgrid.group
        if not number:
            return {}
        self._must("group", self._post("group", self.probe.to[0], asm={"group_id": number}))
        look = (
            f'look at the source of the mail "{subject(self.probe, "group")}": it needs the line '
            "List-Unsubscribe-Post"
        )
        return {"group": Answer(NOT_VERIFIED, look)}

    def _must(self, name: str, said: str) -> None:
        if said != ACCEPTED:
            raise ServiceFailed(
                f"SendGrid did not accept the probe's mail ({name}: {said}); try again later"
            )

    def _post(self, name: str, *to: str, batch: str = "", **more: Any) -> str:
        posted = self.account.post_mail(orjson.dumps(self._mail(name, to, batch) | more))
        if posted.outcome == REFUSED and name != "whole" and not name.startswith("late"):
            raise in_words(posted.status or 400, posted.complaints)
        return posted.outcome

    def _mail(self, name: str, to: Sequence[str], batch: str) -> dict[str, Any]:
        sender, title = self.settings.sender, subject(self.probe, name)
        text = (
            f"A question to SendGrid by newsletter doctor --probe ({name}). Nothing to do here.\n"
        )
        return {
            "personalizations": [{"to": [{"email": address}]} for address in to],
            "from": {"email": sender.email, "name": sender.name},
            "subject": title,
            "content": [{"type": "text/plain", "value": text}],
            "categories": ["newsletter-probe"],
            "send_at": self.probe.send_at,
            "tracking_settings": {
                "click_tracking": {"enable": False, "enable_text": False},
                "open_tracking": {"enable": False},
                "subscription_tracking": {"enable": False},
            },
            **({"batch_id": batch} if batch else {}),
        }


def subject(probe: Probe, name: str) -> str:
    """By its subject a mail of the probe is found in the logs and in the mailbox."""
    return f"Probe {probe.nonce}: {name}"
