"""Pause and resume: what has not left is held back at SendGrid, and leaves later or never."""

from pathlib import Path

import pytest

from newsletter.campaign import Counts
from newsletter.delivery import KEPT_SECONDS, Account, held_since, pause, resume, undo
from newsletter.errors import NewsletterError
from newsletter.sandbox import Fault, serve

from .conftest import Clinic
from .test_fence import released


@pytest.fixture
def held(clinic: Clinic) -> Clinic:
    """A campaign that was posted and then paused."""
    clinic.add("Ada", "Bo")
    clinic.dispatch(clinic.freeze())
    pause(clinic.store, 1, clinic.account, clinic.settings.sending)
    return clinic


def go_on(clinic: Clinic) -> Counts:
    return resume(clinic.store, 1, clinic.account, clinic.settings.sending)


def test_nothing_leaves_while_it_is_paused(held: Clinic) -> None:
    assert released(held) == {}
    assert held.states() == {"held": 2}
    assert len(held_since(held.store, 1)) == 1


def test_what_is_past_its_time_leaves_when_it_goes_on(held: Clinic) -> None:
    assert released(held) == {}
    assert go_on(held) == Counts(frozen=2, accepted=2)
    assert released(held) == {"Ada@example.com": 1, "Bo@example.com": 1}
    assert held.account.stops() == {}


def test_twice_is_harmless(held: Clinic) -> None:
    pause(held.store, 1, held.account, held.settings.sending)
    go_on(held)
    assert go_on(held) == Counts(frozen=2, accepted=2)


def test_what_is_paused_can_still_be_taken_back(held: Clinic) -> None:
    assert released(held) == {}
    result = undo(held.store, 1, held.account)
    assert (result.counts, result.complete) == (Counts(frozen=2, cancelled=2), True)
    assert released(held) == {}
    assert held.dispatch(held.freeze()) == Counts(frozen=2, accepted=2)
    assert set(released(held).values()) == {1}


def test_after_three_days_it_is_expired_and_the_people_may_get_the_edition_anew(
    held: Clinic,
) -> None:
    held.sandbox.office.clock.skip(KEPT_SECONDS + 3600)
    assert go_on(held) == Counts(frozen=2, expired=2)
    assert held.dispatch(held.freeze()) == Counts(frozen=2, accepted=2)
    assert set(released(held).values()) == {1}


def test_three_days_count_from_the_first_mail_that_is_held_back(clinic: Clinic) -> None:
    clinic.add("Ada", "Bo", "Cleo")
    clinic.dispatch(clinic.freeze(warmup=(1, 1, 1)))
    last = max(mail.send_at or 0 for mail in clinic.mails())
    clinic.sandbox.office.clock.skip(47 * 3600)
    clinic.account.now(fresh=True)
    pause(clinic.store, 1, clinic.account, clinic.settings.sending)
    assert held_since(clinic.store, 1) == [last]
    clinic.sandbox.office.clock.skip(26 * 3600)
    assert go_on(clinic) == Counts(frozen=3, accepted=3)
    assert set(released(clinic).values()) == {1}


def test_whether_a_forgotten_pause_ended_by_itself_is_not_guessed(held: Clinic) -> None:
    held.sandbox.office.clock.skip(KEPT_SECONDS + 3600)
    [batch] = held.account.stops()
    held.account.free_batch(batch)
    assert go_on(held) == Counts(frozen=2, unknown=2)


def test_a_pause_in_the_middle_goes_on_where_it_was(clinic: Clinic) -> None:
    clinic.crowd(2001)
    clinic.freeze()
    clinic.misbehave(Fault("error before", status=401, after=1))
    with pytest.raises(Exception, match="does not know this key"):
        clinic.dispatch(1)
    pause(clinic.store, 1, clinic.account, clinic.settings.sending)
    assert clinic.dispatch(1) == Counts(frozen=2001, accepted=1000, pending=1001)
    go_on(clinic)
    assert clinic.dispatch(1) == Counts(frozen=2001, accepted=2001)
    assert len(released(clinic)) == 2001


def test_too_late_for_a_pause_it_leaves(clinic: Clinic) -> None:
    clinic.add("Ada")
    clinic.dispatch(clinic.freeze())
    clinic.sandbox.office.clock.skip(25 * 60)
    pause(clinic.store, 1, clinic.account, clinic.settings.sending)
    assert held_since(clinic.store, 1) == []
    assert set(released(clinic).values()) == {1}


def test_a_fence_under_way_is_ended_first(clinic: Clinic) -> None:
    clinic.add("Ada")
    clinic.freeze()
    clinic.misbehave(Fault("drop after"))
    rounds = iter([True] * 5)
    from newsletter.delivery import Manner, dispatch

    manner = Manner(going=lambda: next(rounds, False))
    dispatch(clinic.store, 1, clinic.account, clinic.settings, manner)
    assert clinic.counts() == Counts(frozen=1, unknown=1)
    counts = pause(clinic.store, 1, clinic.account, clinic.settings.sending)
    assert counts == Counts(frozen=1, pending=1)
    go_on(clinic)
    assert clinic.dispatch(1) == Counts(frozen=1, accepted=1)
    assert released(clinic) == {"Ada@example.com": 1}


def test_with_the_key_of_another_account_nothing_is_called_resumed_or_taken_back(
    held: Clinic, tmp_path: Path
) -> None:
    with (
        serve(tmp_path / "another", outbox=False) as elsewhere,
        Account("SG.another", elsewhere.url, patience=held.account.patience) as account,
    ):
        with pytest.raises(NewsletterError, match="the key of another account"):
            resume(held.store, 1, account, held.settings.sending)
        with pytest.raises(NewsletterError, match="the key of another account"):
            undo(held.store, 1, account)
    assert undo(held.store, 1, held.account).counts == Counts(frozen=2, cancelled=2)
    assert released(held) == {}
