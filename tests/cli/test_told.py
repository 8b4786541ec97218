"""What SendGrid tells comes home to the clinic's own server, and into the report."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from newsletter.config import load_settings
from newsletter.sandbox import Sandbox, happen, post_events, skip

from .conftest import ARTICLE, Run, mails

SITE = 'url = "https://news.example.com"'


def with_site(clinic: Path) -> None:
    settings = clinic / "newsletter.toml"
    head, _, site = settings.read_text().partition("[site]")
    site = site.replace('url = ""', SITE, 1)
    settings.write_text(f"{head}[site]{site}")


def test_a_webhook_needs_a_server_and_a_key(run: Run, clinic: Path, sandbox: Sandbox) -> None:
    told = run("webhook", key="SG.made.up", host=sandbox.url)
    assert told.code == 1
    assert "SendGrid can tell what became of each mail only to a server of your own" in told.err
    assert run("webhook").code == 1


def test_it_is_set_up_by_one_command_and_twice_is_once(
    run: Run, clinic: Path, sandbox: Sandbox
) -> None:
    with_site(clinic)
    first = run("webhook", key="SG.made.up", host=sandbox.url)
    assert first.code == 0
    assert "SendGrid tells https://news.example.com/events what becomes of each mail." in first.out
    assert "newsletter serve" in first.err
    key = load_settings(clinic, {}).sendgrid.webhook_key
    assert len(key) > 100
    assert run("webhook", key="SG.made.up", host=sandbox.url).code == 0
    assert load_settings(clinic, {}).sendgrid.webhook_key == key


@pytest.fixture
def served(clinic: Path, sandbox: Sandbox):
    """newsletter serve --practice, which tells the sandbox where to bring its events."""
    with_site(clinic)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("SENDGRID_")
    }
    words = ["-m", "newsletter", "serve", "--practice", "--port", str(port)]
    process = subprocess.Popen([sys.executable, *words], cwd=clinic, env=environment)
    patience = time.monotonic() + 30
    while True:
        assert time.monotonic() < patience
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1).close()
            break
        except OSError:
            time.sleep(0.05)
    yield
    process.send_signal(signal.SIGINT)
    process.wait(20)


@pytest.mark.slow
def test_practice_shows_what_became_of_each_mail(run: Run, served, sandbox: Sandbox) -> None:
    assert run("send", ARTICLE, "--practice", "--yes").code == 0
    post_events(sandbox.url)
    assert run("status", "--practice", "--json").json["told"]["processed"] == 18
    skip(sandbox.url, 7200)
    post_events(sandbox.url)
    shown = run("report", "--practice")
    assert "18  got it" in shown.out
    assert "  delivered" in shown.out
    assert run("report", "--practice", "--json").json["told"]["got_it"] == 18


def test_without_a_server_the_report_asks_who_did_not_get_it(run: Run, sandbox: Sandbox) -> None:
    assert run("send", ARTICLE, "--practice", "--yes").code == 0
    skip(sandbox.url, 7200)
    (first, *_) = [record.address for record in mails(sandbox)]
    happen(sandbox.url, "bounce", [first], reason="550 no such user")
    assert "bounced" not in run("report", "--practice").out
    told = run("report", "--practice", "--ask").out
    assert "bounced 550 no such user" in " ".join(told.split())
    assert "SendGrid counts for this edition, tests included: 18 handed over, 18 delivered" in told
    assert "1  bounced: the address does not work" in told
    whole = run("report", "--practice", "--ask", "--json").json
    assert (whole["told"]["bounced"], whole["statistics"]["delivered"]) == (1, 18)


def test_asking_needs_a_key(run: Run) -> None:
    told = run("report", "--ask")
    assert told.code == 1
    assert "there is no SendGrid key" in told.err
