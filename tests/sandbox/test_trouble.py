"""Trouble by chance: the same seed spoils the same requests, in the same way."""

import http.client
import json
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.errors import NewsletterError
from newsletter.sandbox import CHANCES, Fault, Trouble, make_trouble, misbehave, serve

MAIL = "/v3/mail/send"
CROWD = json.dumps({"personalizations": [{"to": [{"email": "a@example.com"}]}] * 3}).encode()


def drawn(trouble, path=MAIL, body=CROWD, times=400):
    return [trouble.fault(number, path, body, 1_800_000_000) for number in range(times)]


def what_happens(account, letter, times=25):
    seen = []
    for _ in range(times):
        try:
            seen.append(account.send(letter()).status)
        except (OSError, http.client.HTTPException) as error:
            seen.append(type(error).__name__)
    return seen


@given(st.integers(), st.floats(0, 1))
@settings(max_examples=20)
def test_a_seed_draws_the_same_again(seed, share):
    assert drawn(Trouble(seed, share), times=30) == drawn(Trouble(seed, share), times=30)


def test_seeds_differ_and_the_share_is_kept():
    first, second = drawn(Trouble(1, 0.2)), drawn(Trouble(2, 0.2))
    assert first != second
    assert 50 < sum(fault is not None for fault in first) < 110


def test_every_kind_has_its_chance_on_mail_and_the_general_ones_elsewhere():
    kinds = Counter(fault.kind for fault in drawn(Trouble(3, 1)) if fault)
    assert set(kinds) == set(CHANCES)
    elsewhere = {fault.kind for fault in drawn(Trouble(3, 1), "/v3/mail/batch", b"") if fault}
    assert elsewhere == set(CHANCES) - {"refuse", "too large", "no credits"}


def test_only_the_kinds_that_are_asked_for_come():
    faults = drawn(Trouble(4, 1, ("error after", "too many")))
    assert {fault.kind for fault in faults if fault} == {"error after", "too many"}
    assert {fault.status for fault in faults if fault and fault.kind == "error after"} == {
        500,
        502,
        503,
        504,
    }
    assert {fault.html for fault in faults if fault} == {True, False}
    headed = {bool(fault.headers) for fault in faults if fault and fault.kind == "too many"}
    assert headed == {True, False}


def test_stalls_stay_within_what_is_allowed_on_either_clock():
    faults = drawn(Trouble(5, 1, ("stall before",), stall_seconds=3, hold_seconds=600))
    lengths = [(fault.seconds, fault.clock_seconds) for fault in faults if fault]
    assert all((real == 0) != (shown == 0) for real, shown in lengths)
    assert max(real for real, _ in lengths) <= 3
    assert 500 < max(shown for _, shown in lengths) <= 600


@pytest.mark.parametrize("path", ["/v3/scopes", "/v3/stats", "/sandbox/verdict", "/"])
def test_other_paths_are_never_troubled(path):
    assert drawn(Trouble(6, 1), path, b"", 20) == [None] * 20


def test_what_cannot_be_drawn_is_left_out():
    one = json.dumps({"personalizations": [{"to": [{"email": "a@example.com"}]}]}).encode()
    assert drawn(Trouble(7, 1, ("too large",)), body=one, times=20) == [None] * 20
    assert drawn(Trouble(7, 1, ("refuse",)), body=b"{", times=20) == [None] * 20


def test_two_runs_of_one_seed_go_the_same_way(tmp_path, open_account, letter):
    kinds = ("drop after", "error before", "truncate", "too many", "redirect", "no credits")
    ways = []
    for name in ("first", "second"):
        with serve(tmp_path / name, trouble=Trouble(17, 0.5, kinds)) as sandbox:
            account = open_account(sandbox)
            ways.append((what_happens(account, letter), len(account.records())))
    assert ways[0] == ways[1]
    assert len(set(ways[0][0])) > 3


def test_trouble_is_made_and_ended_over_http_and_counted_anew(account, letter):
    url, trouble = account.sandbox.url, Trouble(8, 0.6, ("error before", "error after"))
    make_trouble(url, trouble)
    first = what_happens(account, letter)
    make_trouble(url, trouble)
    assert what_happens(account, letter) == first
    make_trouble(url, Trouble())
    assert set(what_happens(account, letter)) == {202}
    assert set(first) > {202, 503}


def test_a_planned_fault_comes_before_chance(account, letter):
    make_trouble(account.sandbox.url, Trouble(9, 1, ("error before",)))
    misbehave(account.sandbox.url, Fault("too many"))
    assert account.send(letter()).status == 429
    assert account.send(letter()).status >= 500


@pytest.mark.parametrize(
    ("trouble", "says"),
    [
        (
            Trouble(kinds=("sing",)),
            f"kinds may be {', '.join(CHANCES)}, not 'sing'",
        ),
        (Trouble(share=1.5), "share is 1.5, it should be between 0 and 1"),
        (Trouble(seed="x"), "seed is 'x', it should be like 0"),
    ],
)
def test_trouble_that_makes_no_sense_is_refused(account, trouble, says):
    with pytest.raises(NewsletterError) as caught:
        make_trouble(account.sandbox.url, trouble)
    assert str(caught.value) == f"the sandbox refused: {says}"
