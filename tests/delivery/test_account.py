"""The account: SendGrid's lists, batches and time, through the official client."""

import logging
from dataclasses import replace

import pytest
from sqlalchemy import select

from newsletter.delivery import Account, Patience, download_suppressions, post_trial
from newsletter.delivery.answers import Complaint, in_short, in_words
from newsletter.edition import load_edition
from newsletter.errors import NewsletterError
from newsletter.letter import Reader, compose
from newsletter.sandbox import Fault, plant
from newsletter.store import suppression

from .conftest import NOW, QUICK, Clinic

KEY = "SG.never-to-be-seen"


def test_sendgrids_lists_are_read_to_the_last_page(clinic: Clinic) -> None:
    url = clinic.sandbox.url
    plant(url, "bounces", [f"gone{one:04}@example.com" for one in range(1201)])
    plant(url, "global", ["Left@Example.com"])
    plant(url, "spam_reports", ["angry@example.com"])
    plant(url, "invalid_emails", ["not an address"])
    assert download_suppressions(clinic.store, clinic.account, 0, now=NOW) == 1204
    assert download_suppressions(clinic.store, clinic.account, 0, now=NOW) == 0
    with clinic.store.read() as connection:
        rows = connection.execute(select(suppression).order_by(suppression.c.key)).all()
    others = [(row.key, row.reason, row.origin) for row in rows if "gone" not in row.key]
    assert others == [
        ("angry@example.com", "complained", "SendGrid: spam_reports"),
        ("left@example.com", "unsubscribed", "SendGrid: unsubscribes"),
        ("not an address", "bounced", "SendGrid: invalid_emails"),
    ]


def test_the_list_of_a_group_is_read_too(clinic: Clinic) -> None:
    from newsletter.delivery.wire import Body

    group = b'{"name":"News","description":"News"}'
    clinic.account._client.asm.groups.post(request_body=Body(group))
    chain = clinic.account._client.asm.groups._("1").suppressions
    [number] = [one["id"] for one in clinic.account._get(clinic.account._client.asm.groups)]
    chain = clinic.account._client.asm.groups._(str(number)).suppressions
    chain.post(request_body=Body(b'{"recipient_emails":["left@example.com"]}'))
    assert download_suppressions(clinic.store, clinic.account, number, now=NOW) == 1


def test_whoever_leaves_here_is_put_on_sendgrids_list(clinic: Clinic) -> None:
    clinic.account.suppress("ada@example.com")
    assert [entry.email for entry in clinic.account.suppressions()] == ["ada@example.com"]


def test_time_is_sendgrids(clinic: Clinic) -> None:
    clinic.sandbox.office.clock.skip(86_400)
    now = clinic.sandbox.office.clock.now()
    assert abs(clinic.account.now() - now) <= 2
    clinic.sandbox.office.clock.skip(3600)
    assert abs(clinic.account.now(fresh=True) - now - 3600) <= 2


def test_the_key_is_never_shown(clinic: Clinic, caplog: pytest.LogCaptureFixture) -> None:
    with (
        caplog.at_level(logging.DEBUG),
        Account(KEY, clinic.sandbox.url, patience=QUICK) as account,
    ):
        account.post_mail(b'{"personalizations":[{"to":[{"email":"private@example.com"}]}]}')
        assert KEY not in repr(account)
    assert "private@example.com" not in caplog.text
    assert KEY not in caplog.text
    assert "mail/send" in caplog.text


@pytest.mark.parametrize("key", ["", "SG.one two", "SG.line\nbreak", "SG.кey"])
def test_what_cannot_be_a_key_is_refused_without_showing_it(key: str) -> None:
    with pytest.raises(NewsletterError, match="copy it again") as refusal:
        Account(key, "http://127.0.0.1:9")
    assert not key or key not in str(refusal.value)


def test_harmless_questions_are_asked_again(clinic: Clinic) -> None:
    clinic.misbehave(
        Fault("error before", path="/v3/scopes", method="GET", status=502, html=True),
        Fault("drop before", path="/v3/scopes", method="GET"),
    )
    assert "mail.send" in clinic.account.scopes()


def test_what_sendgrid_forbids_is_not_asked_again(clinic: Clinic) -> None:
    clinic.misbehave(Fault("error before", path="/v3/scopes", method="GET", status=403))
    with pytest.raises(NewsletterError, match="forbids this"):
        clinic.account.scopes()
    assert clinic.account.scopes()


def test_an_odd_refusal_of_a_cancellation_is_told(clinic: Clinic) -> None:
    with pytest.raises(NewsletterError, match="the key of another account"):
        clinic.account.stop_batch("never-made")
    clinic.misbehave(
        Fault("error before", path="/v3/user/scheduled_sends", method="POST", status=400)
    )
    with pytest.raises(NewsletterError, match="400"):
        clinic.account.stop_batch(clinic.account.new_batch())


def test_patience_ends_when_nobody_wants_it_any_more() -> None:
    Patience(tries=2, seconds=60).wait(0, going=lambda: False)


@pytest.mark.parametrize(
    ("status", "words", "code"),
    [
        (200, "sandbox mode is on", 1),
        (401, "does not know this key", 1),
        (403, "forbids this", 1),
        (413, "too large", 1),
        (415, "refuses this (415", 1),
        (429, "asks to wait", 3),
        (500, "fails (500", 3),
    ],
)
def test_every_refusal_is_a_sentence_with_a_cure(status: int, words: str, code: int) -> None:
    error = in_words(status, (Complaint("oh no", "from"),))
    assert words in str(error)
    assert error.exit_code == code


def test_many_complaints_are_told_in_short() -> None:
    assert in_short(tuple(Complaint(word) for word in "abcde")) == "a; b; c; and 2 more"


@pytest.fixture
def trial(clinic: Clinic):  # type: ignore[no-untyped-def]
    edition = load_edition(clinic.settings.root / "content" / "back.md", clinic.settings.root)
    letter = compose(edition, clinic.settings, unsubscribe_tag="[newsletter-unsubscribe-link]")
    view = letter.view(Reader(first_name="Ada"))

    def post(**more: str) -> None:
        address = "me@example.com"
        post_trial(clinic.account, clinic.settings, letter, view, address, **more)

    return post


def test_a_trial_goes_to_one_address_at_once(clinic: Clinic, trial) -> None:  # type: ignore[no-untyped-def]
    trial()
    trial(unsubscribe_url="https://news.example.com/u/1")
    assert [(mail.address, mail.send_at) for mail in clinic.mails()] == [
        ("me@example.com", None)
    ] * 2


@pytest.mark.parametrize(
    ("fault", "words"),
    [(Fault("drop after"), "may have been sent or not"), (Fault("no credits"), "Maximum credits")],
)
def test_a_trial_that_fails_says_so(clinic: Clinic, trial, fault: Fault, words: str) -> None:  # type: ignore[no-untyped-def]
    clinic.misbehave(fault)
    with pytest.raises(NewsletterError, match=words):
        trial()


def test_a_closed_account_can_be_asked_again(clinic: Clinic) -> None:
    clinic.account.close()
    assert clinic.account.scopes()
    assert replace(QUICK, tries=1) == Patience(1, 0.01, 60)
