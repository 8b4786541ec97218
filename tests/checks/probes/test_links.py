"""Links are tried over real HTTP on this computer; in earnest nothing on this computer is ever asked."""

import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from newsletter.checks import draft_for
from newsletter.checks.evidence import Answer, Unverified
from newsletter.checks.probes.gather import NOT_TRIED, ask_links
from newsletter.checks.probes.links import Prober
from newsletter.checks.probes.web import Unreachable, ask, resolve
from newsletter.config import Settings
from newsletter.letter import Reader
from tests.checks.conftest import ARTICLE, TAG, Compose


class Site(ThreadingHTTPServer):
    """A site with good, dead, moved and difficult pages; it counts who asks for what."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Pages)
        self.asked: Counter[str] = Counter()
        self.at_once = 0
        self.most_at_once = 0
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Pages(BaseHTTPRequestHandler):
    server: Site

    def do_HEAD(self) -> None:
        self.answer()

    def do_GET(self) -> None:
        self.answer()

    def answer(self) -> None:
        with self.server.lock:
            self.server.asked[f"{self.command} {self.path}"] += 1
            self.server.at_once += 1
            self.server.most_at_once = max(self.server.most_at_once, self.server.at_once)
        if self.path.startswith("/slow"):
            time.sleep(0.3)
        status, location = self.what()
        with self.server.lock:
            self.server.at_once -= 1
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def what(self) -> tuple[int, str]:
        path = self.path.partition("?")[0]
        if path.startswith("/moved/"):
            left = int(path.rpartition("/")[2])
            return 302, f"/moved/{left - 1}" if left else "/good"
        if path == "/round":
            return 301, "/round"
        if path == "/away":
            return 302, "ftp://files.example.org/x"
        if path == "/no-head":
            return (405 if self.command == "HEAD" else 200), ""
        return {"/gone": 404, "/refused": 403, "/down": 503}.get(path, 200), ""

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as running:
        threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        yield running
        running.shutdown()


ANSWERS = {
    "/good": Answer(200),
    "/good?a=1&b=2": Answer(200),
    "/no-head": Answer(200),
    "/gone": Answer(404),
    "/refused": Answer(403),
    "/down": Answer(503),
    "/moved/1": Answer(200, hops=2),
    "/moved/4": Answer(200, hops=5),
    "/round": Answer(trouble="it leads round in a circle", hops=11),
    "/away": Answer(trouble="it leads on to ftp://files.example.org/x", hops=1),
}


def test_each_link_tells_what_it_answers(site: Site) -> None:
    wanted = {f"{site.url}{path}": answer for path, answer in ANSWERS.items()}
    assert Prober(private=True).probe(wanted) == wanted
    assert site.asked["HEAD /good"] >= 1
    assert site.asked["GET /good"] == 0  # a page that answers HEAD is not fetched
    assert site.asked["GET /no-head"] == 1


def test_a_host_is_asked_by_two_at_a_time(site: Site) -> None:
    Prober(private=True).probe(f"{site.url}/slow/{number}" for number in range(6))
    assert site.most_at_once == 2


def test_the_same_link_is_tried_once(site: Site) -> None:
    Prober(private=True).probe([f"{site.url}/good"] * 5)
    assert site.asked == {"HEAD /good": 1}


def test_nobody_waits_for_a_silent_site() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        href = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        found = Prober(private=True, seconds=0.2).probe([href])
    assert found == {href: Answer(408, "no answer within 0.2 seconds")}


def test_the_time_for_all_links_is_bounded(site: Site) -> None:
    hrefs = [f"{site.url}/slow/{number}" for number in range(12)]
    found = Prober(private=True, in_all=0.5).probe(hrefs)
    assert isinstance(found, dict)
    assert {answer.status for answer in found.values()} == {200, 408}


def test_nothing_on_this_computer_or_in_a_private_network_is_asked(site: Site) -> None:
    names = ("127.0.0.1", "localhost", "[::1]", "0.0.0.0", "[::ffff:127.0.0.1]")  # noqa: S104
    hrefs = [f"http://{name}:{site.server_port}/good" for name in names]
    hrefs += ["http://10.0.0.7/", "http://192.168.1.1/", "http://169.254.169.254/latest/meta-data"]
    found = Prober().probe(hrefs)
    trouble = "it lies in a private network, where no reader gets to"
    assert found == dict.fromkeys(hrefs, Answer(trouble=trouble))
    assert site.asked == {}


def test_a_redirect_into_a_private_network_is_not_followed(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first address may be public; every step is judged anew."""
    with pytest.raises(Unreachable, match="private network"):
        ask("HEAD", f"{site.url}/good", seconds=1)
    assert site.asked == {}


def test_a_refused_connection_is_told_in_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    (answer,) = Prober(private=True).probe([f"http://127.0.0.1:{port}/"]).values()  # type: ignore[union-attr]
    assert answer.status == 0
    assert answer.trouble.startswith("the connection failed")


def test_a_certificate_of_another_name_is_no_certificate(site: Site) -> None:
    (answer,) = Prober(private=True).probe([f"https://127.0.0.1:{site.server_port}/"]).values()  # type: ignore[union-attr]
    assert answer.status == 0
    assert "SSL" in answer.trouble


def test_a_name_that_is_none_is_told() -> None:
    with pytest.raises(Unreachable, match="its name is none"):
        resolve("a" * 70 + ".org", 80, private=False)


@pytest.mark.parametrize("errno", [socket.EAI_AGAIN, socket.EAI_NONAME])
def test_without_any_network_no_link_is_called_dead(
    monkeypatch: pytest.MonkeyPatch, errno: int
) -> None:
    def away(*_args: object, **_more: object) -> None:
        raise socket.gaierror(errno, "no answer")

    monkeypatch.setattr(socket, "getaddrinfo", away)
    found = Prober().probe(["https://www.clockworkperform.com/", "https://doi.org/"])
    assert found == Unverified(
        "there is no network, so no link was tried", "connect, and check again"
    )


def test_with_a_network_a_name_that_does_not_exist_is_a_dead_link(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = socket.getaddrinfo

    def one_name_missing(host: str, *args: object, **more: object) -> object:
        if host == "example.com":
            return real("127.0.0.1", *args, **more)  # type: ignore[arg-type]
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", one_name_missing)
    href = "https://no-such-clinic.org/"
    assert Prober().probe([href]) == {href: Answer(trouble="there is no site of that name")}


def test_a_link_that_holds_a_readers_value_is_not_tried(
    site: Site, composed: Compose, settings: Settings
) -> None:
    article = (
        f"{ARTICLE}\n[Come]({site.url}/good) or [tell us]"
        f'({site.url}/for?name={{{{ reader.first_name | default("you", true) | urlencode }}}}&n=1)\n'
    )
    found = draft_for(
        composed(article), settings, Reader(first_name="Zoé & Ada"), unsubscribe_tag=TAG
    )
    here = found.view.html.replace("https://www.clockworkperform.com", site.url)
    draft = replace(found, view=replace(found.view, html=here))
    assert f"{site.url}/for?name=Zo%C3%A9%20%26%20Ada&n=1" in draft.personal
    answers = ask_links([draft], Prober(private=True))
    assert answers == {
        f"{site.url}/visit": Answer(200),
        f"{site.url}/good": Answer(200),
        f"{site.url}/": Answer(200),
        f"{site.url}/for?name=…": NOT_TRIED,
    }
    assert site.asked == {"HEAD /visit": 1, "HEAD /good": 1, "HEAD /": 1}
