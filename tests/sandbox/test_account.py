"""What SendGrid says about the account, and its statistics."""

from datetime import UTC, date, datetime

import pytest

from newsletter.sandbox import behave, plant


def day(account):
    return datetime.fromtimestamp(account.now(), UTC).date().isoformat()


def test_the_key_may_do_what_the_newsletter_needs(account):
    scopes = account.ask("GET", "scopes").body["scopes"]
    needed = {"mail.send", "mail.batch.create", "user.scheduled_sends.create", "asm.groups.read"}
    assert needed < set(scopes)


def test_credits_go_down_with_each_mail(account, letter):
    behave(account.sandbox.url, credits=100)
    account.send(letter("a@example.com", "b@example.com"))
    shown = account.ask("GET", "user/credits").body
    assert date.fromisoformat(shown.pop("last_reset")) < date.fromisoformat(shown.pop("next_reset"))
    assert shown == {
        "remain": 98,
        "total": 100,
        "overage": 0,
        "used": 2,
        "reset_frequency": "monthly",
    }


def test_the_account_and_its_senders(account):
    assert account.ask("GET", "user/account").body == {"type": "paid", "reputation": 100.0}
    assert account.ask("GET", "verified_senders").body == {"results": []}
    assert account.ask("GET", "verified_senders/steps_completed").body == {
        "results": {"sender_verified": False, "domain_verified": True}
    }


def test_any_domain_that_is_asked_for_is_authenticated(account):
    assert account.ask("GET", "whitelabel/domains").body == []
    (domain,) = account.ask("GET", "whitelabel/domains", domain="clinic.example.com").body
    assert (domain["domain"], domain["valid"]) == ("clinic.example.com", True)
    assert {name: entry["valid"] for name, entry in domain["dns"].items()} == {
        "mail_cname": True,
        "dkim1": True,
        "dkim2": True,
    }


def test_statistics_count_requests_and_what_came_of_them(account, letter):
    plant(account.sandbox.url, "bounces", ["ben@example.com"])
    plant(account.sandbox.url, "global", ["cleo@example.com"])
    plant(account.sandbox.url, "spam_reports", ["dora@example.com"])
    plant(account.sandbox.url, "invalid_emails", ["emil@example.com"])
    names = ("anna", "ben", "cleo", "dora", "emil")
    account.send(letter(*(f"{name}@example.com" for name in names), categories=["spring"]))
    account.send(letter(categories=["spring", "test"], send_at=account.now() + 1000))
    account.send(letter())
    today = day(account)
    (shown,) = account.ask("GET", "stats", start_date=today, end_date=today).body
    assert shown["date"] == today
    counted = {name: count for name, count in shown["stats"][0]["metrics"].items() if count}
    assert counted == {
        "requests": 7,
        "processed": 7,
        "delivered": 2,
        "bounce_drops": 1,
        "unsubscribe_drops": 1,
        "spam_report_drops": 1,
        "invalid_emails": 1,
    }
    (by_category,) = account.ask(
        "GET", "categories/stats", start_date=today, end_date=today, categories="test"
    ).body
    (entry,) = by_category["stats"]
    assert (entry["type"], entry["name"]) == ("category", "test")
    assert (entry["metrics"]["requests"], entry["metrics"]["delivered"]) == (1, 0)


def test_mail_counts_on_the_day_when_it_leaves(account, letter):
    first = day(account)
    account.send(letter(categories=["spring"], send_at=account.now() + 86400))
    account.skip(90000)
    days = account.ask("GET", "categories/stats", start_date=first, categories="spring").body
    metrics = [entry["stats"][0]["metrics"] for entry in days]
    assert [(day["requests"], day["delivered"]) for day in metrics][:2] == [(1, 0), (0, 1)]


def test_sums_of_categories_come_busiest_first(account, letter):
    today = day(account)
    account.send(letter(categories=["quiet"]))
    account.send(letter("a@example.com", "b@example.com", categories=["busy"]))
    shown = account.ask("GET", "categories/stats/sums", start_date=today).body
    assert shown["date"] == today
    sums = [(entry["name"], entry["metrics"]["delivered"]) for entry in shown["stats"]]
    assert sums == [("busy", 2), ("quiet", 1)]
    limited = account.ask("GET", "categories/stats/sums", start_date=today, limit=1, offset=1)
    assert [entry["name"] for entry in limited.body["stats"]] == ["quiet"]


@pytest.mark.parametrize(
    ("path", "query", "complaint"),
    [
        ("stats", {}, ("start_date", "start_date is required")),
        (
            "stats",
            {"start_date": "yesterday"},
            ("start_date", "start_date should be in the form of YYYY-MM-DD"),
        ),
        (
            "categories/stats",
            {"start_date": "2026-01-01"},
            ("categories", "between 1 and 10 categories are required"),
        ),
    ],
)
def test_wrong_questions_are_refused(account, path, query, complaint):
    answer = account.ask("GET", path, **query)
    assert (answer.status, answer.complaints) == (400, [complaint])


@pytest.mark.parametrize(
    ("state", "valid"), [("valid", [True]), ("invalid", [False]), ("missing", [])]
)
def test_a_domain_may_be_badly_set_up_or_missing(account, state, valid):
    behave(account.sandbox.url, domain=state)
    found = account.ask("GET", "whitelabel/domains", domain="clinic.example.com").body
    assert [entry["valid"] for entry in found] == valid
    assert all(entry["dns"]["dkim1"]["valid"] is entry["valid"] for entry in found)


def test_links_are_branded_or_not(account):
    (link,) = account.ask("GET", "whitelabel/links").body
    assert (link["valid"], link["dns"]["domain_cname"]["host"]) == (True, "url1.clinic.example.com")
    behave(account.sandbox.url, branded_links=False)
    assert account.ask("GET", "whitelabel/links").body == []


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        ("mail.send", "POST", "mail/send"),
        ("mail.batch.create", "POST", "mail/batch"),
        ("user.scheduled_sends.update", "PATCH", "user/scheduled_sends/x"),
        ("user.scheduled_sends.read", "GET", "user/scheduled_sends"),
        ("user.webhooks.event.settings.read", "GET", "user/webhooks/event/settings/all"),
    ],
)
def test_a_restricted_key_is_told_so(account, scope, method, path):
    behave(account.sandbox.url, missing_scopes=[scope])
    assert scope not in account.ask("GET", "scopes").body["scopes"]
    answer = account.ask(method, path, {})
    assert (answer.status, answer.complaints) == (403, [(None, "access forbidden")])
    assert account.ask("GET", "user/credits").status == 200
