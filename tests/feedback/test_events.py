"""What the provider tells: stored first, counted once, ranked and not in the order of arrival."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.feedback import Taken, Tally
from tests.delivery.conftest import NOW

from .conftest import Sent

SUPPRESSIONS = "SELECT key, reason, origin, at, campaign_id FROM suppression ORDER BY key, reason"


def test_what_was_told_stands_in_the_report(sent: Sent) -> None:
    sent.take(
        sent.event("Ada", "processed"),
        sent.event("Ada", "delivered"),
        sent.event("Ben", "bounced", reason="550 no such user"),
        sent.event("Cleo", "processed", reason="not asked about"),
    )
    assert sent.fates() == {
        "Ada": ("accepted", "delivered", ""),
        "Ben": ("accepted", "bounced", "550 no such user"),
        "Cleo": ("accepted", "processed", ""),
    }
    assert sent.tally() == Tally(processed=1, delivered=1, bounced=1)
    assert sent.clinic.counts() == sent.counts


@pytest.mark.parametrize(
    ("kinds", "end"),
    [
        (("processed", "deferred", "delivered"), "delivered"),
        (("processed", "deferred"), "deferred"),
        (("delivered", "bounced"), "bounced"),
        (("deferred", "blocked"), "blocked"),
        (("delivered", "unsubscribed"), "unsubscribed"),
        (("unsubscribed", "complained"), "complained"),
        (("opened",), "delivered"),
        (("processed", "clicked"), "delivered"),
        (("dropped", "resubscribed"), "dropped"),
    ],
)
def test_the_end_goes_by_rank_whatever_came_first(sent: Sent, kinds, end) -> None:
    for number, order in enumerate(itertools.permutations(kinds)):
        name = ("Ada", "Ben", "Cleo")[number % 3]
        for kind in order:
            sent.take(sent.event(name, kind, at=NOW + number, provider_id=f"{number}{kind}"))
        assert sent.fates()[name][1] == end


def test_the_same_again_changes_nothing(sent: Sent) -> None:
    told = [sent.event("Ada", "delivered"), sent.event("Ben", "complained")]
    assert sent.take(*told) == Taken(new=2, suppressed=1)
    before = sent.rows("SELECT * FROM event")
    assert sent.take(*told, *told) == Taken()
    again = [replace(one, provider_id=f"{one.provider_id} anew") for one in told]
    assert sent.take(*again) == Taken()
    assert sent.rows("SELECT * FROM event") == before
    assert sent.tally() == Tally(delivered=1, complained=1)


@given(st.data())
@settings(
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_order_any_copies_any_batches_come_to_the_same(sent: Sent, data: st.DataObject) -> None:
    with sent.clinic.store.write() as connection:
        connection.exec_driver_sql("DELETE FROM event")
    kinds = [
        ("Ada", "processed"),
        ("Ada", "delivered"),
        ("Ada", "opened"),
        ("Ben", "processed"),
        ("Ben", "deferred"),
        ("Ben", "bounced"),
        ("Cleo", "unsubscribed"),
    ]
    copies = data.draw(st.lists(st.sampled_from(kinds), max_size=10))
    order = data.draw(st.permutations([*kinds, *copies]))
    cut = data.draw(st.integers(0, len(order)))
    for part in (order[:cut], order[cut:]):
        sent.take(*(sent.event(name, kind) for name, kind in part))
    assert sent.tally() == Tally(delivered=1, bounced=1, unsubscribed=1, opened=1)
    assert sent.rows("SELECT count(*) FROM event") == [(7,)]


def test_opens_by_mail_programs_are_no_readers(sent: Sent) -> None:
    sent.take(
        sent.event("Ada", "opened", machine=True),
        sent.event("Ben", "opened", machine=True),
        sent.event("Ben", "opened", at=NOW + 9),
        sent.event("Ben", "opened", at=NOW + 10),
        sent.event("Cleo", "clicked"),
    )
    assert sent.tally() == Tally(delivered=3, opened=1, clicked=1)
    assert sent.tally().got_it == 3


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("bounced", "bounced"),
        ("complained", "complained"),
        ("unsubscribed", "unsubscribed"),
        ("blocked", None),
        ("deferred", None),
        ("dropped", None),
        ("delivered", None),
    ],
)
def test_who_bounced_complained_or_left_is_not_mailed_again(sent: Sent, kind, reason) -> None:
    sent.take(sent.event("Ada", kind, at=NOW + 5))
    expected = [("ada@example.com", reason, "SendGrid: events", NOW + 5, 1)] if reason else []
    assert sent.rows(SUPPRESSIONS) == expected


def test_of_other_mail_of_the_account_only_who_may_not_be_mailed_is_kept(sent: Sent) -> None:
    strangers = [
        sent.event("Ada", kind, campaign_id=None, attempt_id=None, seq=None)
        for kind in ("delivered", "opened", "complained")
    ]
    assert sent.take(*strangers) == Taken(new=1, suppressed=1)
    assert sent.rows("SELECT kind, key, campaign_id FROM event") == [
        ("complained", "ada@example.com", None)
    ]
    assert sent.rows(SUPPRESSIONS)[0][-1] is None
    assert sent.tally() == Tally()


def test_a_campaign_of_another_store_with_the_same_number_is_not_ours(sent: Sent) -> None:
    other = {"categories": ("newsletter", "another-edition")}
    sent.take(sent.event("Ada", "delivered", **other), sent.event("Ben", "bounced", **other))
    assert sent.tally() == Tally()
    assert [row[0] for row in sent.rows(SUPPRESSIONS)] == ["ben@example.com"]


def test_whoever_leaves_another_group_stays(sent: Sent) -> None:
    none = {"campaign_id": None, "attempt_id": None, "seq": None}
    sent.take(sent.event("Ada", "unsubscribed", group=7, **none), group=5)
    assert sent.rows(SUPPRESSIONS) == []
    sent.take(sent.event("Ben", "unsubscribed", group=5, **none), group=5)
    sent.take(sent.event("Cleo", "unsubscribed", group=7), group=5)
    assert [row[0] for row in sent.rows(SUPPRESSIONS)] == ["ben@example.com", "cleo@example.com"]


def test_events_of_an_attempt_that_was_taken_back_are_kept_and_never_ranked(sent: Sent) -> None:
    with sent.clinic.store.write() as connection:
        connection.exec_driver_sql("UPDATE attempt SET state = 'cancelled'")
    assert sent.take(sent.event("Ada", "delivered")) == Taken(new=1)
    assert sent.tally() == Tally()
    assert sent.fates()["Ada"][1] == ""
    assert sent.rows("SELECT count(*) FROM event") == [(1,)]


def test_many_thousand_events_are_taken_in_at_once(sent: Sent) -> None:
    told = [
        sent.event("Ada", "clicked", provider_id=str(number), at=NOW + number)
        for number in range(2_500)
    ]
    assert sent.take(*told) == Taken(new=2_500)
    assert sent.tally() == Tally(delivered=1, clicked=1)
