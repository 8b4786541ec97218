"""Several workers at one ledger: what one is told at the last moment, the other has to know."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from newsletter.campaign import (
    Batch,
    Claim,
    Request,
    ask_stop,
    attempts,
    begin_fence,
    claim,
    open_wave,
    posting,
    reserve,
    throttled_until,
)

from .conftest import NOW, Clinic, planned

pytestmark = pytest.mark.engine("postgresql")

CLAIM = Claim(NOW, NOW + 120, most_on_their_way=10)


@pytest.fixture
def opened(clinic: Clinic, crowd: Callable[[int], list[str]]) -> Clinic:
    clinic.add(*crowd(2500))
    clinic.freeze()
    with clinic.store.write() as connection:
        open_wave(connection, 1, Batch("batch-1", NOW + 1000), planned(connection, 1, NOW + 2000))
    return clinic


def reserved(clinic: Clinic, owner: str) -> Request:
    with clinic.store.write(beside=True) as connection:
        found = reserve(connection, 1, owner, NOW, NOW + 120)
        assert found is not None
        return found


def test_two_that_reserve_at_once_have_different_requests(opened: Clinic) -> None:
    store = opened.store
    with store.write(beside=True) as one, store.write(beside=True) as two:
        first = reserve(one, 1, "one", NOW, NOW + 120)
        second = reserve(two, 1, "two", NOW, NOW + 120)
    assert first is not None
    assert second is not None
    assert (first.run.first, second.run.first) == (1, 1001)


def stop(clinic: Clinic) -> None:
    with clinic.store.write() as connection:
        ask_stop(connection, 1, "undo")


def fence(clinic: Clinic) -> None:
    with clinic.store.write() as connection:
        [tried] = attempts(connection, 1)
        begin_fence(connection, tried, NOW)


@pytest.mark.parametrize("interrupt", [stop, fence])
def test_whoever_interrupts_waits_for_a_claim_and_finds_it(
    opened: Clinic, interrupt: Callable[[Clinic], None]
) -> None:
    wanted = reserved(opened, "one")
    interrupted = threading.Event()

    def run() -> None:
        interrupt(opened)
        interrupted.set()

    with opened.store.write(beside=True) as connection:
        assert claim(connection, wanted, CLAIM)
        thread = threading.Thread(target=run)
        thread.start()
        assert not interrupted.wait(0.5)
    thread.join()
    with opened.store.read() as connection:
        assert posting(connection, 1)


@pytest.mark.parametrize("interrupt", [stop, fence])
def test_whoever_claims_waits_for_an_interruption_and_heeds_it(
    opened: Clinic, interrupt: Callable[[Clinic], None]
) -> None:
    wanted = reserved(opened, "one")
    claimed: list[bool] = []

    def run() -> None:
        with opened.store.write(beside=True) as connection:
            claimed.append(claim(connection, wanted, CLAIM))

    with opened.store.write() as connection:
        if interrupt is stop:
            ask_stop(connection, 1, "undo")
        else:
            begin_fence(connection, attempts(connection, 1)[0], NOW)
        thread = threading.Thread(target=run)
        thread.start()
        thread.join(0.5)
        assert claimed == []
    thread.join()
    assert claimed == [False]


def test_no_more_are_on_their_way_than_the_account_may_have(opened: Clinic) -> None:
    wanted = [reserved(opened, f"worker {number}") for number in range(3)]

    def try_one(one: Request) -> bool:
        with opened.store.write(beside=True) as connection:
            return claim(connection, one, Claim(NOW, NOW + 120, most_on_their_way=2))

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(try_one, wanted)) == [False, True, True]


def test_the_first_two_that_ask_for_the_turn_get_it_one_after_the_other(clinic: Clinic) -> None:
    def ask(_number: int) -> int:
        with clinic.store.write(beside=True) as connection:
            return throttled_until(connection)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(16))) == {0}
