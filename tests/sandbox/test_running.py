"""Starting, finding, steering and ending a sandbox; what stays on disk in between."""

import http.client
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from email.utils import parsedate_to_datetime

import pytest

from newsletter.errors import NewsletterError, ServiceFailed
from newsletter.sandbox import (
    behave,
    messages,
    now,
    released,
    reset,
    run_forever,
    running,
    serve,
    skip,
    start_in_background,
    stop,
)
from newsletter.sandbox.asking import asked
from newsletter.sandbox.clock import Anchor
from tests.waiting import wait

BATCH = "mail/batch"


@pytest.fixture
def background(folder):
    """A folder whose sandbox is ended after the test."""
    yield folder
    stop(folder)


def test_every_answer_carries_the_sandboxs_time_and_name(account):
    skip(account.sandbox.url, 7200)
    for path in ("/", "/v3/mail/send", "/sandbox/alive", "/nothing"):
        headers = account.raw("GET", path).headers
        assert headers["Server"] == "newsletter-sandbox"
        shown = parsedate_to_datetime(headers["Date"]).timestamp()
        assert abs(shown - time.time() - 7200) < 5


def test_state_time_and_links_outlive_a_restart(folder, open_account, letter):
    with serve(folder) as sandbox:
        account = open_account(sandbox)
        batch = account.batch()
        account.stop(batch, "pause")
        account.send(letter(send_at=account.now() + 7200))
        account.skip(3600)
        first, url = account.now(), sandbox.url
    with serve(folder) as sandbox:
        account = open_account(sandbox)
        assert sandbox.url == url
        assert 0 <= account.now() - first < 60
        assert account.ask("GET", "user/scheduled_sends").body == [
            {"batch_id": batch, "status": "pause"}
        ]
        account.skip(3601)
        assert account.ends() == {"anna@example.com": "delivered"}
        assert len(account.outbox()) == 1


def test_mail_that_fell_due_meanwhile_leaves_at_the_next_start(folder, open_account, letter):
    with serve(folder) as sandbox:
        account = open_account(sandbox)
        account.send(letter(send_at=account.now() + 1))
    time.sleep(1.1)
    with serve(folder):
        pass
    assert [record.address for record in released(folder)] == ["anna@example.com"]


def test_mail_leaves_by_itself_when_its_time_comes(folder, open_account, letter):
    with serve(folder, speed=3600) as sandbox:
        account = open_account(sandbox)
        account.send(letter(send_at=account.now() + 1800))
        wait(lambda: released(folder))
        assert len(released(folder)) == 1


def test_files_catch_up_with_the_record_after_a_crash(folder, open_account, letter):
    with serve(folder) as sandbox:
        account = open_account(sandbox)
        account.send(letter("anna@example.com", "ben@example.com", send_at=account.now() + 600))
        account.send(letter("cleo@example.com"))
    outbox = folder / "outbox"
    (outbox / "delivered" / "00000003.eml").rename(outbox / "waiting" / "00000003.eml")
    (outbox / "waiting" / "00000009.eml").write_text("a mail that was never taken in")
    with serve(folder):
        files = sorted(str(file.relative_to(outbox)) for file in outbox.rglob("*.eml"))
    assert files == ["delivered/00000003.eml", "waiting/00000001.eml", "waiting/00000002.eml"]


def test_two_sandboxes_never_share_a_folder(sandbox, folder):
    with pytest.raises(NewsletterError) as caught:
        serve(folder)
    assert str(caught.value) == (
        f"{folder}: a sandbox runs here already at {sandbox.url}; "
        "use it, or end it with newsletter sandbox stop"
    )


def test_a_taken_port_is_named_and_the_folder_stays_free(sandbox, tmp_path):
    port = int(sandbox.url.rpartition(":")[2])
    with pytest.raises(NewsletterError, match=f"port {port} of this computer is taken"):
        serve(tmp_path / "other", port=port)
    serve(tmp_path / "other").close()


def test_the_port_of_last_time_is_left_to_whoever_has_it_now(folder, tmp_path):
    with serve(folder) as sandbox:
        port = int(sandbox.url.rpartition(":")[2])
    with serve(tmp_path / "other", port=port) as other, serve(folder) as sandbox:
        assert sandbox.url != other.url


def test_a_sandbox_is_found_while_it_runs(folder):
    assert running(folder) is None
    with serve(folder) as sandbox:
        assert running(folder) == sandbox.url
        address = json.loads((folder / "address.json").read_text())
        assert address == {"url": sandbox.url, "pid": os.getpid()}
    assert running(folder) is None
    assert not (folder / "address.json").exists()


@pytest.mark.parametrize("left", ["{", "{}", '{"url": "http://127.0.0.1:9"}'])
def test_a_left_over_address_is_not_believed(folder, left):
    folder.mkdir()
    (folder / "address.json").write_text(left)
    assert running(folder) is None


def test_the_address_of_another_folders_sandbox_is_not_believed(sandbox, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "address.json").write_text(json.dumps({"url": sandbox.url}))
    assert running(other) is None


@pytest.mark.slow
def test_an_idle_sandbox_ends_and_a_busy_one_does_not(folder):
    with serve(folder, idle_seconds=3) as sandbox:
        for _ in range(35):
            time.sleep(0.1)
            assert running(folder) == sandbox.url
        sandbox.wait()
        assert running(folder) is None


def test_closing_ends_connections_that_wait_for_more(folder, open_account):
    with serve(folder) as sandbox:
        account = open_account(sandbox)
        connection = http.client.HTTPConnection(sandbox.url.removeprefix("http://"), timeout=5)
        connection.request("GET", "/sandbox/clock")
        connection.getresponse().read()
        held = connection.sock
    assert held.recv(1) == b""
    connection.close()
    with pytest.raises(OSError, match="refused"):
        account.ask("POST", BATCH)


def test_steering_a_folder_without_a_sandbox_says_how_to_start_one(folder):
    with pytest.raises(NewsletterError) as caught:
        skip(folder, 60)
    assert str(caught.value) == (
        f"{folder}: no sandbox runs here; start it with newsletter sandbox"
    )
    with pytest.raises(NewsletterError, match="no sandbox was ever here"):
        messages(folder)
    assert stop(folder) is False


def test_the_clock_runs_at_its_speed_and_skips(folder):
    with serve(folder, speed=1000) as sandbox:
        began = time.monotonic()
        first = now(folder)
        time.sleep(0.1)
        assert 90 < now(folder) - first <= 1000 * (time.monotonic() - began) + 1
        before = now(sandbox.url)
        assert skip(folder, 86400) - before >= 86400


@pytest.mark.parametrize("seconds", [-1, "soon", None, True])
def test_time_only_goes_forward(sandbox, seconds):
    with pytest.raises(NewsletterError, match="skip must be a number of seconds, 0 or more"):
        skip(sandbox.url, seconds)


def test_after_a_crash_the_clock_never_shows_a_time_again():
    anchor = Anchor(real=1000, shown=5000, speed=60)
    assert anchor.at(1001) == 5060
    assert anchor.after_a_rest(1001) == 5060
    assert anchor.after_a_rest(1002) == 5120
    assert anchor.after_a_rest(2000) == 5000 + 1000 + 59 * 2
    assert anchor.after_a_rest(900) == 5000


def test_a_reset_forgets_everything_and_sets_the_clock_right(folder, open_account, letter):
    with serve(folder) as sandbox:
        account = open_account(sandbox)
        account.send(letter())
        account.stop(account.batch())
        account.skip(86400)
        reset(folder)
        assert account.records() == account.outbox() == []
        assert account.ask("GET", "user/scheduled_sends").body == []
        assert abs(account.now() - time.time()) < 5
        account.send(letter())
        assert len(account.outbox()) == 1


def test_a_reset_works_without_a_running_sandbox(folder, open_account, letter):
    reset(folder)
    with serve(folder) as sandbox:
        open_account(sandbox).send(letter())
    reset(folder)
    assert [file.name for file in folder.iterdir() if file.name != "sandbox.lock"] == []


def test_behaviour_is_shown_and_changed(sandbox):
    assert behave(sandbox.url, slots=3)["slots"] == 3
    assert behave(sandbox.url)["slots"] == 3
    with pytest.raises(NewsletterError, match="colour is unknown, there are slots, late_stops"):
        behave(sandbox.url, colour="red")
    with pytest.raises(NewsletterError, match="slots is 'many', it should be like 10"):
        behave(sandbox.url, slots="many")


def test_the_record_can_be_read_over_http(account, letter):
    account.send(letter("anna@example.com", "ben@example.com", send_at=account.now() + 600))
    account.send(letter("cleo@example.com"))
    (waiting,) = account.raw(
        "GET", "/sandbox/messages.json?state=waiting&address=Ben@example.com"
    ).body
    assert (waiting["number"], waiting["released_at"]) == (2, None)
    assert len(account.raw("GET", "/sandbox/messages.json").body) == 3


def test_a_sandbox_in_the_background_is_started_found_and_stopped(background):
    url = start_in_background(background, options=["--outbox", "none", "--speed", "2"])
    assert running(background) == url
    assert start_in_background(background) == url
    pid = json.loads((background / "address.json").read_text())["pid"]
    assert pid != os.getpid()
    assert stop(background) is True
    assert running(background) is None
    assert {file.name for file in background.iterdir()} <= {
        "outbox",
        "sandbox.db",
        "sandbox.lock",
        "sandbox.log",
    }


def test_one_whose_folder_was_removed_takes_its_successor_no_address(background):
    first = start_in_background(background)
    shutil.rmtree(background)
    second = start_in_background(background)
    asked(first, "POST", "/sandbox/stop", {})
    wait(lambda: not answers(first))
    time.sleep(1)  # now it tidies up
    assert running(background) == second


def answers(url: str) -> bool:
    try:
        asked(url, "GET", "/sandbox/alive")
    except (OSError, ValueError):
        return False
    return True


def test_two_that_start_at_once_get_the_same_sandbox(background):
    found: list[str] = []
    starts = [
        threading.Thread(target=lambda: found.append(start_in_background(background)))
        for _ in range(2)
    ]
    for start in starts:
        start.start()
    for start in starts:
        start.join()
    assert len(found) == 2
    assert len(set(found)) == 1


def test_a_sandbox_that_cannot_start_says_why(sandbox, tmp_path):
    port = sandbox.url.rpartition(":")[2]
    with pytest.raises(ServiceFailed) as caught:
        start_in_background(tmp_path / "other", options=["--port", port])
    assert f"which ends: port {port} of this computer is taken" in str(caught.value)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_in_the_foreground_it_ends_cleanly_on_a_signal(folder, ending):
    command = [sys.executable, "-m", "newsletter.sandbox", "--folder", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    url = process.stdout.readline().strip()
    assert running(folder) == url
    process.send_signal(ending)
    assert process.wait(10) == 0
    process.stdout.close()
    assert not (folder / "address.json").exists()


def test_a_foreground_run_ends_when_the_sandbox_is_stopped(folder):
    sandbox = serve(folder)
    greeted = []

    def greet(started):
        greeted.append(started.url)
        threading.Timer(0.1, lambda: stop(folder)).start()

    run_forever(sandbox, greet)
    assert greeted == [sandbox.url]
    assert running(folder) is None


def test_a_folder_that_cannot_hold_state_is_named(tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(
        NewsletterError, match="file/sandbox: the sandbox cannot keep its state here"
    ):
        serve(tmp_path / "file" / "sandbox")
    with pytest.raises(
        NewsletterError, match="file/sandbox: the sandbox cannot keep its state here"
    ):
        start_in_background(tmp_path / "file" / "sandbox")


@pytest.mark.parametrize(
    "content", [b"no database " * 100, None], ids=["no database", "another version"]
)
def test_a_state_that_cannot_be_read_is_named_and_a_reset_begins_anew(folder, content):
    folder.mkdir()
    if content is None:
        with closing(sqlite3.connect(folder / "sandbox.db")) as connection:
            connection.execute("PRAGMA user_version = 99")
    else:
        (folder / "sandbox.db").write_bytes(content)
    with pytest.raises(NewsletterError, match=r"sandbox\.db: this is no state of a sandbox"):
        serve(folder)
    reset(folder)
    serve(folder).close()


def test_a_clock_cannot_stand_still(folder):
    with pytest.raises(NewsletterError, match="speed 0 would stop the clock"):
        serve(folder, speed=0)


def test_a_body_that_breaks_off_is_not_taken_in(account, capfd):
    host, port = account.sandbox.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(
            b"POST /v3/mail/send HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99\r\n\r\n{"
        )
    time.sleep(0.1)
    assert account.records() == []
    assert capfd.readouterr().err == ""


def test_many_threads_send_at_once_and_nothing_is_mixed_up(account, letter):
    def send(name):
        for turn in range(5):
            people = [f"{name}{turn}{person}@example.com" for person in "xyz"]
            assert account.send(letter(*people, custom_args={"name": name})).status == 202

    senders = [threading.Thread(target=send, args=(name,)) for name in "abcdefgh"]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    records = account.records()
    assert len({record.address for record in records}) == len(records) == 120
    assert all(record.custom_args["name"] == record.address[0] for record in records)
    assert len(account.outbox()) == 120
