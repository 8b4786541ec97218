"""Many accounts share one sandbox: each key has its own clock, faults, mail and judge."""

import json
import threading
import time

import pytest

from newsletter.errors import NewsletterError
from newsletter.sandbox import (
    Behaviour,
    Fault,
    Terms,
    Trouble,
    begin,
    behave,
    close_subuser,
    judge,
    left,
    messages,
    misbehave,
    now,
    open_subuser,
    settle,
    skip,
)
from newsletter.sandbox.steering import Subuser
from tests.waiting import wait


@pytest.fixture
def two(sandbox, open_account):
    """Two subusers and the clients that send as them."""
    subusers = [open_subuser(sandbox.url, f"SG.run{number}") for number in (1, 2)]
    return [(subuser, open_account(sandbox, subuser.key)) for subuser in subusers]


def test_each_has_mail_batches_lists_and_a_clock_of_its_own(sandbox, two, letter):
    (first, one), (second, other) = two
    batch = one.batch()
    one.send(letter(batch_id=batch, send_at=int(now(first)) + 3600))
    one.stop(batch)
    assert other.stop(batch).status == 400
    skip(first, 7200)
    assert now(first) - now(second) > 7000
    assert abs(now(sandbox.url) - now(second)) < 5
    other.send(letter("ben@example.com"))
    assert judge(first).states == {"cancelled": 1}
    assert judge(second).released == {"ben@example.com": 1}
    assert judge(sandbox.url).states == {}
    assert messages(sandbox.folder) == []


def test_each_has_faults_and_behaviour_of_its_own(sandbox, two, letter):
    (first, one), (second, other) = two
    misbehave(first, Fault("error before"))
    behave(second, slots=0)
    assert (one.send(letter()).status, other.send(letter()).status) == (500, 202)
    assert (one.stop(one.batch()).status, other.stop(other.batch()).status) == (201, 400)


def test_it_begins_by_terms_and_begins_anew(sandbox, open_account, letter):
    terms = Terms(
        speed=3600,
        behaviour=Behaviour(slots=1, late_arrivals_discarded=False),
        trouble=Trouble(3, 1, ("error after",)),
        faults=(Fault("too many"),),
    )
    subuser = open_subuser(sandbox.url, "SG.run", terms)
    account = open_account(sandbox, subuser.key)
    for again in (lambda: begin(subuser, terms), lambda: open_subuser(sandbox.url, "SG.run")):
        assert account.send(letter()).status == 429
        assert account.send(letter()).status >= 500
        assert judge(subuser).requests == 1
        assert behave(subuser)["slots"] == 1
        shown = now(subuser)
        time.sleep(0.1)
        assert now(subuser) - shown > 300
        again()
        assert judge(subuser).requests == 0
    assert account.send(letter()).status == 202


def test_a_closed_one_is_forgotten_with_what_it_stalls(sandbox, open_account, letter, capfd):
    subuser = open_subuser(
        sandbox.url, "SG.run", Terms(faults=(Fault("stall before", seconds=60),))
    )
    account = open_account(sandbox, subuser.key)
    broken = []

    def send():
        try:
            account.send(letter())
        except OSError as error:
            broken.append(type(error).__name__)

    sender = threading.Thread(target=send)
    sender.start()
    wait(lambda: judge(subuser).under_way)
    close_subuser(subuser)
    sender.join(60)
    assert broken == ["RemoteDisconnected"]
    assert capfd.readouterr().err == ""
    with pytest.raises(NewsletterError, match="there is no such subuser"):
        close_subuser(subuser)


def test_settling_lets_stalled_requests_go_on_and_time_pass(sandbox, open_account, letter):
    subuser = open_subuser(sandbox.url, "SG.run")
    account = open_account(sandbox, subuser.key)
    account.sendgrid.client.timeout = 0.2
    at = account.now()
    kept, gone, held = account.batch(), account.batch(), account.batch()
    misbehave(subuser, Fault("stall before", seconds=60), Fault("stall before", clock_seconds=9e9))
    for batch, name in ((kept, "anna"), (gone, "ben"), (held, "cleo")):
        try:
            account.send(letter(f"{name}@example.com", batch_id=batch, send_at=at + 3600))
        except TimeoutError:
            continue
    account.stop(gone)
    account.stop(held, "pause")
    assert judge(subuser).states == {"waiting": 1}
    found = settle(subuser)
    assert (found.states, found.under_way) == ({"cancelled": 1, "delivered": 1, "expired": 1}, 0)
    assert found.reasons == {"Batch cancelled": 1, "Expired": 1}
    assert (found.released, found.twice) == ({"anna@example.com": 1}, {})


def test_what_left_is_told_with_its_custom_args(two, letter):
    subuser, account = two[0]
    body = letter("Anna@example.com", "ben@example.com", custom_args={"newsletter_attempt": "7"})
    for number, person in enumerate(body["personalizations"]):
        person["custom_args"] = {"newsletter_recipient": str(number)}
    account.send(body)
    account.send(letter("anna@example.com"))
    found = [(mail["address"], mail["custom_args"]) for mail in left(subuser)]
    assert found == [
        ("Anna@example.com", {"newsletter_attempt": "7", "newsletter_recipient": "0"}),
        ("ben@example.com", {"newsletter_attempt": "7", "newsletter_recipient": "1"}),
        ("anna@example.com", {}),
    ]
    verdict = judge(subuser)
    assert verdict.released == {"anna@example.com": 2, "ben@example.com": 1}
    assert verdict.twice == {"anna@example.com": 2}


def test_many_send_side_by_side_and_nothing_is_mixed_up(sandbox, open_account, letter):
    subusers = [open_subuser(sandbox.url, f"SG.{name}") for name in "abcdef"]

    def send(subuser: Subuser) -> None:
        account = open_account(sandbox, subuser.key)
        for turn in range(5):
            account.send(letter(f"{subuser.key}.{turn}@example.com"))

    senders = [threading.Thread(target=send, args=(subuser,)) for subuser in subusers]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    for subuser in subusers:
        expected = {f"{subuser.key}.{turn}@example.com".lower(): 1 for turn in range(5)}
        assert judge(subuser).released == expected


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        ({"key": ""}, "key must be the API key of the subuser"),
        ({"key": "SG.a", "colour": 1}, "colour is unknown, there are speed, behaviour, trouble"),
        ({"key": "SG.a", "speed": 0}, "speed 0 would stop the clock"),
        ({"key": "SG.a", "speed": "fast"}, "speed is 'fast', it should be like 60"),
        ({"key": "SG.a", "behaviour": []}, "[] should be an object"),
        ({"key": "SG.a", "faults": [{"kind": "sing"}]}, "kind must be one of"),
    ],
)
def test_terms_that_make_no_sense_are_refused(account, wish, says):
    answer = account.raw(
        "POST",
        "/sandbox/subusers",
        json.dumps(wish).encode(),
        {"Content-Type": "application/json"},
    )
    assert answer.status == 400
    assert says in answer.complaints[0][1]
