"""What a request without an answer became: the Email Logs are asked for a few of its people."""

import pytest

from newsletter.campaign import Counts
from newsletter.delivery.evidence import PROOF, settle_unknown_by_evidence
from newsletter.errors import NewsletterError, ServiceFailed
from newsletter.sandbox import Fault, behave, skip

from .conftest import NOW, Clinic


@pytest.fixture
def unknown(clinic: Clinic) -> Clinic:
    """Two campaigns; of the second the only request was accepted, and its answer got lost."""
    clinic.add("Ada", "Ben", "Cleo", "Dora")
    clinic.dispatch(clinic.freeze())
    text = (clinic.settings.root / "content" / "back.md").read_text()
    clinic.write(text.replace("back-2026", "next-2026"))
    clinic.dispatch(clinic.freeze())
    forget(clinic)
    return clinic


def forget(clinic: Clinic) -> None:
    with clinic.store.write() as connection:
        connection.exec_driver_sql(
            "UPDATE request SET state = 'unknown', message_id = '' WHERE campaign_id = 2"
        )


def settle(clinic: Clinic) -> int:
    return settle_unknown_by_evidence(clinic.store, clinic.account, 2, now=NOW)


def test_a_mail_in_the_logs_proves_the_whole_request(unknown: Clinic) -> None:
    assert unknown.counts(2) == Counts(frozen=4, unknown=4)
    assert settle(unknown) == 1
    assert unknown.counts(2) == Counts(frozen=4, accepted=4)
    with unknown.store.read() as connection:
        row = connection.exec_driver_sql(
            "SELECT answer, message_id, settled_at FROM request WHERE campaign_id = 2"
        ).one()
    expected = next(mail.message_id for mail in unknown.mails() if mail.number == 5)
    assert tuple(row) == (PROOF, expected, NOW)
    assert settle(unknown) == 0


def test_mail_of_another_attempt_proves_nothing(unknown: Clinic) -> None:
    with unknown.store.write() as connection:
        connection.exec_driver_sql("DELETE FROM request WHERE campaign_id = 1")
        connection.exec_driver_sql("UPDATE request SET attempt_id = 1 WHERE campaign_id = 2")
    assert settle(unknown) == 0
    assert unknown.counts(2) == Counts(frozen=4, unknown=4)


def test_an_attempt_that_was_taken_back_is_not_asked_about(unknown: Clinic) -> None:
    with unknown.store.write() as connection:
        connection.exec_driver_sql("UPDATE attempt SET state = 'cancelled' WHERE id = 2")
    assert settle(unknown) == 0


def test_mail_that_may_have_been_stopped_in_time_is_proved_by_its_leaving(unknown: Clinic) -> None:
    with unknown.store.write() as connection:
        connection.exec_driver_sql("UPDATE attempt SET stopped_at = 1 WHERE id = 2")
    assert settle(unknown) == 0
    skip(unknown.sandbox.url, 3600)
    assert settle(unknown) == 1


def test_a_cancellation_that_came_late_and_was_heeded_is_not_called_handed_over(
    unknown: Clinic,
) -> None:
    with unknown.store.write() as connection:
        connection.exec_driver_sql("UPDATE attempt SET stopped_at = 1 WHERE id = 2")
        batch = connection.exec_driver_sql("SELECT batch_id FROM attempt WHERE id = 2").scalar_one()
    unknown.account.stop_batch(batch)
    skip(unknown.sandbox.url, 3600)
    assert settle(unknown) == 0
    assert unknown.counts(2) == Counts(frozen=4, unknown=4)


def test_logs_that_do_not_know_it_yet_prove_nothing(unknown: Clinic) -> None:
    behave(unknown.sandbox.url, evidence_seconds=600)
    assert settle(unknown) == 0
    skip(unknown.sandbox.url, 601)
    assert settle(unknown) == 1


def test_whoever_cannot_be_asked_for_is_passed_over(unknown: Clinic) -> None:
    with unknown.store.write() as connection:
        connection.exec_driver_sql(
            "UPDATE recipient SET address = 'o''neill@example.com' WHERE key = 'ada@example.com'"
        )
    assert settle(unknown) == 1


def test_logs_that_may_not_be_read_or_do_not_answer_are_said_so(unknown: Clinic) -> None:
    unknown.misbehave(Fault("error before", path="/v3/logs", status=403))
    with pytest.raises(NewsletterError, match="SendGrid forbids this"):
        settle(unknown)
    unknown.misbehave(Fault("drop before", path="/v3/logs", times=-1))
    with pytest.raises(ServiceFailed):
        settle(unknown)
    assert unknown.counts(2) == Counts(frozen=4, unknown=4)
