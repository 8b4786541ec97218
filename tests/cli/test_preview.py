"""`newsletter preview` on a terminal: it starts the page, says where, and ends at Ctrl-C."""

import os
import pty
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.cli.conftest import ARTICLE, Run

WITHOUT_KEY = {name: value for name, value in os.environ.items() if "SENDGRID" not in name}


def test_on_a_terminal_the_page_is_served_until_ctrl_c(clinic: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "newsletter", "preview", ARTICLE]
    serving = subprocess.Popen(
        command, cwd=clinic, env=WITHOUT_KEY, stdout=theirs, stderr=subprocess.PIPE, text=True
    )
    os.close(theirs)
    said = os.read(ours, 1000).decode()
    address = re.search(rf"{re.escape(ARTICLE)} is shown at (http://127\.0\.0\.1:\d+/\S+/)", said)
    assert address is not None
    with urllib.request.urlopen(address[1], timeout=10) as page:  # noqa: S310
        assert "Strength training" in page.read().decode()
    with urllib.request.urlopen(f"{address[1]}events", timeout=10) as stream:  # noqa: S310
        assert stream.readline() == b"retry: 1000\n"
        serving.send_signal(signal.SIGINT)
        _out, err = serving.communicate(timeout=20)
        assert stream.read().startswith(b"data: ")
    os.close(ours)
    assert serving.returncode == 0
    assert err.splitlines() == [
        "PRACTICE: nothing left this computer.",
        "It changes whenever you save. Ctrl-C ends it.",
        f"Next: newsletter test {ARTICLE} --practice --to YOUR-ADDRESS",
        "PRACTICE: nothing left this computer.",
    ]
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(address[1], timeout=10)  # noqa: S310


def test_a_name_that_is_no_article_is_told_at_once(run: Run) -> None:
    done = run("preview", ARTICLE.replace("pain", "pane"), "--live")
    assert done.code == 1
    assert f"there is no such file; did you mean {ARTICLE}?" in done.err


def test_a_port_that_is_taken_is_told(run: Run) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = run("preview", ARTICLE, "--live", "--port", str(port))
    assert done.code == 1
    assert f"port {port} cannot be used at 127.0.0.1" in done.err
