"""The Email Logs: which mails there were, and each one's custom args, that say whose attempt it was."""

import pytest

from newsletter.sandbox import behave, happen, plant


def search(account, query="", **more):
    return account.ask("POST", "logs", {"query": query, **more})


def addresses(account, query):
    return [message["to_email"] for message in search(account, query).body["messages"]]


@pytest.fixture
def sent(account, letter):
    """Two requests: three people at once, one later."""
    body = letter("Anna@example.com", "ben@example.com", "cleo@example.com", categories=["news"])
    body["custom_args"] = {"newsletter_attempt": "7"}
    for number, person in enumerate(body["personalizations"]):
        person["custom_args"] = {"newsletter_recipient": str(number)}
    plant(account.sandbox.url, "bounces", ["ben@example.com"])
    account.send(body)
    account.send(letter("dora@example.com", subject="Later", send_at=account.now() + 3600))
    return account


def test_a_mail_is_found_by_its_address_and_told_with_its_attempt(sent):
    (found,) = search(sent, "to_email = 'Anna@example.com'").body["messages"]
    created = found.pop("sg_message_id_created_at")
    assert created.endswith("Z")
    assert found == {
        "from_email": "news@clinic.example.com",
        "sg_message_id": found["sg_message_id"],
        "subject": "News",
        "to_email": "Anna@example.com",
        "status": "delivered",
        "reason": "",
    }
    whole = sent.ask("GET", f"logs/{found['sg_message_id']}")
    assert whole.status == 200
    assert whole.body["custom_args"] == {"newsletter_attempt": "7", "newsletter_recipient": "0"}
    assert whole.body["category"] == ["news"]
    assert [event["event"] for event in whole.body["events"]] == ["processed", "delivered"]
    assert whole.body["events"][0]["custom_args"]["newsletter_attempt"] == "7"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "dora cleo ben Anna"),
        ("status IN ('dropped')", "ben"),
        ("status IN ('processed', \"dropped\")", "dora ben"),
        ("categories IN ('news') AND status IN ('delivered')", "cleo Anna"),
        ("subject = 'Later'", "dora"),
        ("reason = 'Bounced Address'", "ben"),
        ("to_email = 'nobody@example.com'", ""),
        ('sg_message_id_created_at > TIMESTAMP "2020-01-01T00:00:00Z"', "dora cleo ben Anna"),
        ('sg_message_id_created_at <= TIMESTAMP "2020-01-01T00:00:00Z"', ""),
    ],
)
def test_a_query_is_understood(sent, query, found):
    assert addresses(sent, query) == [f"{name}@example.com" for name in found.split()]


def test_no_more_come_than_asked_for(sent):
    assert len(search(sent, limit=2).body["messages"]) == 2


def test_a_cancelled_mail_is_a_cancel_drop(account, letter):
    batch = account.batch()
    account.send(letter(batch_id=batch, send_at=account.now() + 3600))
    account.stop(batch)
    account.skip(7200)
    (found,) = search(account).body["messages"]
    assert (found["status"], found["reason"]) == ("dropped", "Batch cancelled")
    events = account.ask("GET", f"logs/{found['sg_message_id']}").body["events"]
    assert [event["event"] for event in events] == ["processed", "cancel_drop"]


@pytest.mark.parametrize(
    ("more", "status"), [({}, "bounced"), ({"type": "blocked"}, "blocked")], ids=["hard", "block"]
)
def test_a_bounce_shows(account, letter, more, status):
    account.send(letter())
    happen(account.sandbox.url, "bounce", ["anna@example.com"], **more)
    (found,) = search(account, f"status IN ('{status}')").body["messages"]
    assert found["reason"].startswith("550 5.1.1")
    events = account.ask("GET", f"logs/{found['sg_message_id']}").body["events"]
    assert [event["event"] for event in events] == ["processed", "delivered", "bounce"]


def test_the_logs_lag_behind(account, letter):
    behave(account.sandbox.url, evidence_seconds=300)
    account.send(letter())
    assert addresses(account, "") == []
    account.skip(301)
    assert addresses(account, "") == ["anna@example.com"]


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        ({"query": "custom_args = 'x'"}, "field custom_args with operator = is not allowed"),
        ({"query": "to_email IN ('x')"}, "field to_email with operator IN is not allowed"),
        ({"query": "to_email LIKE 'x'"}, "invalid query near \"to_email LIKE 'x'\""),
        ({"query": "to_email = x"}, "invalid value near 'to_email = x'"),
        ({"query": 5}, "query must be a string"),
        ({"limit": 1001}, "limit must be between 1 and 1000"),
    ],
)
def test_a_query_that_makes_no_sense_is_refused(account, wish, says):
    answer = account.ask("POST", "logs", wish)
    assert (answer.status, answer.complaints[0][1]) == (400, says)


@pytest.mark.parametrize("message", ["nothing", "x.recvd-sandbox-1.1", "x.99"])
def test_a_message_that_is_not_there_is_not_found(sent, message):
    assert sent.ask("GET", f"logs/{message}").status == 404
