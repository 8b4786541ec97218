"""The probe asks the account, by a handful of mails, what SendGrid does not document."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from newsletter.delivery import Account
from newsletter.delivery.probe import (
    DONE,
    QUESTIONS,
    RESUMED,
    Answer,
    NotYet,
    Probe,
    begin,
    subject,
)
from newsletter.delivery.probe_visits import visit
from newsletter.errors import NewsletterError, ServiceFailed
from newsletter.sandbox import Fault, behave, open_subuser, plant, skip

from .conftest import Clinic

TO = ("me@example.com", "other@example.com")


def probed(clinic: Clinic, *to: str, **behaviour: Any) -> Probe:
    """The whole probe, with the sandbox's time moved between the visits."""
    behave(clinic.sandbox.url, **behaviour)
    probe = begin(clinic.account, clinic.settings, to or TO)
    for _ in range(2):
        skip(clinic.sandbox.url, probe.visit_at - clinic.account.now(fresh=True) + 1)
        probe = visit(clinic.account, probe)
    assert probe.step == DONE
    return probe


def verdicts(probe: Probe) -> dict[str, str]:
    return {name: answer.verdict for name, answer in probe.answers.items()}


def test_where_sendgrid_looks_at_release_all_is_as_hoped(clinic: Clinic) -> None:
    probe = probed(clinic)
    assert verdicts(probe) == {
        **dict.fromkeys(["U1", "U2", "U3", "U4", "U6", "U7", "U9", "pause"], "good"),
        "U5": "advice",
        "U8": "not verified",
    }
    assert probe.answers["U6"].found == "yes: processed, cancel_drop"
    assert set(probe.answers) < set(QUESTIONS)


def test_where_it_looks_only_at_what_it_holds_late_mail_is_sent_and_that_is_said(
    clinic: Clinic,
) -> None:
    probe = probed(clinic, late_arrivals_discarded=False)
    assert probe.answers["U1"].verdict == "advice"
    assert "set it to 900" in probe.answers["U1"].found
    assert probe.answers["pause"] == Answer(
        "advice", "mail under a batch already paused is sent at its time"
    )
    assert verdicts(probe)["U9"] == "good"


def test_it_leaves_nothing_behind(clinic: Clinic) -> None:
    probed(clinic)
    assert clinic.account.get("user/scheduled_sends") == []
    assert list(clinic.account.suppressions()) == []
    assert clinic.states() == {"cancelled": 3, "delivered": 1, "dropped": 1}


def test_with_one_address_nobody_is_suppressed_and_one_question_stays(clinic: Clinic) -> None:
    probe = probed(clinic, "me@example.com")
    assert probe.answers["U4"] == Answer("not verified", "name a second address with --to")
    assert len(clinic.mails()) == 4


def test_a_second_key_says_whose_the_places_are(clinic: Clinic) -> None:
    with Account("SG.second", clinic.sandbox.url) as second:
        probe = begin(clinic.account, clinic.settings, TO, second)
    assert probe.answers["U8"] == Answer("good", "yes: both keys see the same places")


def test_a_key_of_another_account_has_places_of_its_own(clinic: Clinic) -> None:
    subuser = open_subuser(clinic.sandbox.url, "SG.elsewhere")
    with Account(subuser.key, clinic.sandbox.url) as second:
        probe = begin(clinic.account, clinic.settings, TO, second)
    assert probe.answers["U8"] == Answer("good", "no: the other key has places of its own")


def test_a_second_key_that_does_not_work_is_said_before_anything_is_posted(clinic: Clinic) -> None:
    stops = "/v3/user/scheduled_sends"
    clinic.misbehave(Fault("error before", method="GET", path=stops, status=401, after=1))
    with (
        Account("SG.second", clinic.sandbox.url) as second,
        pytest.raises(NewsletterError, match="does not know this key"),
    ):
        begin(clinic.account, clinic.settings, TO, second)
    assert clinic.mails() == []


def test_whoever_is_on_the_list_already_is_left_there(clinic: Clinic) -> None:
    plant(clinic.sandbox.url, "global", ["other@example.com"])
    probe = probed(clinic)
    assert "already" in probe.answers["U4"].found
    assert [one.email for one in clinic.account.suppressions()] == ["other@example.com"]


def test_a_group_is_looked_at_by_a_person(clinic: Clinic) -> None:
    clinic.account.ask("post", "asm/groups", {"name": "News", "description": "News"}, 201)
    sendgrid = replace(clinic.settings.sendgrid, group=1)
    probe = begin(clinic.account, replace(clinic.settings, sendgrid=sendgrid), TO)
    assert subject(probe, "group") in probe.answers["group"].found
    assert probe.answers["group"].verdict == "not verified"


def test_too_early_a_visit_says_when_to_come_back(clinic: Clinic) -> None:
    probe = begin(clinic.account, clinic.settings, TO)
    with pytest.raises(NotYet) as early:
        visit(clinic.account, probe)
    assert early.value.probe.visit_at == probe.send_at + 300


def test_logs_that_lag_behind_are_waited_for(clinic: Clinic) -> None:
    behave(clinic.sandbox.url, evidence_seconds=3000)
    probe = begin(clinic.account, clinic.settings, TO)
    skip(clinic.sandbox.url, 1600)
    with pytest.raises(NotYet) as early:
        visit(clinic.account, probe)
    skip(clinic.sandbox.url, 1600)
    probe = visit(clinic.account, early.value.probe)
    assert probe.step == RESUMED
    assert probe.answers["U1"].verdict == "good"


def test_logs_that_never_tell_leave_the_question_open(clinic: Clinic) -> None:
    behave(clinic.sandbox.url, evidence_seconds=10**6)
    probe = begin(clinic.account, clinic.settings, TO)
    skip(clinic.sandbox.url, 9000)
    probe = visit(clinic.account, probe)
    assert probe.answers["U1"] == Answer("not verified", "the logs do not show the mail")


def test_it_needs_free_places(clinic: Clinic) -> None:
    for _ in range(7):
        clinic.account.stop_batch(clinic.account.new_batch())
    with pytest.raises(NewsletterError, match="7 of 10 batches are cancelled or paused"):
        begin(clinic.account, clinic.settings, TO)
    assert clinic.mails() == []


def test_an_address_that_the_logs_cannot_be_asked_for_is_refused(clinic: Clinic) -> None:
    with pytest.raises(NewsletterError, match="apostrophe"):
        begin(clinic.account, clinic.settings, ["o'neill@example.com"])


def test_what_sendgrid_refuses_ends_it_with_a_sentence(clinic: Clinic) -> None:
    clinic.misbehave(Fault("no credits", after=2, times=-1))
    with pytest.raises(ServiceFailed, match="did not accept the probe's mail"):
        begin(clinic.account, clinic.settings, TO)
    assert list(clinic.account.suppressions()) == []


def test_it_is_kept_between_the_visits(clinic: Clinic, tmp_path: Path) -> None:
    file = tmp_path / "new" / "sendgrid.probe.json"
    assert Probe.load(file) is None
    probe = begin(clinic.account, clinic.settings, TO)
    probe.save(file)
    assert Probe.load(file) == probe
    file.write_text("{")
    with pytest.raises(NewsletterError, match="remove the file, and probe again"):
        Probe.load(file)


def test_a_plan_that_does_not_tell_its_credits_leaves_that_question_open(clinic: Clinic) -> None:
    probe = probed(clinic, missing_scopes=["user.credits.read"])
    assert probe.answers["U5"].verdict == "not verified"


def test_where_a_batch_cannot_be_cancelled_early_the_rest_is_asked_all_the_same(
    clinic: Clinic,
) -> None:
    clinic.misbehave(Fault("error before", path="/v3/user/scheduled_sends", status=400, times=2))
    probe = probed(clinic)
    assert probe.answers["U2"].verdict == "advice"
    assert probe.answers["U1"] == Answer(
        "not verified", "a batch cannot be cancelled before any mail uses it"
    )
    assert verdicts(probe)["U9"] == "good"
