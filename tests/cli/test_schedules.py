"""When a campaign leaves, and how people hold it back, agree to it and let it go on."""

import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import closing
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import pytest

from newsletter.campaign import ask_stop
from newsletter.cli.leaving import leaving_facts, plan_leaving
from newsletter.cli.moments import read_moment
from newsletter.cli.times import Wish, read_times, twice
from newsletter.config import Settings, load_settings
from newsletter.delivery import Account
from newsletter.sandbox import Fault, Sandbox, misbehave, skip
from newsletter.store import open_store, remove_store
from tests.waiting import wait

from .conftest import ARTICLE, Run, delivered, mails

SEND = ("send", ARTICLE, "--practice", "--yes")
NOW = 1_793_000_000  # Mon 26 Oct 2026, 01:33 in New Orleans


@pytest.fixture
def settings(clinic: Path) -> Settings:
    return load_settings(clinic, {})


def configure(clinic: Path, line: str) -> None:
    settings = clinic / "newsletter.toml"
    settings.write_text(f"{settings.read_text()}\n{line}\n")


@pytest.mark.parametrize("words", ["5000/h", "5,000 an hour", "5000 per hour", "5000"])
def test_a_rate_is_so_many_people_an_hour(settings: Settings, words: str) -> None:
    assert read_times(Wish(rate=words), settings, NOW).rate == 5000


@pytest.mark.parametrize(
    "wish",
    [
        Wish(at="9:00", at_local="9:00"),
        Wish(now=True, at="9:00"),
        Wish(at_local="9:00", rate="10/h"),
        Wish(rate="quick"),
        Wish(rate="0/h"),
        Wish(rate="99999999999999999999/h"),
    ],
)
def test_what_makes_no_sense_is_refused(settings: Settings, wish: Wish) -> None:
    with pytest.raises(click.UsageError):
        read_times(wish, settings, NOW)


@pytest.mark.parametrize("option", ["--at", "--at-local", "--rate"])
@pytest.mark.parametrize("nothing", ["", " "])
def test_a_time_that_a_script_left_empty_sends_nothing(
    run: Run, sandbox: Sandbox, option: str, nothing: str
) -> None:
    sent = run(*SEND, option, nothing)
    assert sent.code == 2
    assert f"{option} is empty; write {option} " in sent.err
    assert mails(sandbox) == []


@pytest.mark.parametrize(
    ("words", "hour"), [("12am", 0), ("1am", 1), ("11:30am", 11), ("12pm", 12), ("11pm", 23)]
)
def test_am_and_pm_go_with_twelve_hours(words: str, hour: int) -> None:
    zone = ZoneInfo("America/Chicago")
    assert datetime.fromtimestamp(read_moment(words, NOW, zone), zone).hour == hour


@pytest.mark.parametrize("words", ["15am", "13pm", "0am", "00:30pm", "Tuesday 23pm"])
def test_an_hour_that_am_and_pm_do_not_have_is_no_time(words: str) -> None:
    with pytest.raises(click.UsageError, match=f"{words} is no time.* write 3pm or 15:00"):
        read_moment(words, NOW, ZoneInfo("America/Chicago"))


def test_a_local_hour_is_the_first_that_is_still_to_come_everywhere(settings: Settings) -> None:
    def local(words: str, *zones: str) -> str:
        return read_times(Wish(at_local=words), settings, NOW, zones).local_time

    assert local("9:00") == "2026-10-26T09:00"
    assert local("9am", "Asia/Tokyo") == "2026-10-27T09:00"
    assert local("Wednesday 9:00", "Asia/Tokyo") == "2026-10-28T09:00"


def test_an_hour_that_comes_twice_is_shown_both_ways(settings: Settings) -> None:
    first = read_times(Wish(at="2026-11-01T01:30"), settings, NOW).asked_send_at
    assert first is not None
    assert twice(first, ZoneInfo("America/Chicago")) == "Sun 1 Nov 2026, 1:30 AM CST"
    assert twice(first + 2 * 3600, ZoneInfo("America/Chicago")) is None


CHICAGO = ZoneInfo("America/Chicago")
SPRING = 1_804_860_000  # Fri 12 Mar 2027, 08:00 in New Orleans


@pytest.mark.parametrize("words", ["2027-03-14T02:30", "2027-03-14 02:30", "Sunday 2:30am"])
def test_an_hour_that_the_clocks_skip_is_no_time(words: str) -> None:
    with pytest.raises(click.UsageError) as told:
        read_moment(words, SPRING, CHICAGO)
    assert str(told.value) == (
        f"{words} does not exist in America/Chicago: the clocks go forward over it; "
        "write 2027-03-14T01:30 or 2027-03-14T03:30"
    )


def test_with_its_offset_every_moment_exists() -> None:
    assert read_moment("2027-03-14T02:30-06:00", SPRING, CHICAGO) == read_moment(
        "2027-03-14T03:30", SPRING, CHICAGO
    )


@pytest.mark.parametrize("offset", ["-05:00", "+00:00", "Z"])
def test_an_hour_where_each_reader_lives_has_no_offset(settings: Settings, offset: str) -> None:
    with pytest.raises(click.UsageError, match="write --at-local 2026-12-01T09:00, or --at 2026"):
        read_times(Wish(at_local=f"2026-12-01T09:00{offset}"), settings, NOW)


@pytest.mark.parametrize(
    ("hour", "zones", "told"),
    [
        ("2027-03-14T02:30", (), " (an hour later where the clocks go forward over it)"),
        ("2027-03-28T02:30", (), ""),
        (
            "2027-03-28T02:30",
            ("Asia/Tokyo", "Europe/Vienna"),
            " (an hour later where the clocks go forward over it)",
        ),
        ("2027-11-07T01:30", (), " (the first time where it comes twice)"),
        ("2027-11-07T09:00", ("America/New_York",), ""),
    ],
)
def test_the_plan_says_what_becomes_of_an_hour_in_which_clocks_change(
    settings: Settings, hour: str, zones: tuple[str, ...], told: str
) -> None:
    times = read_times(Wish(at_local=hour), settings, SPRING, zones)
    assert times.local_time == hour
    shown = leaving_facts(plan_leaving(SPRING, 18, times, settings, zones), settings)
    assert shown["Leaves"].partition(", where each reader lives")[2] == told


def test_a_rate_is_shown_in_the_plan_and_kept(run: Run, sandbox: Sandbox) -> None:
    sent = run(*SEND, "--rate", "12/h")
    assert sent.code == 0
    assert "12 an hour" in sent.out
    times = sorted({mail.send_at for mail in mails(sandbox) if mail.send_at})
    assert len(times) == 18
    assert times[-1] - times[0] == 17 * 300


def test_what_lies_beyond_three_days_waits_for_the_worker(run: Run, sandbox: Sandbox) -> None:
    with Account("SG.practice.only", sandbox.url) as account:
        later = account.now() + 10 * 24 * 3600
    iso = time.strftime("%Y-%m-%dT%H:%M+00:00", time.gmtime(later))
    sent = run(*SEND, "--at", iso)
    assert sent.code == 0
    assert "keep newsletter worker --practice running" in sent.err
    assert mails(sandbox) == []
    assert run("worker", "--practice", "--once").code == 0
    assert mails(sandbox) == []
    skip(sandbox.url, 8 * 24 * 3600)
    assert "Waits here" not in run("status", "--practice").out
    worked = run("worker", "--practice", "--once")
    assert "campaign 1: 18 people handed over" in worked.err
    assert {mail.send_at for mail in mails(sandbox)} == {later // 60 * 60}


DAY = 24 * 3600


def test_the_plan_says_what_waits_here_for_the_worker(
    run: Run, sandbox: Sandbox, clinic: Path
) -> None:
    configure(clinic, 'warmup = "6, 6, 3, 1"')
    plan = run("send", ARTICLE, "--practice", "--dry-run", "--json").json["plan"]
    assert plan["last_send_at"] == plan["send_at"] + 4 * DAY
    assert plan["waits_until"] == plan["last_send_at"] - 71 * 3600
    shown = run("send", ARTICLE, "--practice", "--dry-run").out
    assert re.search(WAITS_HERE, shown, re.MULTILINE)


def in_days(sandbox: Sandbox, days: int) -> str:
    """A whole hour, so many days from now by the sandbox's clock, as typed with --at."""
    with Account("SG.practice.only", sandbox.url) as account:
        later = account.now() // 3600 * 3600 + days * DAY
    return time.strftime("%Y-%m-%dT%H:%M+00:00", time.gmtime(later))


WAITS_HERE = (
    r"^Waits here +until .+ \(SendGrid keeps mail for three days\); "
    r"keep newsletter worker --practice running$"
)


def test_whoever_looks_at_a_campaign_that_waits_here_sees_when_it_leaves_and_what_sends_it(
    run: Run, sandbox: Sandbox
) -> None:
    when = in_days(sandbox, 10)
    assert run(*SEND, "--at", when).code == 0
    leaves = datetime.fromisoformat(when).astimezone(CHICAGO)
    words = f"{leaves:%a} {leaves.day} {leaves:%b %Y}, {leaves.strftime('%I:%M %p').lstrip('0')}"
    for shown in (run("status", "--practice").out, run(*SEND, "--dry-run").out):
        assert re.search(rf"^Leaves +{words}", shown, re.MULTILINE)
        assert re.search(WAITS_HERE, shown, re.MULTILINE)
    assert words in run("campaigns", "--practice").out
    told = run("status", "--practice", "--json").json
    assert told["leaves"] == leaves.timestamp()
    assert told["waits_until"] == leaves.timestamp() - 71 * 3600
    assert run("campaigns", "--practice", "--json").json[0]["leaves"] == leaves.timestamp()


def test_a_campaign_of_which_a_part_waits_here_is_not_said_to_be_missed(
    run: Run, sandbox: Sandbox, clinic: Path
) -> None:
    configure(clinic, 'warmup = "6, 6, 3, 1"')
    assert run(*SEND).code == 0
    skip(sandbox.url, 6 * 3600)
    for shown in (run("status", "--practice").out, run(*SEND, "--dry-run").out):
        assert re.search(WAITS_HERE, shown, re.MULTILINE)
        assert "Missed" not in shown
    skip(sandbox.url, 5 * DAY)
    assert "Missed" in run(*SEND, "--dry-run").out


def test_a_campaign_that_somebody_paused_waits_for_a_person_and_not_for_the_worker(
    run: Run, sandbox: Sandbox
) -> None:
    assert run(*SEND, "--at", in_days(sandbox, 10)).code == 0
    assert run("pause", "--practice").code == 0
    shown = run("status", "--practice").out
    assert "Leaves" in shown
    assert "Waits here" not in shown


def test_what_leaves_within_three_days_waits_at_sendgrid(
    run: Run, sandbox: Sandbox, clinic: Path
) -> None:
    configure(clinic, 'warmup = "9, 6"')
    with Account("SG.practice.only", sandbox.url) as account:
        soon = datetime.fromtimestamp(account.now() + 2 * DAY, ZoneInfo("America/Chicago"))
    for when in ((), ("--now",), ("--at-local", f"{soon:%Y-%m-%dT%H:%M}")):
        words = ("send", ARTICLE, "--practice", "--dry-run", *when)
        assert "Waits here" not in run(*words).out
        assert run(*words, "--json").json["plan"]["waits_until"] is None


@pytest.mark.parametrize(
    ("option", "told"),
    [
        (("--now",), "with --now everybody gets it at once; to keep it, leave --now out"),
        (
            ("--at-local", "9:00"),
            "with --at-local everybody gets it at that hour; to keep it, leave --at-local out",
        ),
    ],
)
def test_the_plan_says_that_a_new_domain_is_not_warmed_up(
    run: Run, sandbox: Sandbox, clinic: Path, option: tuple[str, ...], told: str
) -> None:
    words = ("send", ARTICLE, "--practice", "--dry-run", *option)
    assert "Not spread out" not in run(*words).out
    assert run(*words, "--json").json["plan"]["set_aside"] == []
    configure(clinic, 'rate = 5000\nwarmup = "9, 6"')
    assert (
        f"Not spread out           without [sending] rate and warmup of newsletter.toml: {told}\n"
        in run(*words).out
    )
    assert run(*words, "--json").json["plan"]["set_aside"] == ["rate", "warmup"]
    kept = ("send", ARTICLE, "--practice", "--dry-run")
    assert "Not spread out" not in run(*kept).out
    assert run(*kept, "--json").json["plan"]["set_aside"] == []


def test_what_leaves_last_where_readers_live_furthest_west_waits_here(settings: Settings) -> None:
    def waits(*zones: str) -> int | None:
        times = read_times(Wish(at_local="2026-10-29T00:00"), settings, NOW, zones)
        return plan_leaving(NOW, 18, times, settings, zones).waits_until

    west = datetime(2026, 10, 29, tzinfo=ZoneInfo("Pacific/Honolulu"))
    assert waits("America/New_York") is None
    assert waits("America/New_York", "Pacific/Honolulu") == west.timestamp() - 71 * 3600


def test_a_time_that_was_missed_is_told_and_not_made_up_for(run: Run, sandbox: Sandbox) -> None:
    with Account("SG.practice.only", sandbox.url) as account:
        later = account.now() + 4 * 24 * 3600
    iso = time.strftime("%Y-%m-%dT%H:%M+00:00", time.gmtime(later))
    run(*SEND, "--at", iso)
    skip(sandbox.url, 5 * 24 * 3600)
    worked = run("worker", "--practice", "--once")
    assert "missed by more than an hour" in worked.err
    assert mails(sandbox) == []
    assert "halted" in run("status", "--practice").out
    unread = run(*SEND)
    assert unread.code == 1
    assert "missed its time" in unread.err
    assert "without --yes and agree; to take it back, newsletter undo 1 --practice" in unread.err
    assert mails(sandbox) == []
    assert run("send", ARTICLE, "--practice", typed="n\n").code == 1
    assert mails(sandbox) == []
    assert run("send", ARTICLE, "--practice", typed="y\n").code == 0
    assert len(mails(sandbox)) == 18


def test_what_is_spread_out_and_was_missed_is_put_off_as_a_whole(
    run: Run, sandbox: Sandbox
) -> None:
    run(*SEND, "--at", in_days(sandbox, 4), "--rate", "1/h")
    skip(sandbox.url, 5 * 24 * 3600)
    asked = run("send", ARTICLE, "--practice", typed="y\n")
    assert "leaves in about half an hour, and what follows is put off by as much" in asked.out
    assert len({mail.send_at for mail in mails(sandbox)}) == 18


def test_a_script_goes_on_within_an_hour_after_the_time(run: Run, sandbox: Sandbox) -> None:
    when = in_days(sandbox, 4)
    assert run(*SEND, "--at", when).code == 0
    with Account("SG.practice.only", sandbox.url) as account:
        left = int(datetime.fromisoformat(when).timestamp()) - account.now()
    skip(sandbox.url, left + 50 * 60)
    assert run(*SEND).code == 0
    assert len(mails(sandbox)) == 18


def test_a_local_hour_is_still_to_come_also_where_readers_of_a_new_list_live(
    run: Run, sandbox: Sandbox, clinic: Path
) -> None:
    samples = clinic / "subscribers" / "sample"
    (samples / "far-east.csv").write_text(
        "Email,First name,Time zone\nkenji@example.com,Kenji,Asia/Tokyo\n"
    )
    shutil.copy(samples / "website.toml", samples / "far-east.toml")
    with Account("SG.practice.only", sandbox.url) as account:
        soon = datetime.fromtimestamp(account.now() + 2 * 3600, CHICAGO)
    sent = run(*SEND, "--at-local", f"{soon:%H:%M}")
    assert sent.code == 0, sent.err
    assert "19 frozen = " in sent.out


def test_now_leaves_at_once_and_cannot_be_taken_back(run: Run, sandbox: Sandbox) -> None:
    sent = run(*SEND, "--now")
    assert sent.code == 0
    assert "none (--now)" in sent.out
    assert len(delivered(sandbox)) == 18
    undone = run("undo", "--practice", "--yes")
    assert undone.code == 1
    assert "can no longer be taken back" in undone.err


def test_nobody_is_asked_about_an_undo_that_comes_too_late(run: Run, sandbox: Sandbox) -> None:
    run(*SEND)
    skip(sandbox.url, 25 * 60)
    undone = run("undo", "--practice", typed="y\n")
    assert undone.code == 1
    assert "campaign 1 can no longer be taken back: the mail of 18 people has left" in undone.err
    assert "Take back" not in undone.err
    log = run("status", "--practice", "--log")
    assert "State       handed over" in log.out
    assert "undo asked for" not in log.out


def test_paused_nothing_leaves_and_resumed_it_does(run: Run, sandbox: Sandbox) -> None:
    run(*SEND)
    paused = run("pause", "--practice")
    assert paused.code == 0
    assert "SendGrid keeps the mail until" in paused.err
    skip(sandbox.url, 3600)
    assert delivered(sandbox) == []
    status = run("status", "--practice")
    assert "paused" in status.out
    assert "then SendGrid throws it away" in status.out
    asked = run("resume", "--practice", typed="n\n")
    assert asked.code == 1
    assert "it stays paused" in asked.err
    assert run("resume", "--practice", "--yes").code == 0
    assert len(delivered(sandbox)) == 18


def test_what_missed_its_time_while_it_was_paused_is_told_before_it_goes_on(
    run: Run, sandbox: Sandbox
) -> None:
    run(*SEND, "--at", in_days(sandbox, 10))
    assert run("pause", "--practice").code == 0
    skip(sandbox.url, 12 * 24 * 3600)
    asked = run("resume", "--practice", typed="n\n")
    assert asked.code == 1
    assert "18 people should have had theirs from" in asked.err
    assert mails(sandbox) == []
    assert run("resume", "--practice", typed="y\n").code == 0
    assert len(mails(sandbox)) == 18


def test_nothing_is_sent_before_a_second_person_agreed(
    run: Run, sandbox: Sandbox, clinic: Path
) -> None:
    configure(clinic, "approval = true")
    sent = run(*SEND)
    assert sent.code == 0
    assert "waits for a second person" in sent.err
    assert mails(sandbox) == []
    mine = run("approve", "--practice", "--yes")
    assert mine.code == 1
    assert "a second person must approve" in mine.err
    assert run("approve", "--practice", "--yes", "--as", "Bo").code == 0
    assert run(*SEND).code == 0
    assert len(mails(sandbox)) == 18
    log = run("status", "--practice", "--log").out
    assert "frozen 18 people" in log
    assert "Bo: approved" in log


def test_going_on_tells_the_campaigns_own_time_and_takes_no_other(
    run: Run, sandbox: Sandbox
) -> None:
    in_days = time.strftime("%Y-%m-%dT10:00", time.gmtime(time.time() + 9 * 86_400))
    assert run(*SEND, "--at", in_days).code == 0
    shown = run(*SEND, "--dry-run").out
    assert "To hand over  18 people" in shown
    assert "Leaves " in shown
    assert "Have it already" not in shown
    other = run(*SEND, "--at", in_days.replace("T10", "T12"))
    assert other.code == 1
    assert "keeps its time" in other.err
    skip(sandbox.url, 12 * 86_400)
    missed = run("send", ARTICLE, "--practice", typed="y\n")
    assert "that time has passed: what goes now leaves in about half an hour" in missed.out
    assert missed.code == 0


def test_a_send_says_which_other_campaigns_of_the_edition_are_not_finished(
    run: Run, sandbox: Sandbox, clinic: Path
) -> None:
    assert run(*SEND, "--at", in_days(sandbox, 10)).code == 0
    assert "Not finished either" not in run(*SEND, "--dry-run").out
    configure(clinic, "approval = true")
    with (clinic / "subscribers" / "sample" / "website.csv").open("a") as file:
        file.write("new.one@example.com,Nora,New,Gretna,en,,subscribed,2026-11-01\n")
    assert "Campaign 2: 1 person" in run(*SEND).out
    again = run("send", ARTICLE, "--practice", typed="n\n")
    assert (
        "Not finished either  campaign 2; when 1 is finished, the same command goes on with the next, and "
        "newsletter worker --practice goes on with all that have their time\n" in again.out
    )
    assert "Campaign 1 is not finished. Go on?" in again.err


def test_what_stays_unknown_keeps_nobody_new_from_a_time_of_their_own(
    run: Run, sandbox: Sandbox, clinic: Path
) -> None:
    with Account("SG.practice.only", sandbox.url) as account:
        for batch in [account.new_batch() for _ in range(9)]:
            account.stop_batch(batch)
    misbehave(sandbox.url, Fault("drop before"))
    assert run(*SEND).code == 3
    assert "waits for answers" in run("status", "--practice").out
    skip(sandbox.url, 24 * 3600)
    assert "unknown for some" in run("status", "--practice").out
    with (clinic / "subscribers" / "sample" / "website.csv").open("a") as file:
        file.write("new.one@example.com,Nora,New,Gretna,en,,subscribed,2026-11-01\n")
    again = run(*SEND, "--at", in_days(sandbox, 10))
    assert "Campaign 2: 1 person" in again.out
    assert "Going on with campaign 1" not in again.err


@pytest.mark.parametrize("stop", ["undo", "pause"])
def test_a_stop_that_was_interrupted_is_told_until_it_is_confirmed(
    run: Run, sandbox: Sandbox, clinic: Path, stop: str
) -> None:
    run(*SEND)
    address = load_settings(clinic, {}).store_address(practice=True)
    with closing(open_store(address)) as store, store.write() as connection:
        ask_stop(connection, 1, stop)  # as far as a program came that was killed then
    told = run("status", "--practice")
    assert f"State       {stop} not confirmed" in told.out
    assert f"SendGrid has not confirmed the {stop}" in told.err
    assert run(stop, "--practice", *(["--yes"] if stop == "undo" else [])).code == 0
    assert "not confirmed" not in run("status", "--practice").out


def test_of_mail_that_is_spread_out_what_is_still_to_leave_is_told(
    run: Run, sandbox: Sandbox, clinic: Path
) -> None:
    run(*SEND, "--rate", "4/h")
    skip(sandbox.url, 3 * 3600)
    address = load_settings(clinic, {}).store_address(practice=True)
    with closing(open_store(address)) as store, store.write() as connection:
        ask_stop(connection, 1, "pause")  # as far as a program came that was killed then
    assert "State       pause not confirmed" in run("status", "--practice").out
    assert run("pause", "--practice").code == 0
    assert 0 < len(delivered(sandbox)) < 18
    resumed = run("resume", "--practice")  # nothing of it is late, so nobody is asked
    assert (resumed.code, resumed.err.count("Go on?")) == (0, 0)
    skip(sandbox.url, 3 * 3600)
    assert len(delivered(sandbox)) == 18


def test_an_approved_campaign_waits_for_its_time_and_no_more_for_a_person(
    run: Run, sandbox: Sandbox, clinic: Path
) -> None:
    configure(clinic, "approval = true")
    in_days = time.strftime("%Y-%m-%dT10:00", time.gmtime(time.time() + 9 * 86_400))
    assert (
        "Campaign 1 waits for a second person: newsletter approve 1 --practice, then "
        f"newsletter send {ARTICLE} --practice\n" in run(*SEND, "--at", in_days).err
    )
    assert run("approve", "--practice", "--yes", "--as", "Bo").code == 0
    told = run(*SEND).err
    assert "waits for a second person" not in told
    assert "nearer to their time" in told


def test_the_status_says_that_the_article_was_edited_after_it_was_agreed_to(
    run: Run, sandbox: Sandbox, clinic: Path
) -> None:
    configure(clinic, "approval = true")
    assert run(*SEND, "--at", in_days(sandbox, 1)).code == 0
    assert run("approve", "--practice", "--yes", "--as", "Bo").code == 0
    assert "Article" not in run("status", "--practice").out
    with (clinic / ARTICLE).open("a") as file:
        file.write("\nOne more sentence.\n")
    assert (
        "Article     edited since; newsletter worker --practice sends the letter as it was. To send the new one: "
        f"newsletter undo 1 --practice, then newsletter send {ARTICLE} --practice\n"
        in run("status", "--practice").out
    )
    assert run("worker", "--practice", "--once").code == 0
    assert len(mails(sandbox)) == 18
    assert "Article" not in run("status", "--practice").out


IN_GRETNA = ("--audience", "in Gretna")


def test_a_send_goes_on_with_the_people_that_a_campaign_was_for(
    run: Run, sandbox: Sandbox, clinic: Path
) -> None:
    configure(clinic, "approval = true")
    frozen = run(*SEND, *IN_GRETNA, "--json").json
    assert run("approve", "--practice", "--yes", "--as", "Bo").code == 0
    gone_on = run(*SEND)
    assert "Going on with campaign 1." in gone_on.err
    assert len(mails(sandbox)) == frozen["plan"]["recipients"] == 1
    assert [entry["id"] for entry in run("campaigns", "--practice", "--json").json] == [1]


def test_what_to_type_after_an_undo_names_the_people_that_a_campaign_was_for(
    run: Run, sandbox: Sandbox
) -> None:
    assert run(*SEND, *IN_GRETNA).code == 0
    undone = run("undo", "--practice", "--yes").err
    assert f"then newsletter send {ARTICLE} --practice --audience 'in Gretna'" in undone


def test_what_to_type_next_names_the_people_and_quotes_the_name_of_a_file(
    run: Run, sandbox: Sandbox, clinic: Path
) -> None:
    assert run("lists", "--practice").code == 0
    (clinic / ARTICLE).rename(clinic / "content" / "a strong back.md")
    article = "content/a strong back.md"
    checked = run("check", article, "--practice", "--quick", *IN_GRETNA).err
    assert f"Next: newsletter send '{article}' --practice --audience 'in Gretna'\n" in checked
    planned = run("send", article, "--practice", "--dry-run", *IN_GRETNA, "--at", "tomorrow 9am")
    assert (
        f"Next: newsletter send '{article}' --practice --audience 'in Gretna' --at 'tomorrow 9am'\n"
        in planned.err
    )


def test_a_send_of_what_is_paused_does_not_say_that_all_is_well(run: Run, sandbox: Sandbox) -> None:
    assert run(*SEND).code == 0
    assert "is paused" not in run(*SEND).err
    assert run("pause", "--practice").code == 0
    held = "But campaign 1 is paused, and its mail is held. Next: newsletter resume 1 --practice"
    assert held in run(*SEND).err


def test_what_is_unknown_is_settled_by_a_persons_word(run: Run, sandbox: Sandbox) -> None:
    with Account("SG.practice.only", sandbox.url) as account:
        others = [account.new_batch() for _ in range(9)]
        for batch in others:
            account.stop_batch(batch)
    misbehave(sandbox.url, Fault("drop before"))
    assert run(*SEND).code == 3
    early = run("resolve", "--practice", typed="did not\n" * 5)
    assert early.code == 3
    assert "may still leave" in early.err
    skip(sandbox.url, 3600)
    settled = run("resolve", "--practice", typed="did not\n" * 5)
    assert settled.code == 0
    assert "ada.fontenot@example.com" in settled.out
    assert "still to be handed over" in settled.out
    with Account("SG.practice.only", sandbox.url) as account:
        account.free_batch(others[0])
    assert run("send", ARTICLE, "--practice", typed="y\n").code == 0
    skip(sandbox.url, 3600)
    assert len(delivered(sandbox)) == len(set(delivered(sandbox))) == 18


def test_whoever_got_nothing_of_an_undone_campaign_may_get_the_edition_anew(
    run: Run, sandbox: Sandbox
) -> None:
    with Account("SG.practice.only", sandbox.url) as account:
        for batch in [account.new_batch() for _ in range(9)]:
            account.stop_batch(batch)
    misbehave(sandbox.url, Fault("drop before"))
    run(*SEND, "--rate", "4/h")
    skip(sandbox.url, 36 * 60)
    undone = run("undo", "--practice", "--yes")
    assert "18 frozen = 17 cancelled + 1 unknown" in undone.out
    skip(sandbox.url, 3600)
    settled = run("resolve", "--practice", typed="did not\n" * 5)
    assert "18 frozen = 18 cancelled" in settled.out
    assert f"Next: newsletter send {ARTICLE} --practice" in settled.err
    with Account("SG.practice.only", sandbox.url) as account:
        account.free_batch(next(iter(account.stops())))
    assert run(*SEND).code == 0
    skip(sandbox.url, 3600)
    assert len(delivered(sandbox)) == len(set(delivered(sandbox))) == 18


def test_mail_that_another_computer_sent_is_a_refusal_that_explains_itself(
    run: Run, sandbox: Sandbox, clinic: Path
) -> None:
    run(*SEND)
    remove_store(load_settings(clinic, {}).store_address(practice=True))
    again = run(*SEND)
    assert again.code == 1
    assert "SendGrid has had 18 mails of this edition, and this store knows of 0" in again.err
    assert run(*SEND, "--anyway").code == 0


@pytest.mark.engine("sqlite")
@pytest.mark.slow
def test_a_polite_kill_ends_after_what_is_on_its_way(clinic: Path, sandbox: Sandbox) -> None:
    process = sending(clinic, sandbox)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    assert "Ending after what is on its way" in said
    assert process.returncode in (0, 1)


@pytest.mark.engine("sqlite")
@pytest.mark.slow
def test_a_window_that_is_closed_leaves_nothing_unknown(
    run: Run, clinic: Path, sandbox: Sandbox
) -> None:
    process = sending(clinic, sandbox)
    process.send_signal(signal.SIGHUP)
    process.communicate(timeout=60)
    assert run("status", "--practice", "--json").json["counts"]["unknown"] == 0
    assert run(*SEND, "--json").json["counts"]["accepted"] == 18
    assert len(mails(sandbox)) == 18


@pytest.mark.engine("sqlite")
@pytest.mark.slow
def test_a_send_that_was_started_to_outlive_its_window_goes_on(
    clinic: Path, sandbox: Sandbox
) -> None:
    process = sending(clinic, sandbox, "nohup")
    process.send_signal(signal.SIGHUP)
    told, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "18 frozen = 18 accepted" in told


def sending(clinic: Path, sandbox: Sandbox, *before: str) -> "subprocess.Popen[str]":
    """A send whose first request is on its way, and stays there for three seconds."""
    misbehave(sandbox.url, Fault("stall before", seconds=3))
    process = subprocess.Popen(
        [*before, sys.executable, "-m", "newsletter", *SEND],
        cwd=clinic,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    wait((clinic / ".newsletter" / "practice.lock").exists)
    time.sleep(1)
    return process
