"""The clinic's unsubscribe page, as newsletter serve runs it, is tried with a link that speaks of nobody."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn

from newsletter.checks.evidence import Farewell, Unverified
from newsletter.checks.probes.farewell import ask_farewell
from newsletter.config import Settings
from newsletter.links import Links
from newsletter.store import Store
from newsletter.web import Pages, create_app


@pytest.fixture
def site(store: Store, settings: Settings) -> Iterator[str]:
    pages = Pages(store, settings, Links("https://news.clockworkperform.com", "secret"), lambda: 1)
    config = uvicorn.Config(create_app(pages), port=0, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    running = threading.Thread(target=server.run, daemon=True)
    running.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    running.join(10)


def test_the_page_works_and_a_wrong_secret_shows(site: str) -> None:
    link = Links(site, "secret").unsubscribe(0, 0)
    place = link.rpartition("/")[0]
    assert ask_farewell(link, private=True) == Farewell(place, 200, 200)
    other = Links(site, "another secret").unsubscribe(0, 0)
    assert ask_farewell(other, private=True) == Farewell(place, 404, 404)


def test_a_page_that_is_away_is_told_and_one_that_is_silent_is_not_verified() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/u/x"
    assert ask_farewell(url, private=True) == Farewell(url.rpartition("/")[0], 0, 0)
    assert ask_farewell(url) == Farewell(url.rpartition("/")[0], 0, 0)
    found = ask_farewell("https://no-such-site.invalid/u/x")
    assert isinstance(found, Farewell | Unverified)
