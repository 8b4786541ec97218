"""An event of the live attempt proves that the whole unknown request was accepted."""

import pytest

from newsletter.campaign import Counts
from newsletter.feedback import Taken, settle_unknown_by_events
from tests.delivery.conftest import NOW

from .conftest import Sent


@pytest.fixture
def unknown(sent: Sent) -> Sent:
    """A campaign whose only request was accepted, and whose answer got lost."""
    with sent.clinic.store.write() as connection:
        connection.exec_driver_sql("UPDATE request SET state = 'unknown', message_id = ''")
    assert sent.clinic.counts() == Counts(frozen=3, unknown=3)
    return sent


@pytest.mark.parametrize("kind", ["processed", "delivered", "bounced", "dropped", "opened"])
def test_any_event_of_any_recipient_settles_the_request(unknown: Sent, kind: str) -> None:
    assert unknown.take(unknown.event("Ben", kind)).settled == 1
    assert unknown.clinic.counts() == Counts(frozen=3, accepted=3)
    assert unknown.rows("SELECT state, message_id, answer, settled_at FROM request") == [
        ("accepted", "M", "SendGrid's events prove that it was accepted", NOW + 60)
    ]
    assert unknown.fates()["Ada"] == ("accepted", "", "")


def test_nothing_else_settles_it(unknown: Sent) -> None:
    with unknown.clinic.store.read() as connection:
        outside = 10_000
        assert settle_unknown_by_events(connection, 1, now=NOW) == 0
    unknown.take(
        unknown.event("Ada", "processed", attempt_id=2),
        unknown.event("Ada", "delivered", seq=outside),
        unknown.event("Ada", "deferred", campaign_id=None),
        unknown.event("Ada", "blocked", categories=()),
        unknown.event("Ada", "complained", seq=None, attempt_id=None),
    )
    assert unknown.clinic.counts() == Counts(frozen=3, unknown=3)


def test_an_attempt_that_was_taken_back_settles_nothing(unknown: Sent) -> None:
    with unknown.clinic.store.write() as connection:
        connection.exec_driver_sql("UPDATE attempt SET state = 'cancelled'")
    assert unknown.take(unknown.event("Ada", "processed")) == Taken(new=1)
    assert unknown.rows("SELECT state FROM request") == [("unknown",)]


def test_what_may_have_been_stopped_in_time_is_settled_only_by_what_has_left(
    unknown: Sent,
) -> None:
    with unknown.clinic.store.write() as connection:
        connection.exec_driver_sql("UPDATE attempt SET state = 'posted', stopped_at = 1")
    for kind in ("processed", "dropped"):
        assert unknown.take(unknown.event("Ada", kind)).settled == 0
    assert unknown.clinic.counts() == Counts(frozen=3, unknown=3)
    assert unknown.take(unknown.event("Ada", "delivered")).settled == 1


def test_what_is_being_posted_is_left_to_its_poster_and_settled_afterwards(unknown: Sent) -> None:
    with unknown.clinic.store.write() as connection:
        connection.exec_driver_sql("UPDATE request SET state = 'posting'")
    assert unknown.take(unknown.event("Ada", "processed")) == Taken(new=1)
    with unknown.clinic.store.write() as connection:
        connection.exec_driver_sql("UPDATE request SET state = 'unknown'")
        assert settle_unknown_by_events(connection, 1, now=NOW) == 1
        assert settle_unknown_by_events(connection, 1, now=NOW) == 0
