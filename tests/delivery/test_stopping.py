"""A wish to stop whose answer was lost, or whose process died: nothing is concluded from silence."""

import pytest
from sqlalchemy import select, update

from newsletter.campaign import Counts, ask_stop, summary, unfinished
from newsletter.delivery import KEPT_SECONDS, Manner, TooLate, dispatch, pause, resume, undo
from newsletter.delivery.wire import Unanswered
from newsletter.errors import NewsletterError
from newsletter.sandbox import Fault
from newsletter.store import attempt, request
from tests.campaign.conftest import ARTICLE

from .conftest import Clinic
from .test_fence import ARTICLE_OF_THREE, column, released


@pytest.fixture
def sent(clinic: Clinic) -> Clinic:
    clinic.add("Ada", "Bo")
    clinic.dispatch(clinic.freeze())
    return clinic


def write(clinic: Clinic, **values: object) -> None:
    """Leave the attempt as a process left it that died."""
    with clinic.store.write() as connection:
        connection.execute(update(attempt).values(**values))


def the_batch(clinic: Clinic) -> str:
    with clinic.store.read() as connection:
        return str(connection.scalar(select(attempt.c.batch_id)))


def lose_the_first_answer(clinic: Clinic, seconds: float) -> None:
    """The first wish to stop is carried out, but its answer does not come, and much time passes."""
    skip, lost = clinic.sandbox.office.clock.skip, []

    class Unlucky(type(clinic.account)):  # type: ignore[misc]
        def _in_time(self, *words: object) -> object:
            answer = super()._in_time(*words)
            if lost:
                return answer
            lost.append(answer)
            skip(seconds)
            raise Unanswered("nobody answers")

    clinic.account.__class__ = Unlucky


def test_a_cancellation_asked_for_by_the_dead_that_came_too_late_posts_nothing_again(
    clinic: Clinic,
) -> None:
    clinic.write(ARTICLE_OF_THREE)
    clinic.add("Ada", "Bo", "Cleo")
    number = clinic.freeze()
    clinic.misbehave(Fault("drop after", after=2))
    rounds = iter([True] * 8)
    manner = Manner(going=lambda: next(rounds, False))
    dispatch(clinic.store, number, clinic.account, clinic.settings, manner)
    assert column(clinic, attempt.c.state) == ["fencing"]
    write(clinic, stopped_at=clinic.account.now())
    clinic.sandbox.office.clock.skip(26 * 60)
    clinic.account.stop_batch(the_batch(clinic))
    assert clinic.dispatch(number) == Counts(frozen=3, unknown=3)
    assert set(released(clinic).values()) == {1}


def test_a_fence_that_sendgrid_broke_off_is_work_to_go_on_with(clinic: Clinic) -> None:
    clinic.write(ARTICLE_OF_THREE)
    clinic.add("Ada", "Bo", "Cleo")
    number = clinic.freeze()
    clinic.misbehave(
        Fault("drop after", after=2),
        Fault("redirect", path="/v3/user/scheduled_sends", method="GET", after=3),
    )
    with pytest.raises(NewsletterError, match="302"):
        clinic.dispatch(number)
    assert column(clinic, attempt.c.state) == ["fencing"]
    with clinic.store.read() as connection:
        assert unfinished(connection, "three", 0) == [number]
    assert clinic.dispatch(number) == Counts(frozen=3, accepted=3)
    assert set(released(clinic).values()) == {1}


def test_a_cancellation_whose_answer_was_lost_leaves_nobody_as_handed_over(clinic: Clinic) -> None:
    clinic.write(ARTICLE_OF_THREE)
    clinic.add("Ada", "Bo", "Cleo")
    number = clinic.freeze()
    clinic.misbehave(Fault("drop after", after=2))
    lose_the_first_answer(clinic, 1800)
    assert clinic.dispatch(number) == Counts(frozen=3, unknown=3)
    assert released(clinic) == {}


def test_an_undo_whose_answer_was_lost_is_settled_by_asking_what_holds(sent: Clinic) -> None:
    lose_the_first_answer(sent, 1800)
    with pytest.raises(TooLate):
        undo(sent.store, 1, sent.account)
    assert sent.counts() == Counts(frozen=2, unknown=2)
    assert released(sent) == {}


def test_a_pause_whose_answer_was_lost_is_known_and_goes_on(sent: Clinic) -> None:
    lose_the_first_answer(sent, 1800)
    pause(sent.store, 1, sent.account, sent.settings.sending)
    assert column(sent, attempt.c.state) == ["paused"]
    assert released(sent) == {}
    assert resume(sent.store, 1, sent.account, sent.settings.sending).accepted == 2
    assert released(sent) == {"Ada@example.com": 1, "Bo@example.com": 1}


def test_a_pause_that_was_never_asked_for_does_not_expire(sent: Clinic) -> None:
    write(sent, state="paused", slot=1, stopped_at=sent.account.now())
    sent.sandbox.office.clock.skip(KEPT_SECONDS + 3600)
    resume(sent.store, 1, sent.account, sent.settings.sending)
    assert sent.counts() == Counts(frozen=2, accepted=2)
    assert column(sent, attempt.c.state) == ["posted"]


def test_a_pause_that_broke_off_is_confirmed_by_the_next(sent: Clinic) -> None:
    write(sent, state="paused", slot=1, stopped_at=sent.account.now())
    pause(sent.store, 1, sent.account, sent.settings.sending)
    assert released(sent) == {}
    assert undo(sent.store, 1, sent.account).complete


def test_a_pause_without_an_answer_is_told_as_not_confirmed(sent: Clinic) -> None:
    def told() -> bool:
        with sent.store.read() as connection:
            return summary(connection, 1).is_unconfirmed(sent.account.now())

    with sent.store.write() as connection:
        ask_stop(connection, 1, "pause")
    write(sent, state="paused", slot=1, stopped_at=sent.account.now())
    assert told()
    pause(sent.store, 1, sent.account, sent.settings.sending)
    assert not told()


def test_an_undo_after_a_resume_that_broke_off_does_not_trust_the_old_pause(sent: Clinic) -> None:
    pause(sent.store, 1, sent.account, sent.settings.sending)
    sent.account.free_batch(the_batch(sent))
    write(sent, confirmed_at=0)
    assert set(released(sent).values()) == {1}
    with pytest.raises(TooLate):
        undo(sent.store, 1, sent.account)
    assert not sent.counts().cancelled


def test_what_was_taken_back_in_part_is_not_fenced_again(clinic: Clinic) -> None:
    clinic.write(ARTICLE_OF_THREE)
    clinic.add("Ada", "Bo", "Cleo")
    clinic.dispatch(clinic.freeze())
    soon = clinic.account.now() + 60
    with clinic.store.write() as connection:
        first = select(request.c.id).order_by(request.c.id).limit(1).scalar_subquery()
        connection.execute(update(request).where(request.c.id == first).values(send_at=soon))
    undone = undo(clinic.store, 1, clinic.account)
    assert undone.counts == Counts(frozen=3, cancelled=2, unknown=1)
    assert column(clinic, attempt.c.state) == ["posted"]
    assert column(clinic, attempt.c.slot) == [1]
    clinic.sandbox.office.clock.skip(30 * 3600)
    clinic.write(ARTICLE.replace("back-2026", "back-2027"))
    clinic.dispatch(clinic.freeze())
    assert clinic.account.stops() == {}


def test_an_unknown_request_that_may_still_come_is_not_taken_back(clinic: Clinic) -> None:
    clinic.add("Ada")
    clinic.dispatch(clinic.freeze())
    with clinic.store.write() as connection:
        late = clinic.account.now() + 20 * 60
        connection.execute(update(request).values(state="unknown", posted_at=late))
    clinic.sandbox.office.clock.skip(20 * 60)
    with pytest.raises(TooLate):
        undo(clinic.store, 1, clinic.account, clinic.settings.sending)
    assert clinic.counts() == Counts(frozen=1, unknown=1)
