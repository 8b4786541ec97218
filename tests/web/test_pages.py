"""The public pages over real HTTP: GET shows, only POST acts."""

import re
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pytest
import uvicorn
from sqlalchemy import insert, text

from newsletter.audience import list_files, merge_lists, people
from newsletter.campaign import Times, freeze
from newsletter.config import Settings
from newsletter.delivery import envelope
from newsletter.edition import load_edition
from newsletter.errors import ServiceFailed
from newsletter.letter import compose
from newsletter.links import Links
from newsletter.store import Store, picture
from newsletter.web import Mirror, Pages, create_app
from tests.waiting import wait

ARTICLE = """\
---
id: web-test
title: Tips for a strong back
subject: Three tips for a strong back
preheader: What helps, what does not, and when to ask us for advice.
---
Hi {{ reader.first_name }}.

![A drawing](tree.png)
"""
NOW = 1_790_000_000


@dataclass
class Site:
    """Running pages, the links of the one person who was mailed, and who was mirrored."""

    url: str
    links: Links
    store: Store
    mirrored: list[str] = field(default_factory=list)
    failing: bool = False
    silent: threading.Event = field(default_factory=threading.Event)
    """Set while SendGrid does not answer."""
    answers: threading.Event = field(default_factory=threading.Event)

    def path(self, link: str) -> str:
        return link.removeprefix(self.links.site_url)

    def ask(
        self, path: str, data: bytes | None = None, method: str | None = None
    ) -> tuple[int, str, dict[str, str]]:
        request = urllib.request.Request(self.url + path, data=data, method=method)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
                return (
                    response.status,
                    response.read().decode("utf-8", "replace"),
                    dict(response.headers),
                )
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(), dict(error.headers)

    def mirror(self, address: str) -> None:
        if self.silent.is_set():
            self.answers.wait(20)
        if self.failing:
            raise ServiceFailed("SendGrid is away")
        self.mirrored.append(address)

    def suppressed(self) -> list[tuple[object, ...]]:
        with self.store.read() as connection:
            rows = connection.execute(
                text("SELECT key, reason, origin, at, campaign_id FROM suppression")
            ).all()
        return [tuple(row) for row in rows]


@pytest.fixture
def site(project: Path, settings: Settings, store: Store) -> Iterator[Site]:
    from PIL import Image

    settings = replace(
        settings,
        site=replace(settings.site, url="https://news.example.com"),
        sender=replace(settings.sender, email="n@example.com"),
    )
    links = Links(settings.site.url, "a secret for tests")
    Image.new("RGB", (20, 10)).save(project / "content" / "tree.png")
    (project / "content" / "a.md").write_text(ARTICLE)
    (project / "subscribers" / "l.csv").write_text(
        "Email,First name,City,Tags,Signed up\nada@example.com,Ada,Gretna,yoga,2026-01-02\n"
    )
    (project / "subscribers" / "l.toml").write_text('[list]\nconsent = "confirmed"\n')
    merge_lists(store, list_files(project, samples=False), project, now=NOW)
    edition = load_edition(project / "content" / "a.md", project)
    letter = compose(edition, settings, unsubscribe_tag=None)
    freeze(
        store,
        edition,
        letter,
        lambda c: people(c, (), samples=True, today=date(2026, 11, 26)),
        envelope(settings, edition),
        times=Times(NOW, 900),
        links=links,
    )
    running = Site("", links, store)
    pages = Pages(store, settings, links, now=lambda: NOW, mirror=Mirror(running.mirror))
    server = uvicorn.Server(uvicorn.Config(create_app(pages), port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    wait(lambda: server.started)
    running.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    yield running
    server.should_exit = True
    thread.join()


def test_opening_the_unsubscribe_link_does_nothing_yet(site: Site) -> None:
    status, page, headers = site.ask(site.path(site.links.unsubscribe(1, 1)))
    assert status == 200
    assert '<form method="post">' in page
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "ada@example.com" not in page
    assert site.suppressed() == []


def test_a_hosted_picture_is_found_by_its_name_alone(site: Site) -> None:
    with site.store.read() as connection:
        (cid,) = connection.execute(text("SELECT cid FROM picture")).scalars()
    status, _page, headers = site.ask(f"/picture/{cid}")
    assert (status, headers["content-type"]) == (200, "image/png")
    assert "max-age" in headers["cache-control"]
    assert site.ask("/picture/tree-0000")[0] == 404


def test_a_calendar_file_is_saved_under_its_own_name(site: Site) -> None:
    with site.store.write() as connection:
        row = {"campaign_id": 1, "cid": "house-1", "filename": "house.ics", "content": b"B"}
        connection.execute(insert(picture).values(row | {"type": "text/calendar"}))
    status, body, headers = site.ask("/picture/house-1")
    assert (status, body) == (200, "B")
    assert headers["content-disposition"] == 'attachment; filename="house.ics"'


@pytest.mark.parametrize("body", [b"List-Unsubscribe=One-Click", b"", b"--x\r\nanything"])
def test_posting_to_it_unsubscribes_at_once_and_without_a_redirect(site: Site, body: bytes) -> None:
    status, page, _headers = site.ask(site.path(site.links.unsubscribe(1, 1)), body, "POST")
    assert status == 200
    assert "You have left the newsletter" in page
    assert site.suppressed() == [
        ("ada@example.com", "unsubscribed", "the clinic's unsubscribe page", NOW, 1)
    ]
    wait(lambda: site.mirrored == ["ada@example.com"])


@pytest.mark.engine("postgresql")
def test_nobody_waits_for_a_long_merge_to_leave(site: Site) -> None:
    with site.store.write():
        status, _page, _headers = site.ask(site.path(site.links.unsubscribe(1, 1)), b"", "POST")
        assert status == 200
        assert len(site.suppressed()) == 1


def test_posting_twice_is_once(site: Site) -> None:
    for _ in range(2):
        assert site.ask(site.path(site.links.unsubscribe(1, 1)), b"", "POST")[0] == 200
    assert len(site.suppressed()) == 1


def test_a_provider_that_fails_does_not_keep_anybody_in(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    site.failing = True
    assert site.ask(site.path(site.links.unsubscribe(1, 1)), b"", "POST")[0] == 200
    assert len(site.suppressed()) == 1
    wait(lambda: "subscriber 1 left, but SendGrid was not told: SendGrid is away" in caplog.text)
    site.failing = False
    assert site.ask(site.path(site.links.unsubscribe(1, 1)), b"", "POST")[0] == 200
    wait(lambda: site.mirrored == ["ada@example.com"])
    assert "ada@" not in caplog.text


def test_nobody_waits_for_a_provider_that_does_not_answer(site: Site) -> None:
    site.silent.set()
    for _ in range(3):
        assert site.ask(site.path(site.links.unsubscribe(1, 1)), b"", "POST")[0] == 200
        assert site.ask("/health")[0] == 200
    assert len(site.suppressed()) == 1
    assert site.mirrored == []
    site.answers.set()
    wait(lambda: site.mirrored == ["ada@example.com"] * 3)


def test_whoever_leaves_while_a_merge_writes_has_left_and_other_pages_go_on(site: Site) -> None:
    with ThreadPoolExecutor(60) as readers:
        with site.store.write():
            leaving = [
                readers.submit(site.ask, site.path(site.links.unsubscribe(1, 1)), b"", "POST")
                for _ in range(60)
            ]
            for _ in range(5):
                time.sleep(0.1)
                assert site.ask(site.path(site.links.preferences(1, 1)))[0] == 200
        assert [one.result()[0] for one in leaving] == [200] * 60
    assert len(site.suppressed()) == 1


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
def test_a_store_that_is_away_is_no_wrong_link(
    site: Site, method: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with site.store.write() as connection:
        connection.exec_driver_sql("ALTER TABLE subscriber RENAME TO away")
    status, page, headers = site.ask(site.path(site.links.unsubscribe(1, 1)), None, method)
    assert (status, headers["retry-after"]) == (503, "60")
    assert method == "HEAD" or "Please try again in a few minutes" in page
    for secret in ("subscriber", "SELECT", "ada@", str(site.store.name)):
        assert secret not in page


@pytest.mark.engine("sqlite")
def test_a_store_that_is_broken_is_told_to_us_and_not_to_readers(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    site.store.engine.dispose()
    Path(str(site.store.address)).write_bytes(b"no database " * 1000)
    for path in (site.path(site.links.unsubscribe(1, 1)), "/health"):
        status, page, _headers = site.ask(path)
        assert (status, str(site.store.address) in page) == (503, False)
    assert f"{site.store.address}: it is no newsletter store" in caplog.text


def test_preferences_show_what_is_known_and_the_way_out(site: Site) -> None:
    status, page, _headers = site.ask(site.path(site.links.preferences(1, 1)))
    assert status == 200
    for words in ("Ada", "Gretna", "yoga", "2026-01-02"):
        assert words in page
    (leave,) = re.findall(r'action="\.\.([^"]+)"', page)
    assert leave == site.path(site.links.unsubscribe(1, 1))


def test_of_whom_nothing_is_known_that_is_said(site: Site) -> None:
    with site.store.write() as connection:
        connection.exec_driver_sql(
            "UPDATE subscriber SET names = '[]', city = '', tags = '[]', signed_up = ''"
        )
    page = site.ask(site.path(site.links.preferences(1, 1)))[1]
    assert "Nothing but your address." in page
    assert "<dl>" not in page


def test_the_letter_can_be_read_in_the_browser_with_its_pictures(site: Site) -> None:
    status, page, _headers = site.ask(site.path(site.links.browser(1, 1)))
    assert status == 200
    assert "Hi Ada." in page
    assert site.links.unsubscribe(1, 1) in page
    (picture,) = re.findall(r'"\.\.(/picture/1/[^"]+)"', page)
    status, _content, headers = site.ask(picture)
    assert (status, headers["content-type"]) == (200, "image/png")


def test_wrong_links_are_a_friendly_page(site: Site) -> None:
    paths = [
        "/u/nonsense",
        "/p/1-1.x",
        "/v/" + site.links.unsubscribe(1, 1).rpartition("/")[2],
        site.path(site.links.unsubscribe(99, 1)),
        site.path(site.links.browser(1, 99)),
    ]
    for path in paths:
        status, page, _headers = site.ask(path)
        assert status == 404
        assert "This link does not work" in page
    for broken in ("/u/", "/u/a/b", "/unsubscribe"):
        assert "This link does not work" in site.ask(broken)[1]
    for nothing in ("/picture/1/none", "/picture/99999999999999999999/none", "/picture/%00"):
        assert site.ask(nothing)[0] == 404


def test_a_huge_form_is_refused(site: Site) -> None:
    assert site.ask(site.path(site.links.unsubscribe(1, 1)), b"x" * 20_000, "POST")[0] == 413
    assert site.suppressed() == []


def test_there_is_a_front_page_and_a_sign_of_life(site: Site) -> None:
    assert "Our newsletter" in site.ask("/")[1]
    assert site.ask("/health")[:2] == (200, "ok\n")
    assert site.ask("/u/x", None, "HEAD")[0] == 404


def test_without_a_provider_leaving_works_too(site: Site, settings: Settings, store: Store) -> None:
    import asyncio

    from starlette.requests import Request

    token = site.links.unsubscribe(1, 1).rpartition("/")[2]

    async def nothing() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    pages = Pages(store, settings, site.links, now=lambda: NOW)
    request = Request(
        {"type": "http", "method": "POST", "headers": [], "path_params": {"token": token}}, nothing
    )
    assert asyncio.run(pages.leave(request)).status_code == 200
    assert site.mirrored == []


def test_a_link_that_speaks_of_nobody_shows_the_page_and_does_nothing(site: Site) -> None:
    link = site.path(site.links.unsubscribe(0, 0))
    for data in (None, b"List-Unsubscribe=One-Click"):
        status, page, _headers = site.ask(link, data)
        assert status == 200
        assert "</html>" in page
    with site.store.read() as connection:
        assert connection.execute(text("SELECT COUNT(*) FROM suppression")).scalar_one() == 0
    assert site.mirrored == []


def test_the_other_links_of_a_test_mail_say_that_it_was_a_test(site: Site) -> None:
    for link in (site.links.preferences(0, 0), site.links.browser(0, 0)):
        status, page, _headers = site.ask(site.path(link))
        assert (status, "This was a test" in page) == (200, True)
