"""Who may ask the preview: it shows readers' names and can send mail."""

import http.client

import pytest

from newsletter.sandbox import messages
from tests.web.preview.conftest import Running


@pytest.mark.parametrize(
    "host", ["news.evil.example", "127.0.0.1.evil.example", "10.0.0.1", "[::1", ""]
)
def test_another_name_that_leads_here_is_refused(shown: Running, host: str) -> None:
    for path in ("", "letter", "preview.js"):
        refused = shown.ask(path, Host=host)
        assert refused.status == 403
        assert "only for this computer" in refused.body


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "[::1]"])
def test_every_name_of_this_computer_is_let_in(shown: Running, name: str) -> None:
    assert shown.ask(Host=f"{name}:{shown.address.rpartition(':')[2]}").status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "https://{address}"},
        {"Origin": "http://{address}", "Sec_Fetch_Site": "cross-site"},
    ],
)
def test_a_form_elsewhere_cannot_send_mail(shown: Running, headers: dict[str, str]) -> None:
    said = {name: value.format(address=shown.address) for name, value in headers.items()}
    assert shown.ask("send", "address=ada%40example.com", **said).status == 403
    assert messages(shown.sandbox.folder) == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "no-cors"}, 403),
        ({"Sec_Fetch_Site": "same-site", "Sec_Fetch_Mode": "cors", "Origin": "http://localhost:9"}, 403),
        ({"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "iframe"}, 403),
        ({"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}, 200),
        ({"Sec_Fetch_Site": "none", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}, 200),
        ({"Sec_Fetch_Site": "same-origin"}, 200),
    ],
)  # fmt: skip
def test_another_page_cannot_read_or_frame_it_and_a_person_can_open_it(
    shown: Running, headers: dict[str, str], status: int
) -> None:
    assert shown.ask(**headers).status == status


@pytest.mark.parametrize("path", ["/", "/letter", "/another-key/", "/another-key/letter"])
def test_without_the_key_nothing_is_shown(shown: Running, path: str) -> None:
    answer = shown.ask(path)
    assert (answer.status, "Ada" in answer.body) == (404, False)


@pytest.mark.parametrize("name", ["preview.html", "..%2fpages.py", "%2e%2e/pages.py", "nothing"])
def test_only_the_page_s_own_files_are_served(shown: Running, name: str) -> None:
    assert shown.ask(name).status == 404
    assert shown.ask("preview.css").headers["content-type"].startswith("text/css")


def test_a_link_from_elsewhere_cannot_send(shown: Running) -> None:
    connection = http.client.HTTPConnection(shown.address, timeout=10)
    connection.request("GET", f"{shown.url}send?address=ada@example.com")
    assert connection.getresponse().status in {404, 405}
    connection.close()
    assert messages(shown.sandbox.folder) == []
