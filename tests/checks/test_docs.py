"""docs/checks.md has every rule as it is, and the accessibility rules cover the Email Markup Consortium's list."""

from pathlib import Path

from newsletter.checks import RULES, area, table

DOCS = (Path(__file__).parents[2] / "docs" / "checks.md").read_text(encoding="utf-8")

EMC = {
    "dir on what is in the body": "a11y/lang-dir",
    "lang on what is in the body": "a11y/lang-dir",
    "lang and dir on <html>": "a11y/lang-dir",
    "layout tables have a role": "a11y/table-role",
    "links have discernible text": "a11y/link-name",
    "colours contrast": "a11y/contrast",
    "pictures have alternatives": "a11y/alt",
    "the document has a title": "a11y/title",
    "link text is descriptive": "link/text",
    "links differ by more than colour": "a11y/link-colour",
    "headings: an h1, in order, not empty": "a11y/headings",
    "the letter can be enlarged": "a11y/zoom",
    "lists hold items, items stand in lists": "a11y/lists",
    "roles and attributes exist": "a11y/aria",
    "nothing blinks, scrolls or plays": "a11y/moving",
    "all else that axe calls serious or critical": "a11y/axe",
}
"""The points of its reports of 2025 and 2026 that are serious or critical, and those that axe-core ranks so."""

MILD = {"a11y/title", "a11y/headings", "a11y/link-colour", "link/text"}
"""Where a person may judge otherwise; the others keep a letter back."""


def test_the_table_of_rules_is_the_registrys() -> None:
    assert table() in DOCS
    assert f"{len(RULES)} rules." in DOCS


def test_every_rule_has_an_area_a_sentence_and_a_source() -> None:
    for rule in RULES.values():
        assert area(rule.id)
        assert rule.what
        assert rule.source
        assert rule.severity in {"error", "warning", "info"}


def test_every_serious_or_critical_point_of_the_consortium_has_a_rule() -> None:
    assert set(EMC.values()) <= set(RULES)
    assert {RULES[name].severity for name in set(EMC.values()) - MILD} == {"error"}
