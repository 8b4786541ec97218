"""This module makes editions of a few lines, as a person would write them."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from newsletter.config import Settings
from newsletter.edition import load_edition
from newsletter.letter import Letter, compose

HEAD = """\
---
id: test-edition
title: Tips for a strong back
subject: {subject}
preheader: {preheader}
template: {template}
---
"""
BODY_LINE = 8

Write = Callable[..., Letter]


@pytest.fixture
def write(project: Path, settings: Settings) -> Write:
    """Compose an article of the given body; keyword *templates* are files to write first."""

    def composed(
        body: str,
        *,
        subject: str = "Tips for a strong back",
        preheader: str = "What helps, what does not, and when to ask us for advice.",
        template: str = "article",
        tag: str | None = "[unsubscribe-here]",
        templates: dict[str, str] | None = None,
        settings: Settings = settings,
    ) -> Letter:
        for name, source in (templates or {}).items():
            (project / "templates" / "email" / name).write_text(source, encoding="utf-8")
        path = project / "content" / "tips.md"
        head = HEAD.format(subject=subject, preheader=preheader, template=template)
        path.write_text(head + body, encoding="utf-8")
        return compose(load_edition(path, project), settings, unsubscribe_tag=tag)

    return composed


@pytest.fixture
def bare(write: Write) -> Write:
    """Compose with a template that shows the body and nothing else."""

    def composed(body: str, **more: object) -> Letter:
        mjml = (
            '{% from "partials/tokens.jinja" import font, light, dark, style %}\n'
            '<mjml lang="en" dir="ltr"><mj-body>\n{% include "edition/body.mjml" %}\n</mj-body></mjml>\n'
        )
        files = {"bare.mjml": mjml, "bare.txt": '{% include "edition/body.txt" %}\n'}
        return write(body, template="bare", templates=files, **more)

    return composed


CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A running Chromium, for one file of tests."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield running
        running.close()
