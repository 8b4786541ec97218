"""The preview's page over real HTTP: what it shows, and to whom."""

import re

import pytest

from newsletter.sandbox import Fault, messages
from tests.web.preview.conftest import Running, origin


def test_the_page_has_the_inbox_the_check_the_size_and_every_link(shown: Running) -> None:
    page = shown.ask("?reader=version-1").body
    assert "Hello Ada, two short sessions" in page
    assert '<p class="sender">Clockwork Perform</p>' in page
    assert '<p class="snippet">What helps, what does not' in page
    assert "https://www.example.com/visit" in page
    assert re.search(r"About <strong>\d+\.\d kB</strong> of 102 kB", page)
    assert "legal/postal-address" in page


def test_nothing_from_elsewhere_may_load_run_or_frame_the_page(shown: Running) -> None:
    page = shown.ask()
    assert page.headers["content-security-policy"] == (
        "default-src 'none'; img-src data:; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert not re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=\"(?!data:|preview\.)", page.body)


@pytest.mark.parametrize(("images", "allowed"), [("on", "data:"), ("off", "'none'")])
def test_the_letter_is_sandboxed_and_shows_pictures_as_was_chosen(
    shown: Running, images: str, allowed: str
) -> None:
    letter = shown.ask(f"letter?images={images}")
    policy = letter.headers["content-security-policy"]
    assert f"img-src {allowed};" in policy
    assert policy.endswith("sandbox allow-same-origin")
    assert "script" not in policy
    assert 'src="data:image/png;base64,' in letter.body


@pytest.mark.parametrize(
    ("key", "greeting", "city"),
    [
        ("version-1", "Hi Ada,", True),
        ("nothing-known", "Hi there,", False),
        ("very-long-name", "Hi Maximiliana-Theodora Alexandrina,", True),
        ("signs-that-html-knows", "Hi O’Neil &amp; &quot;Jo&quot; &lt;b&gt;,", True),
        ("nobody-by-this-name", "Hi Ada,", True),
    ],
)
def test_the_letter_is_shown_as_each_reader_gets_it(
    shown: Running, key: str, greeting: str, city: bool
) -> None:
    letter = shown.ask(f"letter?reader={key}").body
    assert greeting in letter
    assert ("See you in" in letter) is city


def test_every_reader_who_shows_something_can_be_chosen(shown: Running) -> None:
    page = shown.ask().body
    options = re.findall(r'<option value="([^"]+)"', page)
    assert options[:4] == ["version-1", "version-2", "fewest-details", "longest-name"]
    assert {"nothing-known", "very-long-name", "written-from-right-to-left"} <= set(options)
    assert "of 18 who may get it" in page
    for key in options:
        assert 'role="alert"' not in shown.ask(f"?reader={key}").body


@pytest.mark.parametrize("part", ["text", "html"])
def test_both_parts_can_be_read_as_they_are_sent(shown: Running, part: str) -> None:
    page = shown.ask(f"?part={part}&reader=version-1").body
    assert "Hi Ada," in page
    assert ("&lt;!doctype html&gt;" in page) is (part == "html")
    assert "<iframe" not in page


def test_whatever_is_unknown_in_the_address_stays_as_it_is_at_first(shown: Running) -> None:
    assert shown.ask("?part=x&width=9&look=y&images=z").body == shown.ask().body


def test_a_test_goes_to_the_address_as_the_command_sends_it(shown: Running) -> None:
    sent = shown.ask("send?reader=version-1", "address=ada%40example.com", Origin=origin(shown))
    assert sent.status == 200
    assert "Sent to ada@example.com: “[Test] Hello Ada, two short sessions”." in sent.body
    assert "PRACTICE: nothing left this computer." in sent.body
    assert f'<a href="{shown.sandbox.url}"' in sent.body
    (mail,) = messages(shown.sandbox.folder)
    assert mail.address == "ada@example.com"


@pytest.mark.parametrize(
    "typed", ["", "nobody", "a%40b", "a%40example.com%0aBcc%3A+b%40example.com"]
)
def test_a_wrong_address_gets_a_sentence_and_no_mail(shown: Running, typed: str) -> None:
    before = messages(shown.sandbox.folder)
    said = shown.ask("send", f"address={typed}", Origin=origin(shown))
    assert said.status == 422
    assert "write name@domain" in said.body
    assert 'aria-invalid="true"' in said.body
    assert messages(shown.sandbox.folder) == before


def test_a_huge_form_is_refused(shown: Running) -> None:
    assert shown.ask("send", "x" * 20_000, Origin=origin(shown)).status == 413


def test_a_service_that_fails_is_told_on_the_page(shown: Running) -> None:
    shown.sandbox.office.faults.plan(Fault("error after"))
    said = shown.ask("send", "address=ada%40example.com", Origin=origin(shown))
    assert said.status == 422
    assert "the test may have been sent or not" in said.body
