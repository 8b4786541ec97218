"""Other programs judge whole letters: SpamAssassin, axe-core in a browser, codespell."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest

from newsletter.checks import Draft, Unverified
from newsletter.checks.evidence import Misspelling, Spam
from newsletter.checks.probes import Scope, gather
from newsletter.checks.probes.browser import ask_axe, find_browser
from newsletter.checks.probes.mail import mail_of
from newsletter.checks.probes.spamassassin import ask_spamassassin
from newsletter.checks.probes.spelling import ask_codespell
from tests.checks.conftest import ARTICLE
from tests.checks.spoiling import added, both, edited, picture, seen, swapped, text_swapped

NOW = datetime(2026, 11, 24, 16, tzinfo=UTC)
needs_spamassassin = pytest.mark.skipif(
    shutil.which("spamassassin") is None,
    reason="SpamAssassin is not installed (apt install spamassassin): the spam score was not measured",
)
needs_browser = pytest.mark.skipif(
    find_browser() is None,
    reason="Chromium is not installed (apt install chromium): axe-core was not asked",
)


def test_the_mail_has_text_html_and_pictures(good: Draft) -> None:
    mail = message_from_bytes(mail_of(picture()(good), NOW), policy=default)
    kinds = [part.get_content_type() for part in mail.walk()]
    assert kinds == [
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
    ]
    assert mail["From"] == "Clockwork Perform <news@clockworkperform.com>"
    assert mail["Subject"] == "Three tips for a strong back"
    html = mail.get_body(("html",))
    assert html is not None
    assert html.get_content().splitlines() == picture()(good).view.html.splitlines()


@needs_spamassassin
def test_a_good_letter_is_no_spam(good: Draft) -> None:
    spam = ask_spamassassin(good, NOW)
    assert isinstance(spam, Spam)
    assert spam.score <= 0.5


@needs_spamassassin
def test_what_looks_like_spam_costs_points_by_name(good: Draft) -> None:
    change = both(
        seen(subject="LOSE WEIGHT FAST, 100% GUARANTEED"),
        text_swapped("Most backs", "Lose weight now, 100% guaranteed. Most backs"),
        swapped("Most backs", "Lose weight now, 100% guaranteed. Most backs"),
    )
    spam = ask_spamassassin(change(good), NOW)
    assert isinstance(spam, Spam)
    assert spam.score >= 5
    assert {"SUBJECT_DIET", "DIET_1", "GUARANTEED_100_PERCENT"} <= set(spam.rules)


@pytest.mark.slow
@needs_browser
def test_axe_sees_what_the_markup_alone_does_not_show(good: Draft) -> None:
    pytest.importorskip("axe_playwright_python", reason="the extra browser is not installed")
    assert ask_axe(good) == ()
    bad = added('<p role="slider">Move me</p><p style="color:#DDDDDD">Pale words</p>')(good)
    found = ask_axe(bad)
    assert not isinstance(found, Unverified)
    assert {one.rule for one in found} >= {"color-contrast", "aria-required-attr"}
    assert {one.view for one in found} == {"light", "dark", "390 px wide"}


def test_codespell_finds_misspellings_of_the_article_and_its_top(
    draft: Callable[[str], Draft],
) -> None:
    spoiled = draft(ARTICLE + "\nRecieve our [adress](https://www.clockworkperform.com/recieve).\n")
    spoiled = edited(title="Teh title")(spoiled)
    found = ask_codespell(spoiled)
    assert found == (
        Misspelling("Teh", "The"),
        Misspelling("Recieve", "Receive"),
        Misspelling("adress", "address"),
    )
    assert ask_codespell(draft(ARTICLE)) == ()


def test_spelling_of_another_language_is_not_verified(good: Draft) -> None:
    found = ask_codespell(edited(language="es")(good))
    assert isinstance(found, Unverified)


def test_programs_that_are_missing_verify_nothing(
    good: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    for found in (ask_spamassassin(good, NOW), ask_axe(good)):
        assert isinstance(found, Unverified)
        assert "install it" in found.cure


def test_a_scope_says_what_was_not_asked(good: Draft) -> None:
    scope = Scope(programs=False, network=False, why="nobody asked", cure="ask")
    evidence = gather([good], scope, NOW)
    silent = Unverified("nobody asked", "ask")
    names = ("axe", "spam", "spelling", "links", "records", "reply_exchange")
    assert {name: getattr(evidence, name) for name in names} == dict.fromkeys(names, silent)
    assert evidence.holes is None
