"""The promise: whatever happens in whatever order, the sum adds up and nobody is accepted twice."""

import pytest
from hypothesis import settings as run
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Connection, delete, insert, select

from newsletter.campaign import (
    Answered,
    Batch,
    Claim,
    Recipient,
    Request,
    ask_stop,
    attempts,
    begin_fence,
    claim,
    close_attempts,
    counts,
    doubt_all,
    doubts,
    end_fence,
    expire,
    give_up_fence,
    give_up_posting,
    go_on,
    move,
    open_wave,
    people_of,
    refuse_people,
    report_rows,
    reserve,
    resolve,
    settle,
    split,
    take_back,
    take_back_rest,
    unknown_requests,
    withhold,
)
from newsletter.store import (
    Store,
    campaign,
    insert_new,
    metadata,
    recipient,
    request,
    subscriber,
    suppression,
    variant,
)

from .conftest import ENVELOPE, NOW, planned

PEOPLE = 7
EXAMPLES = {"sqlite": 60, "postgresql": 15}
ENDS = (
    "accepted",
    "unknown, arrived",
    "unknown, lost",
    "killed, arrived",
    "killed, lost",
    "not sent",
    "one refused",
    "too large",
)


class Ledger(RuleBasedStateMachine):
    """One campaign after the other of one edition, small requests, a world that does anything."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self.store = store
        self.batches = 0
        self.delivered: dict[tuple[int, int], int] = {}
        with self.store.write() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(delete(table))
            rows = [
                {"id": one, "key": f"{one}@x", "address": f"{one}@x", "updated_at": NOW}
                for one in range(1, PEOPLE + 1)
            ]
            connection.execute(insert(subscriber), rows)
        self.campaign = 0
        self.freeze()

    @precondition(lambda self: self.undone())
    @rule()
    def freeze(self) -> None:
        """A letter so large that a request holds three people."""
        self.campaign += 1
        with self.store.write() as connection:
            words = ("edition_id", "edition", "title", "edition_digest", "letter_digest")
            row = dict.fromkeys((*words, "audience_digest"), "x") | {"id": self.campaign}
            row |= {"envelope": ENVELOPE.as_json(), "frozen": PEOPLE, "undo_seconds": 900}
            connection.execute(insert(campaign).values(**row, created_at=NOW))
            row = {"campaign_id": self.campaign, "number": 0, "html": "", "text": ""}
            large = insert(variant).values(**row, recipients=PEOPLE, largest=6_000_000)
            connection.execute(large)
            same = {"campaign_id": self.campaign, "edition_id": "x", "variant": 0}
            same |= {"subject": "x", "substitutions": "{}"}
            rows = [
                {**same, "seq": one, "subscriber_id": one, "key": f"{one}@x", "address": f"{one}@x"}
                for one in range(1, PEOPLE + 1)
            ]
            connection.execute(insert(recipient), rows)

    @rule(end=st.sampled_from(ENDS), too_late=st.sampled_from([False, False, False, True]))
    def post(self, end: str, too_late: bool) -> None:
        """One request as a run posts it, with a wave where one is needed, to whatever end."""
        self.batches += 1
        with self.store.write() as connection:
            people = planned(connection, self.campaign, NOW + 99)
            open_wave(connection, self.campaign, Batch(f"b{self.batches}", NOW + 9), people)
            wanted = reserve(connection, self.campaign, "me", NOW, NOW + 60)
            if wanted is None:
                return
            withhold(connection, wanted)
            people = people_of(connection, wanted)
            if not people:
                settle(connection, wanted, "void", NOW, Answered())
            elif claim(connection, wanted, Claim(NOW + 9 if too_late else NOW, NOW + 60)):
                self.answer(connection, wanted, people, end)

    def answer(
        self, connection: Connection, wanted: Request, people: list[Recipient], end: str
    ) -> None:
        if end in ("accepted", "unknown, arrived", "killed, arrived"):
            for person in people:
                at = (wanted.attempt_id, person.seq)
                self.delivered[at] = self.delivered.get(at, 0) + 1
        if end.startswith("killed"):
            give_up_posting(connection)
            return
        if end == "one refused":
            refuse_people(connection, wanted, [(people[0].seq, "no")])
        state = {"accepted": "accepted", "unknown": "unknown"}.get(end.split(",")[0], "pending")
        settle(connection, wanted, state, NOW, Answered(202))
        if end == "too large" and wanted.run.size > 1:
            split(connection, wanted)

    @rule(late=st.booleans())
    def close(self, late: bool) -> None:
        with self.store.write() as connection:
            close_attempts(connection, self.campaign, NOW + 9 if late else NOW)

    @rule(who=st.integers(1, PEOPLE))
    def leave(self, who: int) -> None:
        row = {"key": f"{who}@x", "reason": "bounced", "origin": str(self.batches), "at": NOW}
        with self.store.write() as connection:
            insert_new(connection, suppression, [row])

    @rule()
    def halt_and_go_on(self) -> None:
        with self.store.write() as connection:
            ask_stop(connection, self.campaign, "halt")
            people = planned(connection, self.campaign, NOW)
            assert open_wave(connection, self.campaign, Batch("none", NOW), people) is None
            go_on(connection, self.campaign)

    @precondition(lambda self: len(self.delivered) > 3)
    @rule(every=st.booleans())
    def undo(self, every: bool) -> None:
        """The provider drops what was sent under a cancelled batch; of several, one may be too late."""
        with self.store.write() as connection:
            ask_stop(connection, self.campaign, "undo")
            live = attempts(connection, self.campaign)
            for attempt in live if every else live[1:]:
                take_back(connection, attempt)
                self.drop(attempt.id)
            take_back_rest(connection, self.campaign)

    @rule(end=st.sampled_from(["again", "pending", "too late", "doubtful"]))
    def fence(self, end: str) -> None:
        """The first wave in doubt is cancelled and posted again, or it comes too late for that."""
        self.batches += 1
        with self.store.write() as connection:
            found = doubts(connection, self.campaign)
            if not found or found[0].attempt.state == "paused":
                return
            fenced = found[0].attempt
            begin_fence(connection, fenced, NOW)
            if end == "too late":
                give_up_fence(connection, fenced)
            elif end == "doubtful":
                doubt_all(connection, fenced, "late")
            else:
                again = Batch(f"b{self.batches}", NOW + 9) if end == "again" else None
                end_fence(connection, fenced, again, 900, NOW)
                self.drop(fenced.id)

    @rule(end=st.sampled_from(["go on", "expire"]))
    def pause(self, end: str) -> None:
        """What was paused goes on where it was, or is thrown away by the provider after three days."""
        with self.store.write() as connection:
            live = [one for one in attempts(connection, self.campaign) if one.state == "posted"]
            if not live:
                return
            move(connection, live[0].id, "paused")
            if end == "go on":
                move(connection, live[0].id, "posted")
            else:
                expire(connection, live[0])
                self.drop(live[0].id)

    @rule(arrived=st.booleans())
    def resolve(self, arrived: bool) -> None:
        """A person says what became of an unknown request, and is right."""
        with self.store.write() as connection:
            for one in unknown_requests(connection, self.campaign):
                people = range(one.run.first, one.run.last + 1)
                there = any((one.attempt_id, seq) in self.delivered for seq in people)
                if there == arrived:
                    resolve(connection, one, "accepted" if arrived else "void", NOW)
                    return

    def drop(self, attempt: int) -> None:
        """The provider throws the mail of an attempt away."""
        kept = {at: times for at, times in self.delivered.items() if at[0] != attempt}
        self.delivered = kept

    def undone(self) -> bool:
        with self.store.read() as connection:
            live = select(recipient.c.seq).where(recipient.c.live == 1)
            return connection.scalar(live.limit(1)) is None

    @invariant()
    def the_sum_adds_up(self) -> None:
        with self.store.read() as connection:
            now = counts(connection, self.campaign)
            rows = [row.outcome for row in report_rows(connection, self.campaign)]
        assert now.adds_up
        assert now.frozen == PEOPLE == len(rows)
        told = {word: rows.count(word) for word in set(rows)}
        assert all(getattr(now, word) == number for word, number in told.items())

    @invariant()
    def nobody_gets_it_twice(self) -> None:
        people = [seq for (_, seq), times in self.delivered.items() for _ in range(times)]
        assert len(people) == len(set(people))

    @invariant()
    def nobody_is_in_two_requests_that_count(self) -> None:
        with self.store.read() as connection:
            live = [attempt.id for attempt in attempts(connection, self.campaign)]
            query = select(request.c.first_seq, request.c.last_seq)
            counting = request.c.attempt_id.in_(live) & (request.c.state != "void")
            ranges = connection.execute(query.where(counting)).all()
        people = [seq for first, last in ranges for seq in range(first, last + 1)]
        assert len(people) == len(set(people))


@pytest.mark.slow
def test_the_sum_adds_up_and_nobody_gets_it_twice(store: Store) -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        lambda: Ledger(store),
        settings=run(max_examples=EXAMPLES[store.dialect], stateful_step_count=20),
    )
