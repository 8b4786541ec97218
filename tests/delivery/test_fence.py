"""The fence: a wave with an unknown outcome is cancelled as a whole and posted again, where there is time."""

from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from newsletter.campaign import Counts, ask_stop
from newsletter.delivery import Manner, dispatch
from newsletter.sandbox import Fault
from newsletter.store import attempt, request
from tests.campaign.conftest import ARTICLE

from .conftest import Clinic

ARTICLE_OF_THREE = """---
id: three
title: Three letters
subject: Three letters
preheader: One for each
---

{% if reader.first_name == "Ada" %}

Dear Ada

{% endif %}

{% if reader.first_name == "Bo" %}

Dear Bo

{% endif %}

Hello.
"""


def released(clinic: Clinic) -> Counter[str]:
    """How many mails have left to each address, once everything has."""
    clinic.sandbox.office.clock.skip(8 * 3600)
    clinic.account.scopes()
    return Counter(mail.address for mail in clinic.mails() if mail.state == "delivered")


def column(clinic: Clinic, wanted: object) -> list[object]:
    with clinic.store.read() as connection:
        return list(connection.scalars(select(wanted)))  # type: ignore[call-overload]


@pytest.mark.parametrize(
    "fault",
    [
        Fault("drop after"),
        Fault("drop before"),
        Fault("error after", status=500),
        Fault("error before", status=502, html=True),
        Fault("truncate"),
        Fault("redirect"),
    ],
)
def test_without_a_clear_answer_the_whole_wave_goes_again_and_everybody_gets_one(
    clinic: Clinic, fault: Fault
) -> None:
    clinic.write(ARTICLE_OF_THREE)
    clinic.add("Ada", "Bo", "Cleo")
    number = clinic.freeze()
    clinic.misbehave(replace(fault, after=1))
    assert clinic.dispatch(number) == Counts(frozen=3, accepted=3)
    assert column(clinic, attempt.c.state) == ["cancelled", "posted"]
    assert released(clinic) == Counter(["Ada@example.com", "Bo@example.com", "Cleo@example.com"])


def test_a_stall_past_the_deadline_is_fenced(clinic: Clinic) -> None:
    clinic.add("Ada")
    number = clinic.freeze()
    clinic.misbehave(Fault("stall after", seconds=1.0))
    with clinic.another_account(deadline=0.3) as account:
        counts = dispatch(clinic.store, number, account, clinic.settings)
    assert counts == Counts(frozen=1, accepted=1)
    assert released(clinic) == Counter(["Ada@example.com"])


def test_a_wave_that_is_posted_again_leaves_a_quarter_of_an_hour_later(clinic: Clinic) -> None:
    clinic.add("Ada")
    asked = clinic.account.now() + 2 * 3600
    number = clinic.freeze(asked=asked)
    clinic.misbehave(Fault("drop after"))
    clinic.dispatch(number)
    assert column(clinic, attempt.c.send_at) == [asked, asked + 900]


def test_after_two_fences_what_is_unknown_stays_so(clinic: Clinic) -> None:
    clinic.add("Ada")
    number = clinic.freeze(asked=clinic.account.now() + 6 * 3600)
    clinic.misbehave(Fault("drop after", times=3))
    expected = Counts(frozen=1, unknown=1)
    assert clinic.dispatch(number) == expected
    assert clinic.dispatch(number) == expected
    assert column(clinic, attempt.c.state) == ["cancelled", "cancelled", "posted"]
    assert released(clinic) == Counter(["Ada@example.com"])


def test_too_late_for_a_fence_it_stays_unknown_and_nothing_is_posted_again(clinic: Clinic) -> None:
    clinic.add("Ada")
    number = clinic.freeze()
    clinic.dispatch(number)
    with clinic.store.write() as connection:
        connection.execute(update(request).values(state="unknown"))
    clinic.sandbox.office.clock.skip(22 * 60)
    assert clinic.dispatch(number) == Counts(frozen=1, unknown=1)
    assert column(clinic, attempt.c.state) == ["posted"]
    assert released(clinic) == Counter(["Ada@example.com"])


def test_without_a_free_place_it_stays_unknown(clinic: Clinic) -> None:
    clinic.add("Ada")
    number = clinic.freeze()
    for _ in range(9):
        clinic.account.stop_batch(clinic.account.new_batch())
    clinic.misbehave(Fault("drop after"))
    assert clinic.dispatch(number) == Counts(frozen=1, unknown=1)


def test_a_wave_opens_only_while_it_could_be_taken_back(clinic: Clinic) -> None:
    clinic.add("Ada")
    number = clinic.freeze()
    for _ in range(10):
        clinic.account.stop_batch(clinic.account.new_batch())
    with pytest.raises(Exception, match="nothing more can be posted that could be taken back"):
        clinic.dispatch(number)
    assert clinic.counts() == Counts(frozen=1, pending=1)


def test_places_of_a_day_ago_are_freed(clinic: Clinic) -> None:
    clinic.add("Ada")
    number = clinic.freeze()
    clinic.misbehave(Fault("drop after"))
    clinic.dispatch(number)
    assert len(clinic.account.stops()) == 1
    clinic.sandbox.office.clock.skip(30 * 3600)
    clinic.write(ARTICLE.replace("back-2026", "back-2027"))
    clinic.dispatch(clinic.freeze())
    assert clinic.account.stops() == {}


def test_a_fence_that_was_broken_off_is_finished_by_the_next_run(clinic: Clinic) -> None:
    clinic.add("Ada")
    number = clinic.freeze()
    clinic.misbehave(Fault("drop after"))
    rounds = iter([True] * 7)
    half = dispatch(
        clinic.store,
        number,
        clinic.account,
        clinic.settings,
        Manner(going=lambda: next(rounds, False)),
    )
    assert half == Counts(frozen=1, unknown=1)
    assert column(clinic, attempt.c.state) == ["fencing"]
    assert clinic.dispatch(number) == Counts(frozen=1, accepted=1)
    assert released(clinic) == Counter(["Ada@example.com"])


@pytest.mark.parametrize("after", [0, 1, 2, 3])
def test_whatever_of_the_cancelling_is_lost_nobody_gets_it_twice(
    clinic: Clinic, after: int
) -> None:
    clinic.add("Ada")
    number = clinic.freeze()
    clinic.misbehave(
        Fault("drop after"),
        *(
            Fault(
                "drop after", path="/v3/user/scheduled_sends", method=method, after=after, times=2
            )
            for method in ("GET", "POST")
        ),
    )
    counts = clinic.dispatch(number)
    assert counts == Counts(frozen=1, accepted=1)
    assert released(clinic) == Counter(["Ada@example.com"])


def test_a_cancellation_that_came_too_late_leaves_everybody_unknown(clinic: Clinic) -> None:
    clinic.write(ARTICLE_OF_THREE)
    clinic.add("Ada", "Bo", "Cleo")
    number = clinic.freeze()
    clinic.misbehave(Fault("drop after", after=1))
    skip = clinic.sandbox.office.clock.skip

    class Asleep(type(clinic.account)):  # type: ignore[misc]
        def _in_time(self, *words: object) -> object:
            skip(
                3600
            )  # the computer falls asleep between the last look at the clock and the request
            return words[1](request_body=words[2])  # type: ignore[operator]

    clinic.account.__class__ = Asleep
    assert clinic.dispatch(number) == Counts(frozen=3, unknown=2, accepted=1)


def test_an_undo_during_a_fence_takes_everything_back(clinic: Clinic) -> None:
    clinic.add("Ada", "Bo")
    number = clinic.freeze()
    clinic.misbehave(Fault("drop after"))
    patience = clinic.account.patience

    def stop(seconds: float) -> None:
        with clinic.store.write() as connection:
            ask_stop(connection, number, "undo")
        clinic.sandbox.office.clock.skip(seconds)

    clinic.account.patience = replace(patience, sleep=stop)
    assert clinic.dispatch(number) == Counts(frozen=2, unknown=2)
    clinic.account.patience = patience
    from newsletter.delivery import undo

    assert undo(clinic.store, number, clinic.account).counts == Counts(frozen=2, cancelled=2)
    assert released(clinic) == Counter()


@pytest.mark.engine("postgresql")
def test_it_waits_for_what_another_worker_still_posts_under_the_same_batch(clinic: Clinic) -> None:
    clinic.crowd(2000)
    clinic.dispatch(clinic.freeze())
    now = clinic.account.now()
    with clinic.store.write() as connection:
        first, second = connection.scalars(select(request.c.id).order_by(request.c.id)).all()
        lost, going = (update(request).where(request.c.id == one) for one in (first, second))
        connection.execute(lost.values(state="unknown"))
        connection.execute(going.values(state="posting", posted_at=now, lease_until=now + 600))
    assert clinic.dispatch(1) == Counts(frozen=2000, accepted=2000)
    assert column(clinic, request.c.state).count("posting") == 0
    assert Counter(released(clinic).values()) == {1: 2000}
