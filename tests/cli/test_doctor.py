"""newsletter doctor: line after line, what it is, the verdict, what to do."""

from pathlib import Path

import pytest

from newsletter.sandbox import Fault, Sandbox, behave, misbehave, skip

from .conftest import Run

KEY = "SG.made.up"


def test_practice_is_examined_and_good_enough(run: Run, sandbox: Sandbox) -> None:
    told = run("doctor", "--practice")
    assert told.code == 0
    lines = told.out.splitlines()
    assert lines[0].split() == "advice Postal address [clinic] postal_address is empty".split()
    assert lines[1].strip().startswith("-> type newsletter setup")
    assert "10 of 10 free" in told.out
    assert "not verified  DMARC" in told.out
    assert "wrong" not in told.err


def test_json_has_a_line_each(run: Run, sandbox: Sandbox) -> None:
    lines = run("doctor", "--practice", "--json").json
    assert {"what", "verdict", "found", "cure"} == set(lines[0])
    assert [line["verdict"] for line in lines if line["what"] == "Store"] == ["good"]


def test_without_a_key_it_says_so_and_looks_at_the_rest(run: Run) -> None:
    told = run("doctor")
    assert told.code == 1
    assert "WRONG         SendGrid key" in told.out
    assert "-> make one at SendGrid and enter it with newsletter setup" in told.out
    assert "Store" in told.out
    assert "put right what is wrong" in told.err


def test_something_wrong_is_exit_1(run: Run, sandbox: Sandbox) -> None:
    behave(sandbox.url, missing_scopes=["mail.batch.create"])
    told = run("doctor", key=KEY, host=sandbox.url)
    assert told.code == 1
    assert "WRONG         What the key may do" in told.out


def test_something_that_fails_is_exit_3(run: Run, sandbox: Sandbox) -> None:
    told = run("doctor", key=KEY, host="http://127.0.0.1:9")
    assert told.code == 3
    misbehave(sandbox.url, Fault("error before", path="/v3/user/account", method="GET", times=-1))
    told = run("doctor", "--practice")
    assert told.code == 3
    assert "FAILED        Reputation" in told.out


@pytest.mark.engine("sqlite")
def test_a_store_that_does_not_open_is_a_line_too(run: Run, clinic: Path) -> None:
    (clinic / ".newsletter").mkdir(exist_ok=True)
    (clinic / ".newsletter" / "practice.db").write_text("no database " * 100)
    told = run("doctor", "--practice")
    assert told.code in (1, 3)
    assert "Store" in told.out.split("SendGrid key")[0]


@pytest.mark.parametrize("works", [True, False])
def test_the_probe_takes_three_visits(run: Run, sandbox: Sandbox, works: bool) -> None:
    behave(sandbox.url, late_arrivals_discarded=works)
    words = ("doctor", "--practice", "--probe")
    begun = run(*words, "--to", "me@example.com", "--to", "other@example.com", typed="y\n")
    assert begun.code == 0
    assert "This sends about six mails to me@example.com and other@example.com" in begun.err
    assert "Next: newsletter doctor --practice --probe, after" in begun.err
    assert "the probe is under way" in run("doctor", "--practice").out
    assert "on their way" in run(*words).err
    for _ in range(2):
        skip(sandbox.url, 1800)
        done = run(*words)
    assert "The probe is done" in done.err
    answers = {line["what"][:2]: line for line in run(*words, "--json").json}
    assert answers["U1"]["verdict"] == ("good" if works else "advice")
    said = run("doctor", "--practice").out
    assert "the probe has something to say: " + ("U5" if works else "U1, U5, pause") in said


def test_a_probe_needs_an_address_a_yes_and_a_key(run: Run, sandbox: Sandbox) -> None:
    words = ("doctor", "--practice", "--probe")
    assert "name your own address" in run(*words).err
    assert "nothing was sent" in run(*words, "--to", "me@example.com", typed="n\n").err
    assert "SendGrid key: there is none" in run("doctor", "--probe").err
    behave(sandbox.url, slots=0)
    told = run(*words, "--to", "me@example.com", "--yes")
    assert told.code in (1, 3)
