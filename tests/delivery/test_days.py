"""A campaign that goes on for days: what SendGrid does not take yet waits for a worker."""

from collections import Counter

import pytest

from newsletter.campaign import Counts, waves
from newsletter.delivery import Manner, dispatch, undo
from newsletter.errors import NewsletterError
from tests.campaign.conftest import ARTICLE

from .conftest import Clinic
from .test_fence import released

DAY = 24 * 3600


def work(clinic: Clinic) -> Counts:
    """What newsletter worker does when it looks at the campaign."""
    return dispatch(clinic.store, 1, clinic.account, clinic.settings, Manner(by_person=False))


def pass_days(clinic: Clinic, days: float) -> None:
    clinic.sandbox.office.clock.skip(int(days * DAY))
    clinic.account.now(fresh=True)


def test_somebody_who_left_on_a_day_of_their_own_keeps_nobody_of_a_later_day_waiting(
    clinic: Clinic,
) -> None:
    clinic.add("Ada", "Bo", "Cleo", "Didi", "Eve")
    clinic.freeze(warmup=(1, 1, 1, 1))
    clinic.leave("Ada")
    clinic.leave("Didi")
    assert work(clinic) == Counts(frozen=5, accepted=2, withheld=1, pending=2)
    assert work(clinic) == Counts(frozen=5, accepted=2, withheld=1, pending=2)
    pass_days(clinic, 2)
    assert work(clinic) == Counts(frozen=5, accepted=3, withheld=2)
    pass_days(clinic, 3)
    assert sorted(released(clinic).values()) == [1, 1, 1]


def test_a_slow_rate_leaves_places_at_sendgrid_for_other_campaigns(clinic: Clinic) -> None:
    clinic.crowd(900)
    clinic.freeze(rate=12)
    for _ in range(80):
        work(clinic)
        pass_days(clinic, 1 / 24)
    with clinic.store.read() as connection:
        assert [one.people for one in waves(connection, 1)] == [846, 54]
    assert set(released(clinic).values()) == {1}


def test_what_sendgrid_takes_already_does_not_wait_for_a_worker(clinic: Clinic) -> None:
    clinic.crowd(20)
    clinic.freeze(asked=clinic.account.now() + 69 * 3600, rate=1)
    assert clinic.dispatch(1) == Counts(frozen=20, accepted=3, pending=17)


def test_a_warm_up_that_was_missed_goes_on_day_by_day(clinic: Clinic) -> None:
    clinic.crowd(1000)
    clinic.freeze(warmup=(10, 20, 40, 80, 160, 320))
    assert work(clinic).accepted == 70
    pass_days(clinic, 7)
    with pytest.raises(NewsletterError, match="missed by more than an hour"):
        work(clinic)
    clinic.dispatch(1)
    for _ in range(3):
        pass_days(clinic, 1)
        work(clinic)
    released(clinic)
    days = Counter(int(mail.send_at or 0) // DAY for mail in clinic.mails())
    assert [*days.values()] == [10, 20, 40, 80, 160, 320, 370]
    first = min(days)
    assert [day - first for day in days] == [0, 1, 2, 7, 8, 9, 10]


def test_after_an_undo_whoever_was_withheld_does_not_keep_the_edition_from_being_edited(
    clinic: Clinic,
) -> None:
    clinic.add("Ada", "Bo")
    clinic.freeze(warmup=(1,))
    clinic.leave("Ada")
    work(clinic)
    assert undo(clinic.store, 1, clinic.account).complete
    clinic.write(ARTICLE.replace("Three", "Two"))
    clinic.freeze()
    assert dispatch(clinic.store, 2, clinic.account, clinic.settings).accepted == 1
