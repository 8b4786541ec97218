"""The ledger: claims, outcomes, stops, and a sum that always adds up."""

from collections.abc import Callable

import pytest
from sqlalchemy import insert, update

from newsletter.campaign import (
    Answered,
    Attempt,
    Batch,
    Counts,
    Request,
    ask_stop,
    attempts,
    claim,
    close_attempts,
    give_up_posting,
    go_on,
    move,
    next_request,
    open_wave,
    people_of,
    posting,
    refuse_people,
    refused_of,
    report_rows,
    settle,
    split,
    stop_reason,
    summaries,
    summary,
    take_back,
    take_back_rest,
    unfinished,
    was_posted,
    wishes_of,
    withhold,
)
from newsletter.errors import NewsletterError
from newsletter.store import list_row, request, source, subscriber, suppression

from .conftest import NOW, Clinic

BATCH = Batch("batch-1", NOW + 2000, NOW + 1000)


@pytest.fixture
def frozen(clinic: Clinic, crowd: Callable[[int], list[str]]) -> Clinic:
    clinic.add(*crowd(1500))
    clinic.freeze()
    return clinic


@pytest.fixture
def opened(frozen: Clinic) -> Clinic:
    with frozen.store.write() as connection:
        open_wave(connection, 1, BATCH)
    return frozen


def waiting(clinic: Clinic) -> Request:
    with clinic.store.read() as connection:
        found = next_request(connection, 1)
    assert found is not None
    return found


def claimed(clinic: Clinic, now: int = NOW) -> bool:
    wanted = waiting(clinic)
    with clinic.store.write() as connection:
        return claim(connection, wanted, now)


def post(clinic: Clinic, state: str) -> Request:
    wanted = waiting(clinic)
    with clinic.store.write() as connection:
        assert claim(connection, wanted, NOW)
        settle(connection, wanted, state, NOW, Answered(202, "id", state))
    return wanted


def test_a_wave_has_requests_of_at_most_a_thousand(opened: Clinic) -> None:
    sizes = zip(opened.column(request.c.first_seq), opened.column(request.c.last_seq), strict=True)
    assert list(sizes) == [(1, 1000), (1001, 1500)]
    with opened.store.read() as connection:
        assert attempts(connection, 1) == [
            Attempt(1, 1, "batch-1", BATCH.send_at, BATCH.post_until, "open")
        ]
        assert wishes_of(connection, 1) == (None, 900)


def test_nobody_is_in_two_waves(opened: Clinic) -> None:
    with opened.store.write() as connection:
        assert open_wave(connection, 1, Batch("batch-2", NOW, NOW)) is None


def test_a_stopped_campaign_opens_no_wave_and_claims_nothing(frozen: Clinic) -> None:
    with frozen.store.write() as connection:
        ask_stop(connection, 1, "undo")
        assert open_wave(connection, 1, BATCH) is None


def test_a_request_is_claimed_once(opened: Clinic) -> None:
    first = waiting(opened)
    with opened.store.write() as connection:
        assert claim(connection, first, NOW)
        assert not claim(connection, first, NOW)
        assert posting(connection, 1)
    assert opened.counts(1) == Counts(frozen=1500, unknown=1000, pending=500)


def test_nothing_is_claimed_too_late_or_after_a_stop(opened: Clinic) -> None:
    assert not claimed(opened, BATCH.post_until)
    with opened.store.write() as connection:
        ask_stop(connection, 1, "pause", "asked")
    assert not claimed(opened)
    with opened.store.write() as connection:
        ask_stop(connection, 1, "halt")  # weaker than a person's wish
        assert stop_reason(connection, 1) == ("pause", "asked")
        go_on(connection, 1)
        assert stop_reason(connection, 1) == ("pause", "asked")


def test_a_halt_is_forgotten_when_it_goes_on(opened: Clinic) -> None:
    with opened.store.write() as connection:
        ask_stop(connection, 1, "halt", "no credits")
        go_on(connection, 1)
    assert claimed(opened)


@pytest.mark.parametrize(
    ("state", "counts"),
    [
        ("accepted", Counts(frozen=1500, accepted=1000, pending=500)),
        ("unknown", Counts(frozen=1500, unknown=1000, pending=500)),
        ("refused", Counts(frozen=1500, refused=1000, pending=500)),
        ("pending", Counts(frozen=1500, pending=1500)),
    ],
)
def test_everybody_shares_the_fate_of_their_request(
    opened: Clinic, state: str, counts: Counts
) -> None:
    post(opened, state)
    assert opened.counts(1) == counts
    assert counts.adds_up


def test_a_settled_request_is_not_settled_otherwise(opened: Clinic) -> None:
    done = post(opened, "accepted")
    with opened.store.write() as connection, pytest.raises(NewsletterError, match="status 1"):
        settle(connection, done, "pending", NOW, Answered())


def test_an_attempt_moves_only_forward(opened: Clinic) -> None:
    with opened.store.write() as connection:
        move(connection, 1, "posted")
        with pytest.raises(NewsletterError, match="attempt 1 cannot become posted"):
            move(connection, 1, "posted")


def test_what_a_dead_process_was_posting_is_unknown(opened: Clinic) -> None:
    claimed(opened)
    with opened.store.write() as connection:
        assert give_up_posting(connection, 2) == 0
        assert give_up_posting(connection) == 1
        assert give_up_posting(connection) == 0
    assert opened.counts(1) == Counts(frozen=1500, unknown=1000, pending=500)


def test_whoever_left_since_the_freeze_is_withheld(opened: Clinic) -> None:
    with opened.store.write() as connection:
        row = {"key": "reader00003@example.com", "reason": "complained", "origin": "x", "at": NOW}
        connection.execute(insert(suppression).values(row))
        fallen = subscriber.c.key == "reader00004@example.com"
        connection.execute(update(subscriber).where(fallen).values(standing="unsubscribed"))
        wanted = next_request(connection, 1)
        assert wanted is not None
        assert withhold(connection, wanted) == 2
        assert withhold(connection, wanted) == 0
        assert len(people_of(connection, wanted)) == 998
        rows = [*report_rows(connection, 1)]
    assert [(row.address, row.outcome, row.reason) for row in rows[2:6]] == [
        ("reader00002@example.com", "pending", ""),
        ("reader00003@example.com", "withheld", "complained"),
        ("reader00004@example.com", "withheld", "unsubscribed"),
        ("reader00005@example.com", "pending", ""),
    ]
    post(opened, "accepted")
    assert opened.counts(1) == Counts(frozen=1500, accepted=998, withheld=2, pending=500)


def test_single_people_are_refused_for_good(opened: Clinic) -> None:
    wanted = waiting(opened)
    with opened.store.write() as connection:
        refuse_people(connection, wanted, [(7, "no such place"), (8, "odd")])
        assert refused_of(connection, wanted, but="odd") == 1
    assert opened.counts(1) == Counts(frozen=1500, refused=2, pending=1498)


def test_a_request_that_is_too_large_is_halved(opened: Clinic) -> None:
    with opened.store.write() as connection:
        wanted = next_request(connection, 1)
        assert wanted is not None
        first, second = split(connection, wanted)
    assert (first.size, second.size) == (500, 500)
    assert opened.counts(1) == Counts(frozen=1500, pending=1500)
    assert waiting(opened).run == first


def test_who_was_not_posted_in_time_moves_to_a_new_wave(opened: Clinic) -> None:
    post(opened, "accepted")
    with opened.store.write() as connection:
        close_attempts(connection, 1, BATCH.post_until)
        assert [attempt.state for attempt in attempts(connection, 1)] == ["posted"]
        later = open_wave(connection, 1, Batch("batch-2", NOW + 5000, NOW + 4000))
        assert later is not None
        assert unfinished(connection, "back-2026") == 1
    post(opened, "accepted")
    with opened.store.write() as connection:
        close_attempts(connection, 1, NOW)
        assert unfinished(connection, "back-2026") is None
        times = {row.address: row.send_at for row in report_rows(connection, 1)}
    assert opened.counts(1) == Counts(frozen=1500, accepted=1500)
    assert times["reader00000@example.com"] == BATCH.send_at
    assert times["reader01499@example.com"] == NOW + 5000


@pytest.mark.parametrize("state", ["accepted", "unknown"])
def test_what_may_have_arrived_never_moves_to_a_new_wave(opened: Clinic, state: str) -> None:
    post(opened, state)
    with opened.store.write() as connection:
        close_attempts(connection, 1, BATCH.post_until)
        open_wave(connection, 1, Batch("batch-2", NOW + 5000, NOW + 4000))
    post(opened, "accepted")
    with opened.store.write() as connection:
        assert next_request(connection, 1) is None
    whole = {"accepted": 500, state: 1000} if state != "accepted" else {"accepted": 1500}
    assert opened.counts(1) == Counts(frozen=1500, **whole)


def test_what_is_taken_back_is_cancelled_for_everybody(opened: Clinic) -> None:
    post(opened, "accepted")
    with opened.store.write() as connection:
        ask_stop(connection, 1, "undo")
        [attempt] = attempts(connection, 1)
        assert was_posted(connection, attempt)
        take_back(connection, attempt)
        take_back_rest(connection, 1)
        assert unfinished(connection, "back-2026") is None
    assert opened.counts(1) == Counts(frozen=1500, cancelled=1500)


def test_what_left_stays_when_the_rest_is_taken_back(opened: Clinic) -> None:
    post(opened, "accepted")
    with opened.store.write() as connection:
        close_attempts(connection, 1, BATCH.post_until)
        take_back_rest(connection, 1)
    assert opened.counts(1) == Counts(frozen=1500, accepted=1000, cancelled=500)


def test_pending_requests_of_what_left_are_cancelled(opened: Clinic) -> None:
    post(opened, "unknown")
    with opened.store.write() as connection:
        take_back_rest(connection, 1)
    assert opened.counts(1) == Counts(frozen=1500, unknown=1000, cancelled=500)


def test_the_report_names_the_lists_of_each_person(opened: Clinic) -> None:
    post(opened, "unknown")
    with opened.store.write() as connection:
        for number, name in ((1, "website"), (2, "desk")):
            row = {"id": number, "list": name, "path": name, "digest": "", "consent": "confirmed"}
            connection.execute(insert(source).values(row | {"rows": 1, "merged_at": NOW}))
            connection.execute(insert(list_row).values(source_id=number, line=2, subscriber_id=1))
        [first, *_] = report_rows(connection, 1)
    assert (first.lists, first.outcome, first.reason) == (("desk", "website"), "unknown", "unknown")


def test_campaigns_are_summed_up(opened: Clinic) -> None:
    with opened.store.read() as connection:
        [entry] = summaries(connection)
        assert entry == summary(connection, 1)
        with pytest.raises(NewsletterError, match="no campaign 7"):
            summary(connection, 7)
    assert (entry.send_at, entry.counts.pending) == (BATCH.send_at, 1500)
    with pytest.raises(NewsletterError, match="no campaign 7"):
        opened.counts(7)
