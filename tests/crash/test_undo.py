"""Undo at any size and at any moment: everything is discarded, and the sandbox confirms how many."""

import threading
import time
from collections.abc import Callable, Mapping

import pytest

from newsletter.campaign import Counts
from newsletter.delivery import Manner, dispatch, undo
from newsletter.sandbox import Fault, settle
from tests.delivery.conftest import Clinic, clinic, sandbox

pytestmark = pytest.mark.slow

__all__ = ["clinic", "sandbox"]


def before(clinic: Clinic) -> None:
    """Nothing was posted yet."""


def during(clinic: Clinic) -> None:
    """Another process is posting."""
    clinic.sandbox.office.behave({"answer_seconds": 0.05})

    def send() -> None:
        with clinic.another_account() as account:
            dispatch(clinic.store, 1, account, clinic.settings)

    frozen = clinic.counts().pending
    sender = threading.Thread(target=send, daemon=True)
    sender.start()
    while sender.is_alive() and clinic.counts().pending == frozen:
        time.sleep(0.01)
    assert clinic.counts().pending < frozen


def after(clinic: Clinic) -> None:
    """Everything was posted."""
    assert not clinic.dispatch(1).pending


def fencing(clinic: Clinic) -> None:
    """A fence was begun, and its process was ended."""
    clinic.misbehave(Fault("drop after"))
    looks = iter([True] * 7)
    manner = Manner(going=lambda: next(looks, False))
    assert dispatch(clinic.store, 1, clinic.account, clinic.settings, manner).unknown


MOMENTS: Mapping[str, Callable[[Clinic], None]] = {
    "before": before,
    "during": during,
    "after": after,
    "fencing": fencing,
}


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("people", [1, 1_001, pytest.param(100_000, marks=pytest.mark.slow)])
def test_everything_is_taken_back(clinic: Clinic, people: int, moment: str) -> None:
    clinic.crowd(people)
    clinic.freeze()
    MOMENTS[moment](clinic)
    with clinic.another_account() as account:
        result = undo(clinic.store, 1, account, clinic.settings.sending)
    assert result.counts == clinic.counts() == Counts(frozen=people, cancelled=people)
    verdict = settle(clinic.sandbox.url)
    assert verdict.released == {}
    assert verdict.states == ({"cancelled": verdict.states["cancelled"]} if verdict.states else {})
    if moment == "after":
        assert verdict.states == {"cancelled": people}
