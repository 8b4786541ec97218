"""Each rule: what triggers it and nothing else, and a near miss."""

from dataclasses import replace
from pathlib import Path

import pytest

from newsletter.checks import RULES, Draft, Finding, check, errors, survey
from newsletter.config import Settings
from newsletter.edition import Edition, load_edition
from newsletter.letter import Letter, Reader, View, compose

ARTICLE = """\
---
id: good
title: Tips for a strong back
subject: Three tips for a strong back
preheader: What helps, what does not, and when to ask us for advice.
---
Hi {{ reader.first_name | default("there", true) }},

Lift with your legs. [Ask us](https://www.clockworkperform.com/visit) if in doubt.
"""


@pytest.fixture
def settings(settings: Settings) -> Settings:
    clinic = replace(settings.clinic, postal_address="12 Made-up Street, New Orleans, LA 70112")
    return replace(
        settings, clinic=clinic, sender=replace(settings.sender, email="news@clinic.example.com")
    )


@pytest.fixture
def letter(project: Path, settings: Settings) -> Letter:
    return composed(project, settings, ARTICLE)


def composed(project: Path, settings: Settings, article: str) -> Letter:
    path = project / "content" / "good.md"
    path.write_text(article)
    return compose(load_edition(path, project), settings, unsubscribe_tag="[unsubscribe-here]")


@pytest.fixture
def good(letter: Letter, settings: Settings) -> Draft:
    return Draft(letter.edition, settings, letter.view(Reader(first_name="Ada")), real=True)


def rules(draft: Draft) -> list[tuple[str, str]]:
    return [(finding.rule, finding.severity) for finding in check(draft)]


def test_a_good_letter_has_no_findings(good: Draft) -> None:
    assert check(good) == []
    assert len(RULES) == 14


def seen(draft: Draft, **changes: str) -> Draft:
    return replace(draft, view=replace(draft.view, **changes))


def without(draft: Draft, words: str) -> Draft:
    view = draft.view
    return seen(draft, html=view.html.replace(words, ""), text=view.text.replace(words, ""))


def edited(draft: Draft, **changes: str) -> Draft:
    return replace(draft, edition=replace(draft.edition, **changes))


def sent_by(draft: Draft, **changes: str) -> Draft:
    return replace(
        draft, settings=replace(draft.settings, sender=replace(draft.settings.sender, **changes))
    )


def at_clinic(draft: Draft, **changes: str) -> Draft:
    return replace(
        draft, settings=replace(draft.settings, clinic=replace(draft.settings.clinic, **changes))
    )


TRIGGERS = {
    "no postal address": (
        lambda d: at_clinic(d, postal_address=""),
        [("legal/postal-address", "error")],
    ),
    "no postal address in practice": (
        lambda d: replace(at_clinic(d, postal_address=""), real=False),
        [("legal/postal-address", "info")],
    ),
    "postal address not shown": (
        lambda d: at_clinic(d, postal_address="9 Other Street"),
        [("legal/postal-address", "error")],
    ),
    "no link in the html": (
        lambda d: seen(d, html=d.view.html.replace(">Unsubscribe<", ">Leave<")),
        [("legal/unsubscribe-link", "error")],
    ),
    "no link in the text": (
        lambda d: seen(d, text=d.view.text.replace("Unsubscribe:", "Leave:")),
        [("legal/unsubscribe-link", "error")],
    ),
    "another link in the text": (
        lambda d: seen(d, text=d.view.text.replace("[unsubscribe-here]", "[elsewhere]")),
        [("legal/unsubscribe-link", "error")],
    ),
    "no why-line": (lambda d: without(d, d.settings.clinic.why), [("legal/why-line", "warning")]),
    "no country": (lambda d: without(d, ", United States"), [("legal/identity", "error")]),
    "no sender": (lambda d: sent_by(d, email=""), [("mail/from", "error")]),
    "free mailbox": (lambda d: sent_by(d, email="clinic@gmail.com"), [("mail/from", "error")]),
    "false reply": (
        lambda d: seen(d, subject="Re: three tips for you"),
        [("subject/fake-reply", "error")],
    ),
    "short subject": (lambda d: seen(d, subject="Tips"), [("subject/length", "warning")]),
    "long subject": (lambda d: seen(d, subject="Tips " * 20), [("subject/length", "warning")]),
    "preheader repeats": (
        lambda d: edited(d, preheader=d.edition.subject),
        [("preheader/missing", "warning")],
    ),
    "short preheader": (lambda d: edited(d, preheader="Tips."), [("preheader/missing", "warning")]),
    "left over": (
        lambda d: seen(d, text=d.view.text + "TODO write this"),
        [("tpl/placeholder", "error")],
    ),
    "left over jinja": (
        lambda d: seen(d, subject="Three tips for {{ you }}"),
        [("tpl/placeholder", "error")],
    ),
    "large": (
        lambda d: seen(d, html=d.view.html + "<!--" + "x" * 75_000 + "-->"),
        [("size/html", "warning")],
    ),
    "clipped": (
        lambda d: seen(d, html=d.view.html + "<!--" + "x" * 110_000 + "-->"),
        [("size/html", "error")],
    ),
    "no alt": (lambda d: seen(d, html=d.view.html + '<img src="a.png">'), [("a11y/alt", "error")]),
    "relative link": (
        lambda d: seen(d, html=d.view.html + '<a href="/visit">x</a>'),
        [("link/syntax", "error")],
    ),
    "no disclaimer": (
        lambda d: without(d, d.settings.clinic.disclaimer),
        [("health/disclaimer", "error")],
    ),
    "claim": (lambda d: edited(d, body="It cures.\n"), [("health/claims", "warning")]),
}


@pytest.mark.parametrize(("change", "expected"), TRIGGERS.values(), ids=TRIGGERS)
def test_a_rule_is_triggered_alone(
    good: Draft, change: object, expected: list[tuple[str, str]]
) -> None:
    assert rules(change(good)) == expected  # type: ignore[operator]


NEAR = {
    "reply inside": lambda d: seen(d, subject="How we reply to: your questions"),
    "sixty characters": lambda d: seen(d, subject="x" * 60),
    "todo inside a word": lambda d: seen(d, text=d.view.text + " mastodon todomvc"),
    "secure and procure": lambda d: edited(d, body="A secure way to procure a mat.\n"),
    "empty alt": lambda d: seen(d, html=d.view.html + '<img src="a.png" alt="">'),
    "mail and phone": lambda d: seen(
        d, html=d.view.html + '<a href="mailto:a@example.com">x</a><a href="tel:+1504">y</a>'
    ),
    "no disclaimer wanted": lambda d: without(
        at_clinic(d, disclaimer=""), d.settings.clinic.disclaimer
    ),
    "no sender needed in practice": lambda d: replace(sent_by(d, email=""), real=False),
}


@pytest.mark.parametrize("change", NEAR.values(), ids=NEAR)
def test_a_near_miss_is_none(good: Draft, change: object) -> None:
    assert check(change(good)) == []  # type: ignore[operator]


def test_an_empty_part_is_an_error(good: Draft) -> None:
    found = rules(seen(good, text=" ", html="<p></p>"))
    assert found.count(("mail/multipart", "error")) == 2


def test_a_finding_names_the_articles_line(good: Draft) -> None:
    (finding,) = check(edited(good, body="One.\n\nA guaranteed way.\n"))
    assert str(finding) == (
        "warning: content/good.md:9: “guaranteed” is a claim that needs strong evidence (FTC); "
        "say what is known, with its source (health/claims)"
    )
    (finding,) = check(seen(good, html=good.view.html + '<a href="x">Ask us</a>'))
    assert finding.line == 9 or finding.line is None


def test_errors_are_what_keeps_a_letter_back() -> None:
    found = [Finding("a", "error", "s", "c", "p"), Finding("b", "info", "s", "c", "p")]
    assert errors(found) == found[:1]


def test_a_survey_counts_versions_and_holes(project: Path, settings: Settings) -> None:
    body = "{% if reader.city %}\nYou live in {{ reader.city }}.\n{% endif %}\n\nDear {{ reader.last_name }}.\n"
    letter = composed(project, settings, ARTICLE + body)
    some = [
        Reader(last_name="A", city="Gretna"),
        Reader(last_name="B"),
        Reader(last_name="C"),
        Reader(),
        Reader(city="x"),
    ]
    found = survey(letter, some)
    assert (found.readers, list(found.variants.values()), len(found.examples)) == (5, [1, 2], 2)
    (finding,) = found.findings
    assert (finding.rule, finding.severity, finding.line) == ("tpl/missing-value", "error", 14)
    assert finding.sentence.endswith("(2 readers)")


def test_the_sample_edition_is_clean(settings: Settings) -> None:
    root = Path(__file__).parents[2]
    edition: Edition = load_edition(root / "content" / "strength-training-for-back-pain.md", root)
    here = replace(settings, root=root)
    letter = compose(edition, here, unsubscribe_tag="[unsubscribe-here]")
    view: View = letter.view(Reader(city="New Orleans"))
    assert check(Draft(edition, here, view, real=True)) == []
