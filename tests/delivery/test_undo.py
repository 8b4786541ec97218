"""Undo: what has not left is taken back, and SendGrid confirms it."""

import sys
import threading

import pytest
from sqlalchemy import update

from newsletter.campaign import Counts, counts
from newsletter.config import Sending
from newsletter.delivery import Account, Manner, TooLate, dispatch, undo
from newsletter.delivery.lock import held
from newsletter.errors import NewsletterError, ServiceFailed
from newsletter.sandbox import Fault
from newsletter.store import attempt, request
from tests.campaign.conftest import ARTICLE

from .conftest import QUICK, Clinic

UNDONE = Counts(frozen=2, cancelled=2)


@pytest.fixture
def sent(clinic: Clinic) -> Clinic:
    clinic.add("Ada", "Bo")
    clinic.dispatch(clinic.freeze())
    return clinic


def test_nobody_gets_what_was_taken_back(sent: Clinic) -> None:
    result = undo(sent.store, 1, sent.account)
    assert (result.counts, result.cancelled, result.left, result.complete) == (UNDONE, 2, 0, True)
    sent.sandbox.office.clock.skip(7200)
    sent.account.scopes()
    assert sent.states() == {"cancelled": 2}


def test_twice_is_harmless(sent: Clinic) -> None:
    assert undo(sent.store, 1, sent.account) == undo(sent.store, 1, sent.account)


def test_edited_and_sent_again_everybody_has_the_second_version(sent: Clinic) -> None:
    undo(sent.store, 1, sent.account)
    sent.write(ARTICLE.replace("Strong backs", "Stronger backs"))
    assert sent.dispatch(sent.freeze()) == Counts(frozen=2, accepted=2)
    sent.sandbox.office.clock.skip(7200)
    sent.account.scopes()
    assert sent.states() == {"cancelled": 2, "delivered": 2}


def test_before_anything_was_posted_sendgrid_is_not_asked(clinic: Clinic) -> None:
    clinic.add("Ada", "Bo")
    clinic.freeze()
    with Account("SG.test", "http://127.0.0.1:9", patience=QUICK) as nowhere:
        assert undo(clinic.store, 1, nowhere).counts == UNDONE
    assert clinic.dispatch(1) == UNDONE


def test_an_unknown_request_is_taken_back_with_its_batch(clinic: Clinic) -> None:
    clinic.add("Ada", "Bo")
    clinic.freeze()
    clinic.misbehave(
        Fault("drop after"),
        Fault("error before", path="/v3/scopes", method="GET", after=1, times=3),
    )
    with pytest.raises(ServiceFailed):
        clinic.dispatch(1)
    assert clinic.counts() == Counts(frozen=2, unknown=2)
    assert undo(clinic.store, 1, clinic.account).counts == UNDONE
    clinic.sandbox.office.clock.skip(7200)
    clinic.account.scopes()
    assert clinic.states() == {"cancelled": 2}


def test_after_a_crash_while_posting(sent: Clinic) -> None:
    with sent.store.write() as connection:
        connection.execute(update(request).values(state="posting"))
    assert undo(sent.store, 1, sent.account).counts == UNDONE


def test_too_late_says_how_many_have_left(sent: Clinic) -> None:
    sent.sandbox.office.clock.skip(25 * 60)
    with pytest.raises(TooLate, match="the mail of 2 people has left or leaves within minutes"):
        undo(sent.store, 1, sent.account)
    assert sent.counts() == Counts(frozen=2, accepted=2)


def test_midway_it_takes_back_what_has_not_left(clinic: Clinic) -> None:
    clinic.crowd(2001)
    clinic.freeze()

    def dawdle(now: Counts) -> None:
        if now.accepted == 1000:
            clinic.sandbox.office.clock.skip(25 * 60)

    clinic.dispatch(1, dawdle)
    result = undo(clinic.store, 1, clinic.account)
    assert result.left
    assert result.cancelled
    assert (result.left + result.cancelled, result.complete) == (2001, False)


def test_while_it_is_being_posted(clinic: Clinic) -> None:
    clinic.crowd(5000)
    clinic.freeze()
    begun = threading.Event()

    def send() -> None:
        with clinic.another_account() as account:
            dispatch(clinic.store, 1, account, clinic.settings, Manner(lambda _: begun.set()))

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    assert begun.wait(60)
    assert undo(clinic.store, 1, clinic.account).counts == Counts(frozen=5000, cancelled=5000)
    thread.join()
    assert clinic.counts() == Counts(frozen=5000, cancelled=5000)


@pytest.mark.engine("sqlite")
def test_a_send_that_stands_still_in_the_middle_keeps_nobody_from_undoing(
    sent: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules[undo.__module__], "LOCK_SECONDS", 0)
    now = sent.account.now(fresh=True)
    leased = update(request).values(state="posting", posted_at=now, lease_until=now + 1)
    with held(sent.store):  # as by a process that Ctrl-Z has stopped
        with sent.store.write() as connection:
            connection.execute(leased)
        undone = undo(sent.store, 1, sent.account, Sending(deadline_seconds=1))
    assert undone.counts == UNDONE


@pytest.mark.parametrize("path", ["/v3/user/scheduled_sends"])
def test_what_sendgrid_does_not_confirm_can_be_asked_again(sent: Clinic, path: str) -> None:
    sent.misbehave(Fault("error before", path=path, status=503, times=-1))
    with pytest.raises(ServiceFailed, match="503"):
        undo(sent.store, 1, sent.account)
    assert sent.counts() == Counts(frozen=2, accepted=2)
    sent.sandbox.office.faults.clear()
    assert undo(sent.store, 1, sent.account).counts == UNDONE


def begun_undo(sent: Clinic, **more: int) -> None:
    """An undo whose process died after SendGrid had cancelled."""
    with sent.store.write() as connection:
        values = {"state": "fencing", "stopped_at": sent.account.now(), **more}
        connection.execute(update(attempt).values(values))
        batch = connection.scalar(attempt.select().with_only_columns(attempt.c.batch_id))
    sent.account.stop_batch(str(batch))
    sent.sandbox.office.clock.skip(25 * 60)


def test_an_undo_that_broke_off_is_finished_later(sent: Clinic) -> None:
    begun_undo(sent, confirmed_at=sent.account.now())
    assert undo(sent.store, 1, sent.account).counts == UNDONE


def test_a_cancellation_of_which_nobody_knows_when_it_was_done_leaves_all_unknown(
    sent: Clinic,
) -> None:
    begun_undo(sent)
    with pytest.raises(TooLate):
        undo(sent.store, 1, sent.account)
    assert sent.counts() == Counts(frozen=2, unknown=2)


def test_an_undo_that_broke_off_before_it_was_asked_may_be_too_late(sent: Clinic) -> None:
    with sent.store.write() as connection:
        connection.execute(update(attempt).values(state="fencing"))
    sent.sandbox.office.clock.skip(25 * 60)
    with pytest.raises(TooLate):
        undo(sent.store, 1, sent.account)


def test_a_paused_batch_is_cancelled_too(sent: Clinic) -> None:
    with sent.store.read() as connection:
        batch = connection.scalar(attempt.select().with_only_columns(attempt.c.batch_id))
    from newsletter.delivery.wire import Body

    wish = Body(b'{"batch_id":"' + str(batch).encode() + b'","status":"pause"}')
    sent.account._client.user.scheduled_sends.post(request_body=wish)
    assert undo(sent.store, 1, sent.account).counts == UNDONE
    assert sent.account.batch_status(str(batch)) == "cancel"


def test_without_a_free_slot_it_says_so(sent: Clinic) -> None:
    for _ in range(10):
        sent.account.stop_batch(sent.account.new_batch())
    with pytest.raises(ServiceFailed, match="at most 10"):
        undo(sent.store, 1, sent.account)


def test_a_campaign_that_is_not_there_is_said_so(clinic: Clinic) -> None:
    with pytest.raises(NewsletterError, match="no campaign 4"):
        undo(clinic.store, 4, clinic.account)


def test_the_report_says_who_was_taken_back(sent: Clinic) -> None:
    undo(sent.store, 1, sent.account)
    assert sent.report() == {"Ada": ("cancelled", ""), "Bo": ("cancelled", "")}
    with sent.store.read() as connection:
        assert counts(connection, 1).adds_up
