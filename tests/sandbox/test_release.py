"""Whatever is sent, stopped, resumed and left in any order: each mail ends as the rules say, once."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from newsletter.sandbox import messages, now, plant, serve, skip
from tests.sandbox.conftest import Account, mail

NOTICE, HELD_AT_MOST = 600, 72 * 3600
# Whole hundreds against odd delays: no event ever falls on the edge of a rule.
DELAYS = st.sampled_from([-60, 305, 1210, 2415, 5020])
SKIPS = st.sampled_from([100, 700, 1300, 3000, 270_000])
PLACES = st.integers(0, 2)
PEOPLE = st.sampled_from(["anna@example.com", "ben@example.com"])


@dataclass
class Expected:
    address: str
    batch: str | None
    due: float
    state: str = "waiting"


class AnyOrder(RuleBasedStateMachine):
    @initialize()
    def start(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = Path(self.temporary.name)
        self.sandbox = serve(self.folder)
        self.account = Account(self.sandbox)
        self.batches = [self.account.batch() for _ in range(3)]
        self.mails: list[Expected] = []
        self.stops: dict[str, tuple[str, float]] = {}
        self.left: set[str] = set()

    def teardown(self):
        if hasattr(self, "sandbox"):
            self.sandbox.close()
            self.temporary.cleanup()

    @rule(address=PEOPLE, place=st.none() | PLACES, delay=DELAYS)
    def send(self, address, place, delay):
        at = self.settle()
        batch = None if place is None else self.batches[place]
        body = mail(address, send_at=int(at) + delay) | ({"batch_id": batch} if batch else {})
        assert self.account.send(body).status == 202
        self.mails.append(Expected(address, batch, max(int(at) + delay, at)))

    @rule(place=PLACES, status=st.sampled_from(["cancel", "pause"]))
    def stop(self, place, status):
        at, batch = self.settle(), self.batches[place]
        if batch in self.stops:
            path = f"user/scheduled_sends/{batch}"
            self.account.ask("PATCH", path, {"status": status})
            self.stops[batch] = (status, self.stops[batch][1])
        else:
            self.account.stop(batch, status)
            self.stops[batch] = (status, at)

    @rule(place=PLACES)
    def resume(self, place):
        self.settle()
        self.account.ask("DELETE", f"user/scheduled_sends/{self.batches[place]}")
        self.stops.pop(self.batches[place], None)

    @rule(address=PEOPLE)
    def leave(self, address):
        self.settle()
        plant(self.sandbox.url, "global", [address])
        self.left.add(address)

    @rule(seconds=SKIPS)
    def wait(self, seconds):
        self.settle()
        skip(self.sandbox.url, seconds)

    @invariant()
    def everybody_is_where_the_rules_say(self):
        if not hasattr(self, "mails"):
            return
        self.settle()
        found = [(record.address, record.state) for record in messages(self.folder)]
        assert found == [(entry.address, entry.state) for entry in self.mails]
        assert self.files("waiting") == self.numbers("waiting", "held")
        assert self.files("delivered") == self.numbers("delivered")

    def files(self, name):
        return {int(file.stem) for file in (self.folder / "outbox" / name).glob("*.eml")}

    def numbers(self, *states):
        return {number for number, entry in enumerate(self.mails, 1) if entry.state in states}

    def settle(self):
        """Let the expectation catch up with the clock; the time is returned."""
        at = now(self.sandbox.url)
        for entry in self.mails:
            self.judge(entry, at)
        return at

    def judge(self, entry, at):
        status, since = self.stops.get(entry.batch, ("", 0.0))
        if entry.state == "waiting" and entry.due <= at:
            stopped = status and since <= entry.due - NOTICE
            entry.state = {"cancel": "cancelled", "pause": "held"}[status] if stopped else "leaves"
        if entry.state == "held":
            if status == "cancel":
                entry.state = "cancelled"
            elif entry.due + HELD_AT_MOST <= at:
                entry.state = "expired"
            elif not status:
                entry.state = "leaves"
        if entry.state == "leaves":
            entry.state = "dropped" if entry.address in self.left else "delivered"


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=6, stateful_step_count=12)
