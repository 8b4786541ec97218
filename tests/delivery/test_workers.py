"""Several processes on one PostgreSQL: they share the requests, and nobody gets a mail twice."""

import threading
import time
from collections import Counter

import pytest
from sqlalchemy import select, update

from newsletter.campaign import Counts
from newsletter.delivery import dispatch, undo
from newsletter.sandbox import Fault
from newsletter.store import request

from .conftest import Clinic
from .test_fence import released

pytestmark = pytest.mark.slow


def work(clinic: Clinic, workers: int) -> list[Counts]:
    results: list[Counts] = []

    def send() -> None:
        with clinic.another_account() as account:
            results.append(dispatch(clinic.store, 1, account, clinic.settings))

    threads = [threading.Thread(target=send) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    return results


def test_they_share_the_requests(clinic: Clinic) -> None:
    clinic.crowd(6000)
    clinic.freeze()
    assert work(clinic, 3) == [Counts(frozen=6000, accepted=6000)] * 3
    assert Counter(released(clinic).values()) == {1: 6000}


@pytest.mark.parametrize("after", [0, 3])
def test_what_one_of_them_leaves_in_doubt_is_fenced_while_the_others_post(
    clinic: Clinic, after: int
) -> None:
    clinic.crowd(5000)
    clinic.freeze()
    clinic.misbehave(Fault("drop after", after=after))
    assert work(clinic, 3) == [Counts(frozen=5000, accepted=5000)] * 3
    assert Counter(released(clinic).values()) == {1: 5000}


def test_what_a_dead_worker_was_posting_is_fenced_when_its_lease_is_over(clinic: Clinic) -> None:
    clinic.crowd(2000)
    clinic.freeze()
    clinic.misbehave(Fault("error before", status=401, after=1))
    with pytest.raises(Exception, match="does not know this key"):
        clinic.dispatch(1)
    with clinic.store.write() as connection:
        first = select(request.c.id).where(request.c.state == "accepted").scalar_subquery()
        dead = update(request).where(request.c.id == first)
        now = clinic.account.now()
        values = {"state": "posting", "owner": "dead", "posted_at": now, "lease_until": now + 120}
        connection.execute(dead.values(values))
    if clinic.store.dialect == "postgresql":
        clinic.sandbox.office.clock.skip(121)
    assert work(clinic, 2) == [Counts(frozen=2000, accepted=2000)] * 2
    assert Counter(released(clinic).values()) == {1: 2000}


def test_undo_stops_them_all(clinic: Clinic) -> None:
    clinic.crowd(8000)
    clinic.freeze()
    workers = threading.Thread(target=work, args=(clinic, 3), daemon=True)
    workers.start()
    while workers.is_alive() and not clinic.counts().accepted:
        time.sleep(0.01)
    with clinic.another_account() as account:
        result = undo(clinic.store, 1, account, clinic.settings.sending)
    workers.join(60)
    assert result.counts == clinic.counts() == Counts(frozen=8000, cancelled=8000)
    assert released(clinic) == {}
