"""Dispatch: everybody who is pending is handed over once, whatever SendGrid and the network do."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from newsletter.campaign import Counts, ask_stop
from newsletter.delivery import Account, dispatch
from newsletter.delivery.posting import allowed
from newsletter.errors import NewsletterError, ServiceFailed
from newsletter.sandbox import Fault
from newsletter.store import attempt, subscriber

from .conftest import QUICK, Clinic


def test_everybody_is_handed_over_once_and_leaves_at_one_time(clinic: Clinic) -> None:
    clinic.crowd(1203)
    seen: list[Counts] = []
    assert clinic.dispatch(clinic.freeze(), seen.append) == Counts(frozen=1203, accepted=1203)
    mails = clinic.mails()
    assert len({mail.address for mail in mails}) == len(mails) == 1203
    assert len({(mail.batch, mail.send_at) for mail in mails}) == 1
    assert len({mail.message_id for mail in mails}) == 2
    assert seen[-1] == Counts(frozen=1203, accepted=1203)
    assert all(one.adds_up for one in seen)


def test_again_posts_nothing(clinic: Clinic) -> None:
    clinic.add("Ada")
    number = clinic.freeze()
    assert clinic.dispatch(number) == clinic.dispatch(number) == Counts(frozen=1, accepted=1)
    assert len(clinic.mails()) == 1


def test_two_at_once_post_each_request_once(clinic: Clinic) -> None:
    clinic.crowd(3000)
    number = clinic.freeze()
    results: list[Counts] = []

    def send() -> None:
        with clinic.another_account() as account:
            results.append(dispatch(clinic.store, number, account, clinic.settings))

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [Counts(frozen=3000, accepted=3000)] * 2
    assert len(clinic.mails()) == 3000


def test_whoever_leaves_after_the_freeze_is_withheld(clinic: Clinic) -> None:
    clinic.add("Ada", "Bo", "Cleo")
    number = clinic.freeze()
    clinic.leave("Bo")
    assert clinic.dispatch(number) == Counts(frozen=3, accepted=2, withheld=1)
    assert clinic.report()["Bo"] == ("withheld", "unsubscribed")
    assert sorted(mail.address for mail in clinic.mails()) == [
        "Ada@example.com",
        "Cleo@example.com",
    ]


def test_when_all_have_left_nothing_is_posted(clinic: Clinic) -> None:
    clinic.add("Ada")
    number = clinic.freeze()
    clinic.leave("Ada")
    assert clinic.dispatch(number) == Counts(frozen=1, withheld=1)
    assert clinic.mails() == []


def test_an_address_that_sendgrid_cannot_take_costs_that_person_only(clinic: Clinic) -> None:
    clinic.add("Ada", "Noël")
    assert clinic.dispatch(clinic.freeze()) == Counts(frozen=2, accepted=1, refused=1)
    assert clinic.report()["Noël"][0] == "refused"


def test_one_refused_person_costs_that_person_only(clinic: Clinic) -> None:
    clinic.crowd(1000)
    number = clinic.freeze()
    clinic.misbehave(Fault("refuse", place=3), Fault("refuse", place=7))
    assert clinic.dispatch(number) == Counts(frozen=1000, accepted=998, refused=2)
    refused = {name for name, (outcome, _) in clinic.report().items() if outcome == "refused"}
    assert refused == {"reader00003", "reader00008"}


def test_too_many_refusals_stop_and_refuse_nobody(clinic: Clinic) -> None:
    clinic.crowd(1000)
    number = clinic.freeze()
    clinic.misbehave(*(Fault("refuse", place=one) for one in range(21)))
    with pytest.raises(NewsletterError, match="refuses 1 of 980 people at once"):
        clinic.dispatch(number)
    assert clinic.counts() == Counts(frozen=1000, refused=20, pending=980)


@pytest.mark.parametrize(("people", "most"), [(1, 1), (40, 1), (100, 2), (999, 19), (1000, 20)])
def test_how_many_may_be_refused_one_by_one(people: int, most: int) -> None:
    assert allowed(people) == most


def test_a_root_error_stops_with_everybody_pending(clinic: Clinic) -> None:
    clinic.add("Ada")
    number = clinic.freeze()
    clinic.misbehave(Fault("error before", status=400))
    with pytest.raises(NewsletterError, match=r"400.*1 still pending, nobody lost") as stop:
        clinic.dispatch(number)
    assert stop.value.exit_code == 1
    assert clinic.counts() == Counts(frozen=1, pending=1)
    assert clinic.dispatch(number) == Counts(frozen=1, accepted=1)


@pytest.mark.parametrize(
    ("fault", "words", "code"),
    [
        (Fault("no credits"), "Maximum credits exceeded", 3),
        (Fault("error before", status=401), "does not know this key", 1),
        (Fault("error before", status=403), "forbids this", 1),
        (Fault("error before", status=404), "404", 1),
        (Fault("too many", times=-1), "asks to wait", 3),
        (Fault("drop before", path="/v3/mail/batch", times=-1), "did not answer", 3),
        (Fault("error before", path="/v3/mail/batch", status=503, html=True, times=-1), "503", 3),
    ],
)
def test_what_was_certainly_not_accepted_stays_pending(
    clinic: Clinic, fault: Fault, words: str, code: int
) -> None:
    clinic.add("Ada")
    number = clinic.freeze()
    clinic.misbehave(fault)
    with pytest.raises(NewsletterError, match=words) as stop:
        clinic.dispatch(number)
    assert stop.value.exit_code == code
    assert "SG.test" not in str(stop.value)
    assert clinic.counts() == Counts(frozen=1, pending=1)
    clinic.sandbox.office.faults.clear()
    assert clinic.dispatch(number) == Counts(frozen=1, accepted=1)
    assert len(clinic.mails()) == 1


def test_too_many_requests_are_tried_again(clinic: Clinic) -> None:
    clinic.add("Ada")
    number = clinic.freeze()
    clinic.misbehave(Fault("too many"))
    assert clinic.dispatch(number) == Counts(frozen=1, accepted=1)


def test_a_429_that_names_a_day_far_ahead_holds_nothing_back_for_so_long(clinic: Clinic) -> None:
    clinic.add("Ada")
    now = clinic.account.now()
    reset = ("X-RateLimit-Reset", f"{now + 2 * 24 * 3600}")
    clinic.misbehave(Fault("too many", headers=(reset,)))
    assert clinic.dispatch(clinic.freeze()) == Counts(frozen=1, accepted=1)
    assert clinic.account.now(fresh=True) < now + 3600


def test_what_is_too_large_is_split(clinic: Clinic) -> None:
    clinic.crowd(4)
    number = clinic.freeze()
    clinic.misbehave(Fault("error before", status=413, html=True, times=2))
    assert clinic.dispatch(number) == Counts(frozen=4, accepted=4)
    assert len({mail.message_id for mail in clinic.mails()}) == 3


def test_one_person_who_is_too_large_stops(clinic: Clinic) -> None:
    clinic.crowd(2)
    number = clinic.freeze()
    clinic.misbehave(Fault("error before", status=413, html=True, times=-1))
    with pytest.raises(NewsletterError, match="too large"):
        clinic.dispatch(number)
    assert clinic.counts() == Counts(frozen=2, pending=2)


def test_after_an_unknown_nothing_goes_out_until_sendgrid_answers(clinic: Clinic) -> None:
    clinic.crowd(1001)
    number = clinic.freeze()
    clinic.misbehave(
        Fault("drop after"),
        Fault("error before", path="/v3/scopes", method="GET", status=503, after=1, times=-1),
    )
    with pytest.raises(ServiceFailed, match=r"503.*1 still pending, 1,000 unknown"):
        clinic.dispatch(number)
    assert len(clinic.mails()) == 1000
    clinic.sandbox.office.faults.clear()
    assert clinic.dispatch(number) == Counts(frozen=1001, accepted=1001)


def test_a_server_that_is_away_leaves_everybody_pending(clinic: Clinic) -> None:
    clinic.add("Ada")
    number = clinic.freeze()
    with (
        Account("SG.test", "http://127.0.0.1:9", patience=QUICK) as account,
        pytest.raises(ServiceFailed, match=r"nobody answers at 127\.0\.0\.1:9"),
    ):
        dispatch(clinic.store, number, account, clinic.settings)
    assert clinic.counts() == Counts(frozen=1, pending=1)


def test_what_could_not_be_posted_in_time_goes_with_a_later_time(clinic: Clinic) -> None:
    clinic.crowd(2001)
    number = clinic.freeze()

    def dawdle(counts: Counts) -> None:
        if counts.accepted == 1000:
            clinic.sandbox.office.clock.skip(20 * 60)

    assert clinic.dispatch(number, dawdle) == Counts(frozen=2001, accepted=2001)
    mails = clinic.mails()
    assert len({mail.address for mail in mails}) == len(mails) == 2001
    assert len({mail.send_at for mail in mails}) == 2


def test_where_it_never_gets_on_it_stops(clinic: Clinic) -> None:
    clinic.add("Ada")
    number = clinic.freeze()

    class Slow(Account):
        def connect(self) -> None:
            clinic.sandbox.office.clock.skip(3600)
            self.scopes()

    with (
        Slow("SG.test", clinic.sandbox.url, patience=QUICK) as account,
        pytest.raises(ServiceFailed, match="does not get on"),
    ):
        dispatch(clinic.store, number, account, clinic.settings)
    assert clinic.counts() == Counts(frozen=1, pending=1)
    assert clinic.mails() == []


def test_a_stop_of_a_person_ends_it_without_an_error(clinic: Clinic) -> None:
    clinic.crowd(2001)
    number = clinic.freeze()

    def stop(counts: Counts) -> None:
        with clinic.store.write() as connection:
            ask_stop(connection, number, "undo")

    counts = clinic.dispatch(number, stop)
    assert (counts.accepted, counts.pending) == (1000, 1001)
    assert clinic.dispatch(number) == counts


def test_it_leaves_when_it_was_asked_to(clinic: Clinic) -> None:
    clinic.add("Ada")
    asked = clinic.account.now() + 7200
    clinic.dispatch(clinic.freeze(asked=asked))
    assert [mail.send_at for mail in clinic.mails()] == [asked]


def test_each_reader_gets_it_at_the_hour_where_they_live(clinic: Clinic) -> None:
    homes = {"Ada": "Asia/Tokyo", "Bo": "", "Cleo": "Europe/Berlin", "Didi": "Asia/Tokyo"}
    clinic.add(*homes)
    with clinic.store.write() as connection:
        for name, zone in homes.items():
            one = update(subscriber).where(subscriber.c.first_name == name)
            connection.execute(one.values(time_zone=zone))
    tomorrow = datetime.fromtimestamp(clinic.account.now(), UTC) + timedelta(days=2)
    local = f"{tomorrow:%Y-%m-%d}T09:00"
    clinic.dispatch(clinic.freeze(local=local))
    leaves = {mail.address.partition("@")[0]: mail.send_at for mail in clinic.mails()}
    hours = {
        name: int(datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).timestamp())
        for name, zone in (homes | {"Bo": clinic.settings.clinic.timezone}).items()
    }
    assert leaves == hours


def test_a_time_that_has_become_too_early_is_moved(clinic: Clinic) -> None:
    clinic.add("Ada")
    now = clinic.account.now()
    clinic.dispatch(clinic.freeze(asked=now + 60))
    [send_at] = (mail.send_at for mail in clinic.mails())
    assert send_at is not None
    assert 27 * 60 < send_at - now < 36 * 60


@pytest.mark.engine("sqlite")
def test_posting_that_breaks_off_is_unknown_until_the_next_run(
    clinic: Clinic, interrupt: Callable[[Account], Account]
) -> None:
    clinic.add("Ada")
    number = clinic.freeze()
    with pytest.raises(KeyboardInterrupt):
        dispatch(clinic.store, number, interrupt(clinic.account), clinic.settings)
    assert clinic.counts() == Counts(frozen=1, unknown=1)
    assert clinic.dispatch(number) == Counts(frozen=1, accepted=1)


@pytest.fixture
def interrupt() -> Callable[[Account], Account]:
    class Interrupted(Account):
        def __init__(self, like: Account) -> None:
            self.__dict__ = dict(like.__dict__)

        def post_mail(self, body: bytes, *, until: int | None = None):  # type: ignore[no-untyped-def]
            super().post_mail(body, until=until)
            raise KeyboardInterrupt

    return Interrupted


def test_a_campaign_that_is_not_there_is_said_so(clinic: Clinic) -> None:
    with pytest.raises(NewsletterError, match="no campaign 9"):
        clinic.dispatch(9)


def test_the_attempt_is_posted_when_all_is_said(clinic: Clinic) -> None:
    clinic.add("Ada")
    clinic.dispatch(clinic.freeze())
    with clinic.store.read() as connection:
        assert list(connection.scalars(attempt.select().with_only_columns(attempt.c.state))) == [
            "posted"
        ]
