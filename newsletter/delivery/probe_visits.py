"""This module comes back to a probe: what became of its mails, and what that answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from newsletter.delivery.account import Account
from newsletter.delivery.examined import ADVICE, GOOD, NOT_VERIFIED
from newsletter.delivery.probe import (
    AFTER_SECONDS,
    DONE,
    GIVE_UP_SECONDS,
    LEFT,
    RESUMED,
    STOPS,
    WAITING,
    Answer,
    NotYet,
    Probe,
    subject,
    used_credits,
)

ABSENT, HELD, DISCARDED, SENT = "not in the logs", "kept", "discarded", "sent"
SLOW = (
    "no: it is sent. A process frozen for longer than [sending] quiescence_seconds could then mail people twice; "
    "set it to 900"
)


def visit(account: Account, probe: Probe) -> Probe:
    """The next step of *probe*; raises NotYet where it is too early."""
    now = account.now(fresh=True)
    if probe.step != DONE and now < probe.visit_at:
        raise NotYet(probe)
    return STEPS[probe.step](_Visit(account, probe, now))


@dataclass(frozen=True)
class _Visit:
    account: Account
    probe: Probe
    now: int

    def fate(self, name: str, address: str = "") -> str:
        """What the Email Logs say of a mail; they lag behind, so for two hours absence says nothing."""
        known, to = subject(self.probe, name), address or self.probe.to[0]
        query = f"to_email = '{to}' AND subject = '{known}'"
        found = self.account.ask("post", "logs", {"query": query, "limit": 10}, 200)["messages"]
        if not found:
            return ABSENT
        status = found[0]["status"]
        return SENT if status in LEFT else DISCARDED if status == "dropped" else HELD

    def events(self, name: str) -> list[str]:
        """The events of a mail, as the Email Logs call them."""
        known = subject(self.probe, name)
        query = f"to_email = '{self.probe.to[0]}' AND subject = '{known}'"
        found = self.account.ask("post", "logs", {"query": query, "limit": 10}, 200)["messages"]
        if not found:
            return []
        events = self.account.get(f"logs/{found[0]['sg_message_id']}")["events"]
        return [str(one["event"]) for one in events]

    def stop(self, name: str, method: str, body: Mapping[str, str] | None = None) -> None:
        if batch := self.probe.batches.get(name):
            self.account.ask(method, f"{STOPS}/{batch}", body, 204, 404)


def _after_the_send_time(visit: _Visit) -> Probe:
    probe = visit.probe
    fate = visit.fate("plain")
    if fate == ABSENT and visit.now < probe.send_at + GIVE_UP_SECONDS:
        raise NotYet(replace(probe, visit_at=visit.now + AFTER_SECONDS))
    answers = {**probe.answers, **_places(visit), **_leaver(visit), **_costs(visit)}
    answers.setdefault("U1", _late(visit))
    answers.setdefault("U6", _logged(visit))
    answers.setdefault("U7", _whole(visit))
    if "late pause" in probe.batches and visit.fate("late pause") == SENT:
        answers["pause"] = Answer(ADVICE, "mail under a batch already paused is sent at its time")
    visit.stop("paused", "patch", {"status": "cancel"})
    visit.stop("late pause", "delete")
    return replace(probe, step=RESUMED, visit_at=visit.now + AFTER_SECONDS, answers=answers)


def _after_going_on(visit: _Visit) -> Probe:
    answers = dict(visit.probe.answers)
    paused = visit.fate("paused")
    answers["U9"] = {
        DISCARDED: Answer(GOOD, "yes"),
        SENT: Answer(ADVICE, "no: it is sent; undo a paused campaign before its send time"),
    }.get(paused, Answer(NOT_VERIFIED, f"the mail is {paused}"))
    resumed = visit.fate("late pause")
    kept = (
        Answer(GOOD, "yes") if resumed == SENT else Answer(NOT_VERIFIED, f"the mail is {resumed}")
    )
    answers.setdefault("pause", kept)
    for name in ("late cancel", "plain", "paused"):  # long past their time: deleting sends nothing
        visit.stop(name, "delete")
    return replace(visit.probe, step=DONE, answers=answers)


def _late(visit: _Visit) -> Answer:
    if "late cancel" not in visit.probe.batches:
        return Answer(NOT_VERIFIED, "a batch cannot be cancelled before any mail uses it")
    return {
        DISCARDED: Answer(GOOD, "yes"),
        HELD: Answer(GOOD, "yes: it was not sent"),
        SENT: Answer(ADVICE, SLOW),
    }.get(visit.fate("late cancel"), Answer(NOT_VERIFIED, "the logs do not show the mail"))


def _places(visit: _Visit) -> dict[str, Answer]:
    if visit.probe.batches["plain"] in visit.account.stops():
        return {"U3": Answer(GOOD, "yes, so this newsletter deletes them a day later")}
    return {"U3": Answer(GOOD, "no: it is free again after the send time")}


def _leaver(visit: _Visit) -> dict[str, Answer]:
    if "U4" in visit.probe.answers:
        return {}
    address = visit.probe.to[-1]
    fate = visit.fate("left", address)
    visit.account.ask("delete", f"asm/suppressions/global/{address}", None, 204)
    sent = "no: who leaves after the hand-over may still get this one letter"
    return {
        "U4": {DISCARDED: Answer(GOOD, "yes"), SENT: Answer(ADVICE, sent)}.get(
            fate, Answer(NOT_VERIFIED, f"the mail is {fate}")
        )
    }


def _costs(visit: _Visit) -> dict[str, Answer]:
    before, after = visit.probe.used, used_credits(visit.account)
    if before is None or after is None:
        return {"U5": Answer(NOT_VERIFIED, "SendGrid does not tell the credits of this plan")}
    accepted = len(visit.probe.batches) + ("U4" not in visit.probe.answers)
    accepted += "group" in visit.probe.answers
    if after - before >= accepted:
        return {"U5": Answer(ADVICE, "no: it costs like any other; an undo costs the campaign")}
    return {"U5": Answer(GOOD, "yes, unless other mail went out meanwhile")}


def _logged(visit: _Visit) -> Answer:
    events = visit.events("plain")
    if "cancel_drop" in events or "dropped" in events:
        return Answer(GOOD, f"yes: {', '.join(events)}")
    return Answer(NOT_VERIFIED, f"the logs say {', '.join(events) or 'nothing'}")


def _whole(visit: _Visit) -> Answer:
    if visit.fate("whole") == ABSENT:
        return Answer(GOOD, "yes")
    return Answer(ADVICE, "no: the good address was mailed although SendGrid said 400")


STEPS: Mapping[str, Callable[[_Visit], Probe]] = {
    WAITING: _after_the_send_time,
    RESUMED: _after_going_on,
    DONE: lambda visit: visit.probe,
}
