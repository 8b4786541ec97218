"""Without a server of one's own, SendGrid is asked what became of the mails."""

import pytest
from sqlalchemy import text

from newsletter.campaign import report_rows
from newsletter.campaign.forget import forget
from newsletter.delivery.told import ask_what_became
from newsletter.feedback import Tally, tally
from newsletter.sandbox import happen, plant, skip

from .conftest import Clinic


def tallied(clinic: Clinic) -> Tally:
    with clinic.store.read() as connection:
        return tally(connection, 1)


def suppressed(clinic: Clinic) -> list[str]:
    with clinic.store.read() as connection:
        return [*connection.execute(text("SELECT key FROM suppression ORDER BY key")).scalars()]


@pytest.fixture
def sent(clinic: Clinic) -> Clinic:
    """Five were handed over; one was dropped, one bounced, one was blocked."""
    plant(clinic.sandbox.url, "bounces", ["eve@example.com"])
    clinic.add("Ada", "Ben", "Cleo", "Dora", "Eve")
    clinic.dispatch(clinic.freeze())
    skip(clinic.sandbox.url, 7200)
    happen(clinic.sandbox.url, "bounce", ["ben@example.com"], reason="550 no such user")
    happen(clinic.sandbox.url, "bounce", ["cleo@example.com"], type="blocked")
    happen(clinic.sandbox.url, "deferred", ["dora@example.com"])
    return clinic


def test_who_had_trouble_is_named_and_the_rest_is_counted(sent: Clinic) -> None:
    asked = ask_what_became(sent.store, sent.account, 1)
    assert (asked.new, asked.complete) == (3, True)
    assert (asked.statistics["requests"], asked.statistics["delivered"]) == (5, 4)
    assert tallied(sent) == Tally(bounced=1, blocked=1, dropped=1)
    assert suppressed(sent) == ["ben@example.com"]


def test_the_same_again_changes_nothing(sent: Clinic) -> None:
    ask_what_became(sent.store, sent.account, 1)
    before = tallied(sent)
    assert ask_what_became(sent.store, sent.account, 1).new == 0
    assert tallied(sent) == before


@pytest.mark.parametrize(("most", "complete"), [(4, True), (3, False)])
def test_the_time_is_cut_until_every_answer_is_whole(sent: Clinic, most, complete) -> None:
    assert ask_what_became(sent.store, sent.account, 1, most=most).complete is complete
    assert tallied(sent) == Tally(bounced=1, blocked=1, dropped=1)


def test_mail_of_an_attempt_that_was_taken_back_does_not_count(sent: Clinic) -> None:
    with sent.store.write() as connection:
        connection.exec_driver_sql("UPDATE attempt SET state = 'cancelled'")
    ask_what_became(sent.store, sent.account, 1)
    assert tallied(sent) == Tally()
    assert suppressed(sent) == ["ben@example.com"]


def test_of_the_forgotten_each_counts_without_a_name(sent: Clinic) -> None:
    with sent.store.write() as connection:
        for name in ("ben", "cleo", "eve"):
            forget(connection, f"{name}@example.com", now=1)
    ask_what_became(sent.store, sent.account, 1)
    assert tallied(sent) == Tally(bounced=1, blocked=1, dropped=1)
    with sent.store.read() as connection:
        happened = [row.happened for row in report_rows(connection, 1) if not row.address]
        keys = [*connection.execute(text("SELECT key FROM event")).scalars()]
    assert sorted(happened) == ["blocked", "bounced", "dropped"]
    assert not [key for key in keys if "@" in key]
