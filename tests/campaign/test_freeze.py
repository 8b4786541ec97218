"""The freeze: letter and audience are fixed, each person once an edition."""

import threading
from dataclasses import replace

import orjson
import pytest
from sqlalchemy import select, update

from newsletter.campaign import (
    Counts,
    Frozen,
    ask_stop,
    envelope_of,
    report_rows,
    take_back_rest,
    variant_of,
)
from newsletter.errors import NewsletterError, Problems
from newsletter.links import Links
from newsletter.store import campaign, recipient, variant

from .conftest import ARTICLE, ENVELOPE, Clinic

VARIANTS = ARTICLE + "\n{% if reader.first_name == 'Cleo' %}\n\nA word for Cleo.\n\n{% endif %}\n"


def test_everybody_is_frozen_with_their_own_words(clinic: Clinic) -> None:
    clinic.add("Ada", "Cleo")
    frozen = clinic.freeze()
    assert frozen == Frozen(1, 2, 0, ())
    with clinic.store.read() as connection:
        rows = connection.execute(select(recipient)).all()
        letter = variant_of(connection, 1, 0)
        assert envelope_of(connection, 1) == ENVELOPE
    assert [(row.key, row.address, row.subject) for row in rows] == [
        ("ada@example.com", "Ada@example.com", "Ada, a strong back"),
        ("cleo@example.com", "Cleo@example.com", "Cleo, a strong back"),
    ]
    values = orjson.loads(rows[0].substitutions)
    assert set(values.values()) == {"Ada"}
    assert all(word in letter.html + letter.text for word in values)
    assert clinic.counts(1) == Counts(frozen=2, pending=2)


def test_each_variant_is_one_run_without_gaps(clinic: Clinic) -> None:
    clinic.write(VARIANTS)
    clinic.add("Ada", "Bo", "Cleo", "Dan")
    clinic.freeze()
    assert sorted(map(int, clinic.column(recipient.c.seq))) == [1, 2, 3, 1_000_000_001]
    assert clinic.column(variant.c.recipients) == [3, 1]
    assert all(size > 300 for size in clinic.column(variant.c.largest))


def test_a_second_freeze_reaches_only_who_is_new(clinic: Clinic) -> None:
    clinic.add("Ada", "Bo")
    clinic.freeze()
    clinic.add("Cleo")
    assert clinic.freeze() == Frozen(2, 1, 2, (1,))
    assert clinic.freeze() == Frozen(None, 0, 3, (1, 2))
    assert clinic.column(campaign.c.id) == [1, 2]


def test_nobody_at_all_freezes_nothing(clinic: Clinic) -> None:
    assert clinic.freeze() == Frozen(None, 0, 0, ())
    assert clinic.column(campaign.c.id) == []


def test_two_at_once_freeze_nobody_twice(clinic: Clinic) -> None:
    clinic.add("Ada", "Bo", "Cleo")
    found: list[Frozen] = []
    threads = [threading.Thread(target=lambda: found.append(clinic.freeze())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(frozen.recipients for frozen in found) == [0, 3]


def test_an_edited_edition_is_refused_until_it_is_taken_back(clinic: Clinic) -> None:
    clinic.add("Ada", "Bo")
    clinic.freeze()
    clinic.write(ARTICLE.replace("Good morning", "Good evening"))
    with pytest.raises(NewsletterError, match=r"edited since it went out \(campaign 1\).*undo 1"):
        clinic.freeze()
    with clinic.store.write() as connection:
        ask_stop(connection, 1, "undo")
        take_back_rest(connection, 1)
    assert clinic.counts(1) == Counts(frozen=2, cancelled=2)
    assert clinic.freeze() == Frozen(2, 2, 0, ())


def test_who_was_withheld_may_get_the_edition_after_an_undo(clinic: Clinic) -> None:
    clinic.add("Ada", "Bo")
    clinic.freeze()
    with clinic.store.write() as connection:
        bo = recipient.c.key == "bo@example.com"
        connection.execute(update(recipient).where(bo).values(outcome="withheld", reason="bounced"))
        take_back_rest(connection, 1)
    assert clinic.counts(1) == Counts(frozen=2, cancelled=1, withheld=1)
    assert clinic.freeze().recipients == 2


def test_a_value_that_cannot_be_written_is_told_with_the_number_of_readers(clinic: Clinic) -> None:
    clinic.write(ARTICLE + "\nYou live in {{ reader.city }}.\n\nYes, {{ reader.last_name }}.\n")
    clinic.add("Ada", "Bo", "Cleo")
    with pytest.raises(Problems) as refusal:
        clinic.freeze()
    assert [
        (problem.line, "(for 3 of 3 readers)" in problem.what) for problem in refusal.value.problems
    ] == [(10, True)]
    assert clinic.column(campaign.c.id) == []
    assert clinic.column(recipient.c.key) == []


def test_links_of_our_own_are_kept_for_the_header(clinic: Clinic) -> None:
    clinic.settings = replace(
        clinic.settings, site=replace(clinic.settings.site, url="https://news.example.com")
    )
    clinic.add("Ada")
    links = Links("https://news.example.com", "secret")
    clinic.freeze(links=links, envelope=replace(ENVELOPE, unsubscribe_tag=""))
    [link] = clinic.column(recipient.c.unsubscribe_url)
    assert link == links.unsubscribe(1, 1)
    [values] = clinic.column(recipient.c.substitutions)
    assert link in orjson.loads(values).values()  # type: ignore[arg-type]


def test_pictures_travel_with_the_campaign(clinic: Clinic) -> None:
    from PIL import Image

    Image.new("RGB", (20, 10)).save(clinic.settings.root / "content" / "spine.png")
    clinic.write(ARTICLE + "\n![A spine](spine.png)\n")
    clinic.add("Ada")
    clinic.freeze()
    from newsletter.campaign import pictures_of

    with clinic.store.read() as connection:
        [shown] = pictures_of(connection, 1)
        assert f"cid:{shown.cid}" in variant_of(connection, 1, 0).html
        assert [row.outcome for row in report_rows(connection, 1)] == ["pending"]
