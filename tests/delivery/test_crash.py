"""A process that is killed: what it was posting is unknown, and never posted again."""

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from newsletter.campaign import Counts
from newsletter.delivery import look_after
from newsletter.delivery.lock import held, lock_path
from newsletter.errors import ServiceFailed
from newsletter.sandbox import Fault
from tests.waiting import wait

from .conftest import Clinic

pytestmark = pytest.mark.slow

SENDER = """
import sys
from pathlib import Path
from newsletter.config import load_settings
from newsletter.delivery import Account, dispatch
from newsletter.store import open_store

root, store, url = sys.argv[1:]
dispatch(open_store(store), 1, Account("SG.test", url), load_settings(Path(root), {}))
"""


def start(clinic: Clinic) -> "subprocess.Popen[bytes]":
    words = [str(clinic.settings.root), str(clinic.store.address), clinic.sandbox.url]
    return subprocess.Popen([sys.executable, "-c", SENDER, *words])


@pytest.mark.engine("sqlite")
def test_killed_after_a_post_it_is_unknown_until_the_next_run_fences_it(clinic: Clinic) -> None:
    clinic.crowd(1500)
    clinic.freeze()
    clinic.misbehave(Fault("stall after", seconds=30))
    process = start(clinic)
    wait(clinic.mails)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert clinic.counts() == Counts(frozen=1500, unknown=1000, pending=500)
    look_after(clinic.store)
    assert clinic.report()["reader00000"] == (
        "unknown",
        "the program ended before an answer came",
    )
    clinic.sandbox.office.faults.clear()
    expected = Counts(frozen=1500, accepted=1500)
    assert clinic.dispatch(1) == expected
    assert clinic.dispatch(1) == expected
    clinic.sandbox.office.clock.skip(7200)
    clinic.account.scopes()
    assert clinic.states() == {"cancelled": 1000, "delivered": 1500}
    left = [mail.address for mail in clinic.mails() if mail.state == "delivered"]
    assert len({*left}) == len(left) == 1500


@pytest.mark.engine("sqlite")
def test_while_somebody_else_dispatches_nothing_is_given_up(clinic: Clinic) -> None:
    with held(clinic.store) as mine, held(clinic.store) as second:
        assert (mine, second) == (True, False)
        look_after(clinic.store)
    assert not held_by_nobody(clinic)


def held_by_nobody(clinic: Clinic) -> bool:
    """Whether the lock is still taken after everybody let go."""
    with held(clinic.store) as mine:
        return not mine


@pytest.mark.engine("sqlite")
def test_the_progress_of_another_is_followed(clinic: Clinic) -> None:
    clinic.add("Ada")
    clinic.freeze()
    seen: list[Counts] = []
    holding, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with held(clinic.store):
            holding.set()
            let_go.wait(60)

    thread = threading.Thread(target=hold)
    thread.start()

    def follow(counts: Counts) -> None:
        seen.append(counts)
        let_go.set()

    assert holding.wait(60)
    assert clinic.dispatch(1, follow) == Counts(frozen=1, accepted=1)
    thread.join()
    assert seen[0] == Counts(frozen=1, pending=1)


@pytest.mark.engine("sqlite")
def test_a_lock_that_cannot_be_written_is_said_so(clinic: Clinic) -> None:
    path: Path = lock_path(clinic.store)
    path.unlink(missing_ok=True)
    path.mkdir()
    with (
        pytest.raises(ServiceFailed, match="give yourself permission"),
        held(clinic.store),
    ):
        pass
