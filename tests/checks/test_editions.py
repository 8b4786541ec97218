"""Every shipped edition, whatever its template, gives no finding at all: by the rules, by SpamAssassin and in a browser."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsletter.checks import Draft, Unverified, check, draft_for
from newsletter.checks.evidence import Spam
from newsletter.checks.probes.browser import ask_axe
from newsletter.checks.probes.spamassassin import ask_spamassassin
from newsletter.checks.probes.spelling import ask_codespell
from newsletter.config import Settings, load_settings
from newsletter.edition import find_editions, load_edition
from newsletter.letter import READER_FIELDS, Reader, compose
from tests.checks.conftest import TAG, ready
from tests.checks.probes.test_programs import needs_browser, needs_spamassassin

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 24, 16, tzinfo=UTC)
LINKS = {
    name: f"https://news.clockworkperform.com/{name}/x"
    for name in READER_FIELDS
    if name.endswith("_url") and name != "unsubscribe_url"
}
READERS = {
    "a stranger": Reader(**LINKS),
    "a neighbour": Reader(**LINKS, first_name="Ada", last_name="Example", city="New Orleans", tags=("runner",)),
    "a long name": Reader(**LINKS, first_name="Maximiliana-Theodora", last_name="von Hohenfels-Bartenstein"),
}  # fmt: skip

editions = pytest.mark.parametrize("path", find_editions(ROOT), ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def settings() -> Settings:
    return ready(load_settings(ROOT, {}))


def draft_of(path: Path, settings: Settings, reader: Reader = READERS["a neighbour"]) -> Draft:
    letter = compose(load_edition(path, ROOT), settings, unsubscribe_tag=TAG)
    return draft_for(letter, settings, reader, unsubscribe_tag=TAG)


@editions
@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_the_rules_find_nothing(path: Path, reader: Reader, settings: Settings) -> None:
    assert check(draft_of(path, settings, reader)) == []


@editions
@needs_spamassassin
def test_spamassassin_finds_next_to_nothing(path: Path, settings: Settings) -> None:
    spam = ask_spamassassin(draft_of(path, settings), NOW)
    assert isinstance(spam, Spam)
    assert spam.score <= 0.5, spam.rules


@editions
def test_nothing_is_misspelled(path: Path, settings: Settings) -> None:
    draft = draft_of(path, settings)
    found = ask_codespell(draft)
    if draft.edition.language.startswith("en"):
        assert found == ()
    else:
        assert isinstance(found, Unverified)


@pytest.mark.slow
@editions
@needs_browser
def test_axe_finds_nothing_serious(path: Path, settings: Settings) -> None:
    pytest.importorskip("axe_playwright_python", reason="the extra browser is not installed")
    draft = draft_of(path, settings)
    found = ask_axe(draft)
    assert found == ()
    assert check(replace(draft, evidence=replace(draft.evidence, axe=found))) == []
