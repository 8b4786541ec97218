"""Scheduled mail: batches, cancelling and pausing, and what happens at the send time."""

import pytest

from newsletter.sandbox import behave

MINUTE, HOUR = 60, 3600


def soon(account, letter, batch, minutes=30, **more):
    return account.send(letter(send_at=account.now() + minutes * MINUTE, batch_id=batch, **more))


def test_a_batch_id_is_made_and_known(account):
    answer = account.ask("POST", "mail/batch")
    batch = answer.body["batch_id"]
    assert answer.status == 201
    again = account.ask("GET", f"mail/batch/{batch}")
    assert (again.status, again.body) == (200, {"batch_id": batch})
    unknown = account.ask("GET", "mail/batch/made-up")
    assert (unknown.status, unknown.complaints) == (400, [(None, "invalid batch id")])


def test_a_cancelled_batch_is_discarded_at_its_send_time_and_not_before(account, letter):
    batch = account.batch()
    soon(account, letter, batch)
    answer = account.stop(batch)
    assert (answer.status, answer.body) == (201, {"batch_id": batch, "status": "cancel"})
    assert account.ends() == {"anna@example.com": "waiting"}
    account.skip(31 * MINUTE)
    assert account.ends() == {"anna@example.com": "cancelled"}
    assert account.outbox("waiting") == account.outbox("delivered") == []


def test_a_batch_can_be_cancelled_before_any_mail_uses_it(account, letter):
    batch = account.batch()
    assert account.stop(batch).status == 201
    soon(account, letter, batch)
    account.skip(HOUR)
    assert account.ends() == {"anna@example.com": "cancelled"}


def test_mail_that_comes_after_the_send_time_of_a_cancelled_batch_is_discarded_too(account, letter):
    batch = account.batch()
    account.stop(batch)
    account.skip(HOUR)
    account.send(letter(send_at=account.now() - 10, batch_id=batch))
    assert account.ends() == {"anna@example.com": "cancelled"}


def test_where_sendgrid_looks_only_at_what_it_holds_late_arrivals_leave(account, letter):
    behave(account.sandbox.url, late_arrivals_discarded=False)
    batch = account.batch()
    soon(account, letter, batch)
    account.stop(batch)
    account.skip(MINUTE)
    account.send(letter("late@example.com", send_at=account.now() + HOUR, batch_id=batch))
    account.skip(2 * HOUR)
    assert account.ends() == {"anna@example.com": "cancelled", "late@example.com": "delivered"}


@pytest.mark.parametrize(("works", "end"), [(False, "delivered"), (True, "cancelled")])
def test_a_cancel_later_than_ten_minutes_before_is_accepted_and_not_guaranteed(
    account, letter, works, end
):
    behave(account.sandbox.url, late_stops=works)
    batch = account.batch()
    soon(account, letter, batch)
    account.skip(21 * MINUTE)
    assert account.stop(batch).status == 201
    account.skip(HOUR)
    assert account.ends() == {"anna@example.com": end}


def test_a_cancel_eleven_minutes_before_is_in_time(account, letter):
    batch = account.batch()
    soon(account, letter, batch)
    account.skip(19 * MINUTE)
    account.stop(batch)
    account.skip(HOUR)
    assert account.ends() == {"anna@example.com": "cancelled"}


def test_a_paused_batch_is_kept_past_its_send_time_and_leaves_when_resumed(account, letter):
    batch = account.batch()
    soon(account, letter, batch)
    account.stop(batch, "pause")
    account.skip(2 * HOUR)
    assert account.ends() == {"anna@example.com": "held"}
    assert len(account.outbox("waiting")) == 1
    resumed_at = account.now()
    assert account.ask("DELETE", f"user/scheduled_sends/{batch}").status == 204
    (record,) = account.records()
    assert record.state == "delivered"
    assert record.released_at >= resumed_at


def test_a_paused_batch_expires_after_72_hours(account, letter):
    batch = account.batch()
    soon(account, letter, batch)
    account.stop(batch, "pause")
    account.skip(72 * HOUR)
    assert account.ends() == {"anna@example.com": "held"}
    account.skip(HOUR)
    assert account.ends() == {"anna@example.com": "expired"}
    assert account.outbox("waiting") == []


def test_a_pause_may_become_a_cancel_before_or_after_the_send_time(account, letter):
    early, late = account.batch(), account.batch()
    soon(account, letter, early)
    account.send(letter("ben@example.com", send_at=account.now() + 1800, batch_id=late))
    account.stop(early, "pause")
    account.stop(late, "pause")
    account.skip(25 * MINUTE)
    change = {"status": "cancel"}
    assert account.ask("PATCH", f"user/scheduled_sends/{early}", change).status == 204
    account.skip(10 * MINUTE)
    assert account.ends() == {"anna@example.com": "cancelled", "ben@example.com": "held"}
    account.ask("PATCH", f"user/scheduled_sends/{late}", change)
    assert account.ends()["ben@example.com"] == "cancelled"


def test_a_cancel_taken_back_before_the_send_time_lets_the_mail_leave(account, letter):
    batch = account.batch()
    soon(account, letter, batch)
    account.stop(batch)
    assert account.ask("DELETE", f"user/scheduled_sends/{batch}").status == 204
    account.skip(HOUR)
    assert account.ends() == {"anna@example.com": "delivered"}


def test_a_cancel_taken_back_after_the_send_time_brings_nothing_back(account, letter):
    batch = account.batch()
    soon(account, letter, batch)
    account.stop(batch)
    account.skip(HOUR)
    account.ask("DELETE", f"user/scheduled_sends/{batch}")
    account.skip(HOUR)
    assert account.ends() == {"anna@example.com": "cancelled"}


def test_only_stopped_batches_are_listed(account):
    pending, cancelled, paused = account.batch(), account.batch(), account.batch()
    account.stop(cancelled)
    account.stop(paused, "pause")
    listed = [{"batch_id": cancelled, "status": "cancel"}, {"batch_id": paused, "status": "pause"}]
    assert account.ask("GET", "user/scheduled_sends").body == listed
    assert account.ask("GET", f"user/scheduled_sends/{paused}").body == listed[1:]
    assert account.ask("GET", f"user/scheduled_sends/{pending}").body == []


def test_a_second_status_must_be_a_patch(account):
    batch = account.batch()
    account.stop(batch)
    answer = account.stop(batch, "pause")
    message = "a status for this batch id exists, try PATCH to update the status"
    assert (answer.status, answer.complaints) == (400, [("batch_id", message)])


def test_ten_batches_and_no_more_are_stopped_at_one_time(account):
    batches = [account.batch() for _ in range(11)]
    assert [account.stop(batch).status for batch in batches[:10]] == [201] * 10
    answer = account.stop(batches[10])
    assert (answer.status, answer.complaints) == (400, [(None, "max limit reached")])
    account.ask("DELETE", f"user/scheduled_sends/{batches[0]}")
    assert account.stop(batches[10]).status == 201


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "complaint"),
    [
        ("POST", "", {"batch_id": "made-up", "status": "cancel"}, 400, "invalid batch id"),
        ("POST", "", {"batch_id": 5, "status": "cancel"}, 400, "invalid batch id"),
        ("PATCH", "/made-up", {"status": "cancel"}, 404, "batch id not found"),
        ("PATCH", "/made-up", {"status": "burn"}, 400, "status must be pause or cancel"),
        ("PATCH", "/made-up", [], 400, "the body must be an object"),
        ("DELETE", "/made-up", None, 404, "batch id not found"),
    ],
)
def test_wrong_wishes_are_refused(account, method, path, body, status, complaint):
    answer = account.ask(method, f"user/scheduled_sends{path}", body)
    assert answer.status == status
    assert [message for _, message in answer.complaints] == [complaint]


def test_an_unknown_status_is_refused(account):
    answer = account.stop(account.batch(), "burn")
    assert (answer.status, answer.complaints) == (
        400,
        [("status", "status must be pause or cancel")],
    )


def test_an_expired_batch_id_validates_but_its_mail_is_lost(account, letter):
    batch = account.batch()
    account.skip(10 * 24 * HOUR + 60)
    assert account.ask("GET", f"mail/batch/{batch}").status == 200
    assert soon(account, letter, batch).status == 202
    account.skip(HOUR)
    (record,) = account.records()
    assert (record.state, record.reason) == ("dropped", "Batch expired or unknown")


def test_a_made_up_batch_id_is_accepted_and_its_mail_is_lost(account, letter):
    assert soon(account, letter, "made up").status == 202
    account.skip(HOUR)
    assert account.ends() == {"anna@example.com": "dropped"}


@pytest.mark.parametrize("state", ["cancel", "pause"])
def test_mail_of_other_batches_is_not_touched(account, letter, state):
    batch = account.batch()
    account.stop(batch, state)
    soon(account, letter, account.batch())
    account.skip(HOUR)
    assert account.ends() == {"anna@example.com": "delivered"}
