"""Each rule: what triggers it and nothing else, and what only comes near."""

import pytest

from newsletter.checks import RULES, Draft, check
from tests.checks.near_misses import NEAR
from tests.checks.spoiling import Change, added, body, both, edited
from tests.checks.triggers import TRIGGERS


def cases(table: dict[str, dict[str, object]]) -> list[object]:
    return [
        pytest.param(rule, case, id=f"{rule}: {name}")
        for rule, named in table.items()
        for name, case in named.items()
    ]


def test_every_rule_has_what_triggers_it_and_what_comes_near() -> None:
    assert set(TRIGGERS) == set(NEAR) == set(RULES)


def test_the_good_letter_has_no_findings(good: Draft) -> None:
    assert check(good) == []


@pytest.mark.parametrize(("rule", "case"), cases(TRIGGERS))  # type: ignore[arg-type]
def test_a_rule_is_triggered_alone(good: Draft, rule: str, case: tuple[Change, str]) -> None:
    change, severity = case
    found = check(change(good))
    assert {(finding.rule, finding.severity) for finding in found} == {(rule, severity)}, found


@pytest.mark.parametrize(("rule", "change"), cases(NEAR))  # type: ignore[arg-type]
def test_a_near_miss_is_none(good: Draft, rule: str, change: Change) -> None:
    assert check(change(good)) == []


def test_signs_of_one_kind_are_told_once_with_all_their_lines(good: Draft) -> None:
    first = good.edition.body_line + good.edition.body.count("\n") + 2
    (finding,) = check(body("\n\n•\tOne\n\n•\tTwo\n")(good))
    assert finding.line == first
    assert finding.sentence.endswith(f"run together (also on line {first + 2})")


@pytest.mark.parametrize(
    "html",
    ["<table><tr><td>Words</td></tr></table>", "<ul><p>One</p></ul>", "<div><li>One</li></div>"],
)
def test_what_the_article_writes_in_html_is_told_there(good: Draft, html: str) -> None:
    (finding,) = check(both(body(f"\n\n{html}\n"), added(html))(good))
    line = good.edition.body_line + good.edition.body.count("\n") + 2
    assert (finding.path, finding.line) == (good.edition.name, line)
    assert "Markdown" in finding.cure


def test_an_empty_heading_is_told_with_its_line(good: Draft) -> None:
    more = "\n\n::: note\nHello.\n:::\n\n##\n"
    (finding,) = check(both(body(more), added("<h2></h2>"))(good))
    assert finding.rule == "a11y/headings"
    assert finding.line == good.edition.body_line + good.edition.body.count("\n") + 6


def test_whatever_was_left_unfinished_is_told_with_all_its_lines(good: Draft) -> None:
    spoilt = both(body("\n\nTODO one\n\nTODO two\n"), edited(preheader="TODO say it."))
    (finding,) = [
        found
        for found in check(both(spoilt, added("<p>TODO</p>"))(good))
        if "TODO" in found.sentence
    ]
    first = good.edition.body_line + good.edition.body.count("\n") + 2
    assert finding.line == good.edition.lines["preheader"]
    assert finding.sentence.endswith(f"(also on line {first}, {first + 2})")
