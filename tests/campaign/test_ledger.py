"""The ledger: claims, outcomes, stops, and a sum that always adds up."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import Connection, insert, update

from newsletter.campaign import (
    Answered,
    Attempt,
    Batch,
    Claim,
    Counts,
    Entry,
    Request,
    Times,
    approve,
    approved,
    ask_stop,
    attempts,
    begin_fence,
    claim,
    close_attempts,
    doubts,
    end_fence,
    expire,
    give_up_posting,
    go_on,
    hold_back,
    log_of,
    move,
    open_wave,
    people_of,
    posting,
    record,
    refuse_people,
    refused_of,
    report_rows,
    reserve,
    settle,
    split,
    stop_reason,
    summaries,
    summary,
    take_back,
    take_back_rest,
    throttled_until,
    times_of,
    unfinished,
    was_posted,
    withhold,
)
from newsletter.errors import NewsletterError
from newsletter.store import campaign, list_row, recipient, request, source, subscriber, suppression

from .conftest import NOW, Clinic, planned

BATCH = Batch("batch-1", NOW + 1000)
SEND_AT = NOW + 2000
CLAIM = Claim(NOW, NOW + 120)


@pytest.fixture
def frozen(clinic: Clinic, crowd: Callable[[int], list[str]]) -> Clinic:
    clinic.add(*crowd(1500))
    clinic.freeze()
    return clinic


@pytest.fixture
def opened(frozen: Clinic) -> Clinic:
    with frozen.store.write() as connection:
        open_wave(connection, 1, BATCH, planned(connection, 1, SEND_AT))
    return frozen


def waiting(clinic: Clinic) -> Request:
    with clinic.store.write() as connection:
        return reserved(connection)


def reserved(connection: Connection, owner: str = "me") -> Request:
    found = reserve(connection, 1, owner, NOW, NOW + 120)
    assert found is not None
    return found


def claimed(clinic: Clinic, now: int = NOW) -> bool:
    wanted = waiting(clinic)
    with clinic.store.write() as connection:
        return claim(connection, wanted, Claim(now, now + 120))


def post(clinic: Clinic, state: str) -> Request:
    wanted = waiting(clinic)
    with clinic.store.write() as connection:
        assert claim(connection, wanted, CLAIM)
        settle(connection, wanted, state, NOW, Answered(202, "id", state))
    return wanted


def test_a_wave_has_requests_of_at_most_a_thousand(opened: Clinic) -> None:
    sizes = zip(opened.column(request.c.first_seq), opened.column(request.c.last_seq), strict=True)
    assert list(sizes) == [(1, 1000), (1001, 1500)]
    with opened.store.read() as connection:
        assert attempts(connection, 1) == [
            Attempt(1, 1, 1, 1, "batch-1", SEND_AT, SEND_AT, BATCH.post_until, "open")
        ]
        assert times_of(connection, 1) == Times(NOW, 900)


def test_nobody_is_in_two_waves(opened: Clinic) -> None:
    with opened.store.write() as connection:
        assert planned(connection, 1, SEND_AT) == []
        assert open_wave(connection, 1, Batch("batch-2", NOW), []) is None


def test_whoever_planned_while_another_process_opened_a_wave_opens_none(frozen: Clinic) -> None:
    with frozen.store.read() as connection:
        both = planned(connection, 1, SEND_AT)
    with frozen.store.write() as connection:
        assert open_wave(connection, 1, BATCH, both[1:]) is not None
    with (
        pytest.raises(NewsletterError, match="under way already"),
        frozen.store.write() as connection,
    ):
        open_wave(connection, 1, Batch("batch-2", BATCH.post_until), both)
    with frozen.store.write() as connection:
        assert len(attempts(connection, 1)) == 1
        rest = planned(connection, 1, SEND_AT)
        assert rest == both[:1]
        assert open_wave(connection, 1, Batch("batch-2", BATCH.post_until), rest) is not None
    assert frozen.counts(1) == Counts(frozen=1500, pending=1500)


def test_a_stopped_campaign_opens_no_wave_and_claims_nothing(frozen: Clinic) -> None:
    with frozen.store.write() as connection:
        ask_stop(connection, 1, "undo")
        assert open_wave(connection, 1, BATCH, planned(connection, 1, SEND_AT)) is None


def test_a_request_is_claimed_once(opened: Clinic) -> None:
    first = waiting(opened)
    with opened.store.write() as connection:
        assert claim(connection, first, CLAIM)
        assert not claim(connection, first, CLAIM)
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
        assert give_up_posting(connection, NOW + 119) == 0
        assert give_up_posting(connection) == 1
        assert give_up_posting(connection) == 0
    assert opened.counts(1) == Counts(frozen=1500, unknown=1000, pending=500)


def test_whoever_left_since_the_freeze_is_withheld(opened: Clinic) -> None:
    with opened.store.write() as connection:
        row = {"key": "reader00003@example.com", "reason": "complained", "origin": "x", "at": NOW}
        connection.execute(insert(suppression).values(row))
        fallen = subscriber.c.key == "reader00004@example.com"
        connection.execute(update(subscriber).where(fallen).values(standing="unsubscribed"))
        wanted = reserved(connection)
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
        wanted = reserved(connection)
        first, second = split(connection, wanted)
    assert (first.size, second.size) == (500, 500)
    assert opened.counts(1) == Counts(frozen=1500, pending=1500)
    assert waiting(opened).run == first


def test_who_was_not_posted_in_time_moves_to_a_new_wave(opened: Clinic) -> None:
    post(opened, "accepted")
    with opened.store.write() as connection:
        close_attempts(connection, 1, BATCH.post_until)
        assert [attempt.state for attempt in attempts(connection, 1)] == ["posted"]
        later = Batch("batch-2", NOW + 4000)
        assert open_wave(connection, 1, later, planned(connection, 1, NOW + 5000)) is not None
        assert unfinished(connection, "back-2026", NOW) == [1]
    post(opened, "accepted")
    with opened.store.write() as connection:
        close_attempts(connection, 1, NOW)
        assert unfinished(connection, "back-2026", NOW) == []
        times = {row.address: row.send_at for row in report_rows(connection, 1)}
    assert opened.counts(1) == Counts(frozen=1500, accepted=1500)
    assert times["reader00000@example.com"] == SEND_AT
    assert times["reader01499@example.com"] == NOW + 5000


@pytest.mark.parametrize("state", ["accepted", "unknown"])
def test_what_may_have_arrived_never_moves_to_a_new_wave(opened: Clinic, state: str) -> None:
    post(opened, state)
    with opened.store.write() as connection:
        close_attempts(connection, 1, BATCH.post_until)
        open_wave(connection, 1, Batch("batch-2", NOW + 4000), planned(connection, 1, NOW + 5000))
    post(opened, "accepted")
    with opened.store.write() as connection:
        assert reserve(connection, 1, "me", NOW, NOW) is None
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
        assert unfinished(connection, "back-2026", NOW) == []
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
    assert (entry.send_at, entry.counts.pending) == (SEND_AT, 1500)
    with pytest.raises(NewsletterError, match="no campaign 7"):
        opened.counts(7)


def test_whoever_prepares_a_request_has_it_until_the_lease_is_over(opened: Clinic) -> None:
    with opened.store.write() as connection:
        mine, yours = reserved(connection), reserved(connection, "you")
        assert (mine.run.first, yours.run.first) == (1, 1001)
        assert reserve(connection, 1, "she", NOW + 119, NOW + 239) is None
        assert not claim(connection, replace(mine, owner="you"), CLAIM)
        hers = reserve(connection, 1, "she", NOW + 120, NOW + 240)
        assert hers is not None
        assert hers.run == mine.run
        assert not claim(connection, mine, CLAIM)


def test_no_more_requests_are_on_their_way_than_may_be(opened: Clinic) -> None:
    with opened.store.write() as connection:
        first, second = reserved(connection), reserved(connection, "you")
        assert claim(connection, first, CLAIM)
        assert not claim(connection, second, CLAIM)
        assert claim(connection, second, replace(CLAIM, most_on_their_way=2))


def test_nobody_posts_while_the_provider_wants_to_be_left_alone(opened: Clinic) -> None:
    with opened.store.write() as connection:
        hold_back(connection, NOW + 30)
        hold_back(connection, NOW + 10)
        assert throttled_until(connection) == NOW + 30
    assert not claimed(opened, NOW + 29)
    assert claimed(opened, NOW + 30)


def test_nothing_is_claimed_before_a_second_person_agreed_to_just_this(opened: Clinic) -> None:
    with opened.store.write() as connection:
        connection.execute(update(campaign).values(needs_approval=1))
        record(connection, 1, Entry(NOW, "ada", "frozen", ""))
        assert not approved(connection, 1)
        with pytest.raises(NewsletterError, match="a second person must approve it"):
            approve(connection, 1, "ada", NOW)
    assert not claimed(opened)
    with opened.store.write() as connection:
        approve(connection, 1, "bo", NOW + 1)
        assert approved(connection, 1)
        connection.execute(update(campaign).values(audience_digest="somebody else"))
        assert not approved(connection, 1)
        approve(connection, 1, "bo", NOW + 2)
        assert [(one.who, one.what) for one in log_of(connection, 1)] == [
            ("ada", "frozen"),
            ("bo", "approved"),
            ("bo", "approved"),
        ]
    assert claimed(opened)


def test_after_a_fence_the_same_people_are_in_the_next_attempt(opened: Clinic) -> None:
    post(opened, "unknown")
    with opened.store.write() as connection:
        [doubt] = doubts(connection, 1)
        assert (doubt.posted_at, doubt.leased_until, doubt.people) == (NOW, 0, 1500)
        begin_fence(connection, doubt.attempt, NOW)
        assert reserve(connection, 1, "me", NOW, NOW) is None
        again = end_fence(connection, doubt.attempt, Batch("batch-2", NOW + 1500), 900, NOW)
        assert again is not None
        assert (again.number, again.send_at) == (2, SEND_AT + 900)
        assert doubts(connection, 1) == []
    assert opened.counts(1) == Counts(frozen=1500, pending=1500)


def test_a_fence_that_ends_after_a_stop_leaves_everybody_pending(opened: Clinic) -> None:
    post(opened, "unknown")
    with opened.store.write() as connection:
        [doubt] = doubts(connection, 1)
        begin_fence(connection, doubt.attempt, NOW)
        ask_stop(connection, 1, "pause")
        batch = Batch("batch-2", NOW + 1500)
        assert end_fence(connection, replace(doubt.attempt, state="fencing"), batch, 0, NOW) is None
    assert opened.counts(1) == Counts(frozen=1500, pending=1500)


def test_what_left_before_an_undo_stays_and_what_is_between_is_unknown(opened: Clinic) -> None:
    for _ in range(2):
        post(opened, "accepted")
    with opened.store.write() as connection:
        [attempt] = attempts(connection, 1)
        take_back(connection, attempt, safe_after=SEND_AT + 1, leaving_after=SEND_AT)
    assert opened.counts(1) == Counts(frozen=1500, unknown=1500)


def test_people_whose_mail_expired_may_get_the_edition_by_another_send(opened: Clinic) -> None:
    post(opened, "accepted")
    with opened.store.write() as connection:
        [attempt] = attempts(connection, 1)
        move(connection, attempt.id, "paused")
        expire(connection, attempt)
    assert opened.counts(1) == Counts(frozen=1500, expired=1000, pending=500)
    assert opened.column(recipient.c.live).count(0) == 1000


def test_who_waits_in_an_attempt_that_takes_no_more_posts_goes_with_a_later_wave(
    opened: Clinic,
) -> None:
    post(opened, "accepted")
    with opened.store.write() as connection:
        [attempt] = attempts(connection, 1)
        move(connection, attempt.id, "paused")
        move(connection, attempt.id, "posted")  # the pause came too late
        close_attempts(connection, 1, NOW)
        later = Batch("batch-2", NOW + 4000)
        assert open_wave(connection, 1, later, planned(connection, 1, NOW + 5000)) is not None
    post(opened, "accepted")
    assert opened.counts(1) == Counts(frozen=1500, accepted=1500)
