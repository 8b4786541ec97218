"""This module composes one good letter, which every case spoils in one way."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from newsletter.checks import Draft, draft_for
from newsletter.config import Settings
from newsletter.edition import load_edition
from newsletter.letter import Letter, Reader, compose

ARTICLE = """\
---
id: good
title: Tips for a strong back
subject: Three tips for a strong back
preheader: What helps, what does not, and when to ask us for advice.
---
Hi {{ reader.first_name | default("there", true) }},

Lift with your legs and keep the load close to you. Stand up before you turn, and turn your feet first.
Sit down in between, and get up again after half an hour. Most backs like to be moved, a little and often.

Not sure what is right for you? [Ask us](https://www.clockworkperform.com/visit) before you begin.
"""
TAG = "[unsubscribe-here]"

Compose = Callable[[str], Letter]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return ready(settings)


def ready(settings: Settings) -> Settings:
    """Settings as after newsletter setup."""
    clinic = replace(settings.clinic, postal_address="12 Made-up Street, New Orleans, LA 70112")
    sender = replace(settings.sender, email="news@clockworkperform.com")
    return replace(settings, clinic=clinic, sender=sender)


@pytest.fixture
def composed(project: Path, settings: Settings) -> Compose:
    """Compose an article in the project's folder."""

    def made(article: str) -> Letter:
        path = project / "content" / "good.md"
        path.write_text(article, encoding="utf-8")
        return compose(load_edition(path, project), settings, unsubscribe_tag=TAG)

    return made


@pytest.fixture
def draft(composed: Compose, settings: Settings) -> Callable[[str], Draft]:
    """The draft of an article, as a reader named Ada gets it."""

    def made(article: str) -> Draft:
        reader = Reader(first_name="Ada")
        return draft_for(composed(article), settings, reader, unsubscribe_tag=TAG)

    return made


@pytest.fixture
def good(draft: Callable[[str], Draft]) -> Draft:
    return draft(ARTICLE)
