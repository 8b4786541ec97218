"""This module serves the preview of an article to a test, over real HTTP, with a sandbox for test mails."""

import http.client
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import uvicorn
from PIL import Image

from newsletter.cli.lists import merge_new
from newsletter.cli.preview_page import means_of
from newsletter.cli.project import PRACTICE_KEY, Project, for_practice
from newsletter.config import load_settings
from newsletter.sandbox import Sandbox, serve
from newsletter.web.preview.news import News
from newsletter.web.preview.preview import Preview
from newsletter.web.preview.serving import create_preview
from tests.waiting import wait

ROOT = Path(__file__).parents[3]
KEY = "the-key-of-this-test"
ARTICLE = """\
---
id: preview-test
title: A strong back
subject: Hello {{ reader.first_name | default("friend", true) }}, two short sessions
preheader: What helps, what does not, and when to ask us for advice.
---
Hi {{ reader.first_name | default("there", true) }},

![A red square](red.png)

{% if reader.city %}
See you in {{ reader.city }}.
{% endif %}

[Book a visit](https://www.example.com/visit){.button}
"""


@dataclass(frozen=True)
class Answer:
    """What the server said."""

    status: int
    body: str
    headers: http.client.HTTPMessage


@dataclass
class Running:
    """A running preview, the article it shows and the sandbox its tests go to."""

    preview: Preview
    article: Path
    sandbox: Sandbox
    address: str = ""

    @property
    def url(self) -> str:
        return f"http://{self.address}/{KEY}/"

    def ask(self, path: str = "", form: str | None = None, **headers: str) -> Answer:
        """Ask for a page below the key; *headers* with _ for -; an absolute path stays as it is."""
        connection = http.client.HTTPConnection(self.address, timeout=10)
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        path = path if path.startswith("/") else f"/{KEY}/{path}"
        if form is not None:
            said = {"Content-Type": "application/x-www-form-urlencoded", **said}
        connection.request("GET" if form is None else "POST", path, form, said)
        response = connection.getresponse()
        answer = Answer(response.status, response.read().decode(), response.headers)
        connection.close()
        return answer

    def save(self, source: str, path: Path | None = None) -> None:
        """Save the article, or another file, and wait until the preview has taken it."""
        before = self.preview.composed, self.preview.problems
        path = path or self.article
        written = path.with_name(f"{path.name}~")  # as editors save: nobody reads half a file
        written.write_text(source, encoding="utf-8")
        written.replace(path)
        wait(lambda: (self.preview.composed, self.preview.problems) != before)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """A preview whose files the test may change."""
    with serve_article(tmp_path / "clinic") as running:
        yield running


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A preview that all tests of a module look at."""
    with serve_article(tmp_path_factory.mktemp("preview") / "clinic") as running:
        yield running


@contextmanager
def serve_article(root: Path) -> Iterator[Running]:
    """Serve the preview of a clinic that practises, with the sample lists merged."""
    project = _clinic(root)
    article = root / "content" / "back.md"
    with serve(project.sandbox_folder) as sandbox:
        preview, news = Preview(means_of(project, article)), News()
        app = create_preview(preview, news, KEY)
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="on"))
        thread = threading.Thread(target=server.run)
        thread.start()
        wait(lambda: server.started and preview.choices.asked > 0)
        host, port = server.servers[0].sockets[0].getsockname()
        yield Running(preview, article, sandbox, f"{host}:{port}")
        server.servers[0].get_loop().call_soon_threadsafe(news.end)
        server.should_exit = True
        thread.join()


def _clinic(root: Path) -> Project:
    for folder in ("templates", "subscribers/sample"):
        shutil.copytree(ROOT / folder, root / folder)
    shutil.copy(ROOT / "newsletter.toml", root)
    (root / "content").mkdir()
    Image.new("RGB", (20, 10), "red").save(root / "content" / "red.png")
    (root / "content" / "back.md").write_text(ARTICLE, encoding="utf-8")
    project = Project(for_practice(load_settings(root, {})), PRACTICE_KEY, practice=True)
    with project.store() as store:
        merge_new(project, store)
    return project


def origin(running: Running) -> str:
    parts = urlsplit(running.url)
    return f"{parts.scheme}://{parts.netloc}"
