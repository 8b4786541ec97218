"""How rules are run: order, waivers, evidence that is missing, and a survey of all readers."""

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import unquote

import pytest

from newsletter.checks import (
    RULES,
    WORLD,
    Draft,
    Evidence,
    Finding,
    Unverified,
    check,
    draft_for,
    errors,
    refused,
    survey,
)
from newsletter.checks.evidence import Hole
from newsletter.errors import Problem
from newsletter.letter import Reader
from tests.checks.conftest import ARTICLE, TAG, Compose
from tests.checks.spoiling import body, both, clinic, detail, edited, link, picture, seen, sender


def test_a_finding_names_the_articles_line(good: Draft) -> None:
    (finding,) = check(body("\nA guaranteed way.\n")(good))
    assert str(finding) == (
        "warning: content/good.md:14: “guaranteed” is a claim that needs strong evidence (FTC); "
        "say what is known, with its source (health/claims)"
    )
    assert good.line("Ask us") == 12


def test_of_links_with_the_same_words_or_the_same_beginning_the_wrong_one_is_named(
    draft: Callable[[str], Draft],
) -> None:
    article = (
        ARTICLE
        + """
At [our clinic](https://www.clockworkperform.com/visit) or at
`home`, say [here](https://www.clockworkperform.com/visit-us) and
[here](http://www.clockworkperform.com/visit), or
on [the *other* page](http://www.clockworkperform.com/visit?of={{ reader.first_name }}).

| Day | Page |
|---|---|
| Mon | [the page](https://www.clockworkperform.com/visit) |
| Tue | [the page](http://www.clockworkperform.com/visit) |
"""
    )
    found = check(draft(article))
    assert sorted((finding.rule, finding.line) for finding in found) == [
        ("link/http", 16),
        ("link/http", 17),
        ("link/http", 22),
        ("link/text", 15),
        ("link/text", 16),
    ]


def test_of_links_that_are_the_same_each_is_named_where_it_stands(
    draft: Callable[[str], Draft],
) -> None:
    twice = "\nSee [here]({0}).\n\n<b><a href='{0}'>Here</a></b>\n\nAnd [here]({0}) again.\n"
    found = check(draft(ARTICLE + twice.format("https://www.clockworkperform.com/a&amp;b")))
    assert [(finding.rule, finding.line) for finding in found] == [
        ("link/text", 14),
        ("link/text", 16),
        ("link/text", 18),
    ]


def test_a_link_of_the_letters_frame_is_in_no_line_of_the_article(good: Draft) -> None:
    (found,) = check(link("http://www.clockworkperform.com/", "Our front page")(good))
    assert (found.rule, found.line) == ("link/http", None)


def test_a_link_is_found_again_with_the_tags_it_got_and_not_by_its_beginning(good: Draft) -> None:
    page = "https://www.clockworkperform.com/visit"
    assert good.written.link(f"{page}?utm_source=newsletter&utm_content=body-1") == 12
    assert good.written.link(f"{page}-us") is None


def test_a_heading_is_named_where_it_stands_and_not_where_its_words_do(
    draft: Callable[[str], Draft],
) -> None:
    article = ARTICLE + "\nAlso rest in the forest.\n\n### Also *rest*\n"
    found = check(draft(article))
    assert [(finding.rule, finding.line) for finding in found] == [("a11y/headings", 16)]


def test_a_word_is_named_where_it_stands_whole_and_as_it_is_written(good: Draft) -> None:
    spanish = body("\nTodo format.\n\nTODO form.\n")(good)
    assert (spanish.line("TODO"), spanish.line("form"), spanish.line("FORMAT")) == (16, 16, 14)


@pytest.mark.parametrize("written", ["tree.webp", "tree%201.png"])
def test_a_picture_is_called_as_the_article_calls_it(good: Draft, written: str) -> None:
    article = f"\n![A tree.](old-{written})\n\n![A tree.]({written})\n"
    heavy = both(picture("JPEG", weight=300_000), body(article))(good)
    named = [replace(one, source=written) for one in heavy.pictures]
    (found,) = check(replace(heavy, pictures=named))
    assert found.sentence == f"the picture {unquote(written)} is 300 kB"
    assert found.line == 16


def test_a_hero_that_is_too_large_is_told_where_it_is_named(good: Draft) -> None:
    heavy = both(picture(weight=300_000), detail(hero="pictures/tree.webp"))(good)
    named = [replace(one, source="pictures/tree.webp") for one in heavy.pictures]
    lines = {**good.edition.lines, "hero": 6}
    edition = replace(heavy.edition, lines=lines)
    (found,) = check(replace(heavy, pictures=named, edition=edition))
    assert (found.sentence, found.line) == ("the picture tree.webp is 300 kB", 6)


def test_settings_that_the_footer_needs_are_told_by_name_when_they_are_empty(good: Draft) -> None:
    found = check(clinic(city="", country=" ", why="")(good))
    assert [str(finding) for finding in found] == [
        'error: newsletter.toml: [clinic] city, country is empty: the footer must say it; write city = "…" (legal/identity)',
        "warning: newsletter.toml: [clinic] why is empty: the letter does not say why readers get it; "
        'write why = "You get this letter because …" (legal/why-line)',
    ]


def test_errors_come_first_and_keep_a_letter_back(good: Draft) -> None:
    found = check(
        both(seen(subject="Re: x"), sender(name="Hurry"), clinic(postal_address=""))(good)
    )
    assert [finding.severity for finding in found] == ["error", "error", "warning", "warning"]
    assert errors(found) == found[:2]


def test_an_edition_accepts_a_finding_with_its_reason(good: Draft) -> None:
    allow = {"health/claims": "the word is the study's title"}
    (finding,) = check(both(body("\nIt cures.\n"), edited(allow=allow))(good))
    assert (finding.rule, finding.waived) == ("health/claims", "the word is the study's title")
    assert errors([replace(finding, severity="error")]) == []


def test_the_law_is_never_waived(good: Draft) -> None:
    allow = {"legal/postal-address": "we like it so"}
    found = check(both(clinic(postal_address=""), edited(allow=allow))(good))
    assert {finding.rule for finding in errors(found)} == {
        "legal/postal-address",
        "edition/article",
    }
    assert all(not finding.waived for finding in found)


def test_what_could_not_be_asked_is_not_verified_and_no_waiver_hides_it(good: Draft) -> None:
    silent = Unverified("nobody asked", "ask")
    evidence = Evidence(**dict.fromkeys(sorted(WORLD), silent))
    allow = {rule.id: "no time" for rule in RULES.values() if not rule.id.startswith("legal/")}
    found = check(replace(edited(allow=allow)(good), evidence=evidence))
    asked = {rule.id for rule in RULES.values() if rule.needs in WORLD}
    assert {finding.rule for finding in found} == asked
    assert {(finding.severity, finding.waived) for finding in found} == {("not verified", "")}


@pytest.mark.parametrize(
    ("language", "release", "silent"),
    [
        ("es-MX", "", {"health/claims", "health/testimonial"}),
        ("es", "true", {"health/claims"}),
        ("en-US", "", set()),
        ("EN", "", set()),
    ],
)
def test_promises_and_patients_words_are_not_verified_in_other_languages(
    good: Draft, language: str, release: str, silent: set[str]
) -> None:
    details = {**good.edition.details, "release": release}
    lines = {**good.edition.lines, "language": 6}
    spanish = replace(good.edition, language=language, details=details, lines=lines)
    found = [f for f in check(replace(good, edition=spanish)) if f.rule.startswith("health/")]
    assert {(f.rule, f.severity, f.line) for f in found} == {
        (rule, "not verified", 6) for rule in silent
    }


def test_every_need_is_evidence_that_can_be_given() -> None:
    needs = {rule.needs for rule in RULES.values()} - {""}
    known = set(Evidence.__dataclass_fields__)
    assert needs <= known
    assert needs >= WORLD
    assert known >= WORLD


def test_what_cannot_be_composed_is_told_as_findings() -> None:
    problems = [
        Problem("content/x.md", 3, "subjekt is unknown", "did you mean subject?"),
        Problem("templates/email/x.mjml", 9, "<mj-nope> is no MJML tag", "take it away"),
    ]
    hole = Hole(
        Problem("content/x.md", 12, "a value is empty", "say what then"), ("a@b.org", "c@b.org")
    )
    assert refused(problems, [hole]) == [
        Finding("edition/article", "error", "subjekt is unknown", "did you mean subject?", "content/x.md", 3),
        Finding("tpl/missing-value", "error", "a value is empty (2 readers)", "say what then", "content/x.md", 12, ("a@b.org", "c@b.org")),
        Finding("tpl/mjml", "error", "<mj-nope> is no MJML tag", "take it away", "templates/email/x.mjml", 9),
    ]  # fmt: skip


def test_a_letter_and_a_reader_are_enough_to_judge(composed: Compose, good: Draft) -> None:
    letter = composed(ARTICLE + "\nA miracle.\n")
    found = check(draft_for(letter, good.settings, Reader(), unsubscribe_tag=TAG))
    assert [(finding.rule, finding.line) for finding in found] == [("health/claims", 14)]


def test_a_survey_counts_versions_and_names_who_has_a_hole(composed: Compose) -> None:
    letter = composed(
        ARTICLE
        + "\n{% if reader.city %}\nYou live in {{ reader.city }}.\n{% endif %}\n\nDear {{ reader.last_name }}.\n"
    )
    some = {
        "a@b.org": Reader(last_name="A", city="Gretna"),
        "b@b.org": Reader(last_name="B"),
        "c@b.org": Reader(last_name="C"),
        "d@b.org": Reader(),
        "e@b.org": Reader(city="x"),
    }
    found = survey(letter, some.items())
    assert [*found.addresses] == [*some]
    assert (found.readers, list(found.variants.values())) == (5, [1, 2])
    assert found.examples == (some["b@b.org"], some["a@b.org"])  # the most common version first
    (hole,) = found.holes
    assert (hole.who, hole.problem.line) == (("d@b.org", "e@b.org"), 18)
