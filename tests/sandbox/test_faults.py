"""The sandbox misbehaves on demand: what the client sees, and what was accepted all the same."""

import http.client
import json
import threading
import time

import pytest
from python_http_client.exceptions import HTTPError

from newsletter.errors import NewsletterError
from newsletter.sandbox import KINDS, Fault, behave, messages, misbehave, running, serve
from tests.waiting import wait

JSON = {"Authorization": "Bearer SG.test", "Content-Type": "application/json"}


def accepted(account):
    return len(account.records())


@pytest.mark.parametrize(("kind", "count"), [("drop before", 0), ("drop after", 1)])
def test_a_dropped_connection_says_nothing_about_acceptance(account, letter, kind, count):
    misbehave(account.sandbox.url, Fault(kind))
    with pytest.raises(http.client.RemoteDisconnected):
        account.send(letter())
    assert accepted(account) == count
    assert account.send(letter()).status == 202


@pytest.mark.parametrize(("kind", "count"), [("error before", 0), ("error after", 1)])
@pytest.mark.parametrize("status", [500, 503])
def test_a_server_error_says_nothing_about_acceptance(account, letter, kind, status, count):
    misbehave(account.sandbox.url, Fault(kind, status=status))
    answer = account.send(letter())
    assert answer.status == status
    assert answer.body["errors"]
    assert accepted(account) == count


def test_an_error_may_be_the_page_of_the_proxy(account, letter):
    misbehave(account.sandbox.url, Fault("error after", status=502, html=True))
    with pytest.raises(HTTPError) as caught:
        account.sendgrid.client.mail.send.post(request_body=letter())
    assert caught.value.status_code == 502
    assert b"<center><h1>502 Bad Gateway</h1></center>" in caught.value.body


@pytest.mark.parametrize("kind", ["stall before", "stall after"])
def test_a_stalled_request_is_accepted_although_the_client_gave_up(account, letter, kind):
    misbehave(account.sandbox.url, Fault(kind, seconds=1))
    account.sendgrid.client.timeout = 0.1
    with pytest.raises(TimeoutError):
        account.send(letter())
    assert accepted(account) == (0 if kind == "stall before" else 1)
    wait(lambda: accepted(account) == 1)


def test_a_stall_ends_with_the_sandbox(folder, open_account, letter):
    with serve(folder, faults=[Fault("stall before", seconds=60)]) as sandbox:
        account = open_account(sandbox)
        caught: list[Exception] = []

        def send():
            try:
                account.send(letter())
            except OSError as error:
                caught.append(error)

        client = threading.Thread(target=send)
        client.start()
        wait(lambda: sandbox.office.under_way)
    client.join(60)
    assert [type(error) for error in caught] == [http.client.RemoteDisconnected]
    assert messages(folder) == []


def test_a_request_is_held_on_the_sandboxs_clock_and_carried_out_after_its_cancel(account, letter):
    batch = account.batch()
    misbehave(account.sandbox.url, Fault("stall before", clock_seconds=1800))
    account.sendgrid.client.timeout = 0.1
    with pytest.raises(TimeoutError):
        account.send(letter(batch_id=batch, send_at=account.now() + 3600))
    account.stop(batch)
    account.skip(1700)
    assert accepted(account) == 0
    account.skip(100)
    wait(lambda: accepted(account) == 1)
    account.skip(3600)
    assert account.ends() == {"anna@example.com": "cancelled"}


def test_a_body_is_too_large_by_a_fault_or_by_the_limit(account, letter):
    misbehave(account.sandbox.url, Fault("too large"))
    assert [account.send(letter()).status for _ in range(2)] == [413, 202]
    behave(account.sandbox.url, largest=400)
    answers = [account.send(letter(*people)) for people in (["a@example.com"], list("abcdefgh"))]
    assert [answer.status for answer in answers] == [202, 413]
    assert "<center>nginx</center>" in answers[1].body


def test_an_answer_takes_as_long_as_the_line(account, letter):
    behave(account.sandbox.url, answer_seconds=0.2)
    began = time.monotonic()
    assert account.send(letter()).status == 202
    assert time.monotonic() - began >= 0.2


def test_a_truncated_answer_breaks_off_after_acceptance(account, letter):
    misbehave(account.sandbox.url, Fault("truncate"))
    with pytest.raises(http.client.IncompleteRead):
        account.send(letter())
    assert accepted(account) == 1


def test_too_many_requests_come_as_often_as_planned(account, letter):
    limits = {"X-RateLimit-Reset": "1800000000"}
    misbehave(account.sandbox.url, Fault("too many", times=2, headers=limits))
    answers = [account.send(letter()) for _ in range(3)]
    assert [answer.status for answer in answers] == [429, 429, 202]
    assert answers[0].complaints == [(None, "too many requests")]
    assert answers[0].headers["X-RateLimit-Reset"] == "1800000000"


def test_one_address_is_refused_wherever_it_stands_until_it_is_left_out(account, letter):
    misbehave(account.sandbox.url, Fault("refuse", address="Ben@example.com", times=-1))
    for people, place in ((["a@example.com", "ben@example.com"], 1), (["ben@example.com"], 0)):
        answer = account.send(letter(*people))
        field = f"personalizations.{place}.to.0.email"
        assert answer.complaints == [(field, "Does not contain a valid address.")]
    assert account.send(letter("a@example.com")).status == 202


def test_one_place_is_refused(account, letter):
    misbehave(account.sandbox.url, Fault("refuse", place=1))
    assert account.send(letter("a@example.com")).status == 202
    answer = account.send(letter("b@example.com", "c@example.com"))
    assert [field for field, _ in answer.complaints] == ["personalizations.1.to.0.email"]


def test_a_refusal_waits_for_a_body_that_can_be_read(account):
    misbehave(account.sandbox.url, Fault("refuse", address="a@example.com"))
    assert account.raw("POST", "/v3/mail/send", b"{", JSON).complaints == [(None, "Bad Request")]


def test_no_credits_and_a_redirect_accept_nothing(account, letter):
    misbehave(account.sandbox.url, Fault("no credits"), Fault("redirect"))
    answer = account.send(letter())
    assert (answer.status, answer.complaints) == (401, [(None, "Maximum credits exceeded")])
    answer = account.raw("POST", "/v3/mail/send", json.dumps(letter()).encode(), JSON)
    assert (answer.status, answer.headers["Location"]) == (302, "/sandbox/alive")
    assert accepted(account) == 0


def test_a_sandbox_may_vanish_after_accepting(folder, open_account, letter):
    with serve(folder, faults=[Fault("vanish")]) as sandbox:
        account = open_account(sandbox)
        with pytest.raises(http.client.RemoteDisconnected):
            account.send(letter())
        sandbox.wait()
        assert running(folder) is None
    assert [record.address for record in messages(folder)] == ["anna@example.com"]


def test_a_fault_waits_hits_other_paths_and_is_taken_back(account, letter):
    late = Fault("error before", after=1)
    batches = Fault("error before", path="/v3/mail/batch", status=503, times=-1)
    misbehave(account.sandbox.url, late, batches)
    assert [account.send(letter()).status for _ in range(3)] == [202, 500, 202]
    assert account.ask("POST", "mail/batch").status == 503
    planned = account.raw("GET", "/sandbox/faults").body
    assert [(fault["kind"], fault["times"]) for fault in planned] == [
        ("error before", 0),
        ("error before", -1),
    ]
    assert account.raw("DELETE", "/sandbox/faults").status == 204
    assert account.ask("POST", "mail/batch").status == 201


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (Fault("sing"), f"kind must be one of {', '.join(KINDS)}"),
        (Fault("drop after", times="often"), "times is 'often', it should be like 1"),
        (Fault("drop after", html=1), "html is 1, it should be like False"),
        (Fault("drop after", times=True), "times is True, it should be like 1"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(account, fault, says):
    with pytest.raises(NewsletterError) as caught:
        misbehave(account.sandbox.url, fault)
    assert str(caught.value) == f"the sandbox refused: {says}"


def test_a_failure_inside_is_an_answer_too(account, letter, capfd):
    (account.sandbox.folder / "outbox" / "waiting").rmdir()
    assert account.send(letter()).status == 500
    assert "FileNotFoundError" in capfd.readouterr().err
    assert accepted(account) == 0
