"""What would be silently wrong for a reader is refused, with file and line."""

from pathlib import Path

import pytest

from newsletter.errors import Problems

from .conftest import Write

REFUSED = {
    "set": ("{% set x = reader.city %}", "reader in {% set %}"),
    "set block": ("{% set x %}{{ reader.city }}{% endset %}", "reader in {% set %}"),
    "with": ("{% with x = reader.city %}{{ x }}{% endwith %}", "reader in {% with %}"),
    "for": ("{% for t in reader.tags %}{{ t }}{% endfor %}", "a loop over reader"),
    "for test": ("{% for t in ['a'] if t in reader.tags %}{{ t }}{% endfor %}", "a loop over reader"),
    "do": ("{% do reader.tags.append('x') %}", "reader in {% do %}"),
    "macro": ("{% macro m() %}{{ reader.city }}{% endmacro %}", "reader in a macro"),
    "call of a macro": ("{% macro m(x) %}{{ x }}{% endmacro %}{{ m(reader.city) }}", "m(…) is called with reader"),
    "call block": ("{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}{{ reader.city }}{% endcall %}", "reader in a call of a macro"),
    "filter block": ("{% filter upper %}{{ reader.city }}{% endfilter %}", "reader in a {% filter %} block"),
    "include": ("{% include reader.city %}", "reader in the name of an included file"),
    "import": ("{% import reader.city as x %}", "reader in the name of an imported file"),
    "from import": ("{% from reader.city import x %}", "reader in the name of an imported file"),
    "safe": ("{{ reader.city | safe }}", "| safe on a reader's value"),
    "escape": ("{{ reader.city | e }}", "| e on a reader's value"),
    "attr": ("{{ (reader.city) | attr('upper') }}", "| attr on a reader's value"),
    "brackets": ("{{ reader['city'] }}", "reader[…] is not known"),
    "alone": ("{{ reader }}", "reader stands alone"),
    "printer's quotes": ("{{ reader.first_name | default(“there”, true) }}", "“ is a printer's quotation mark, which means nothing between braces; type the straight ones"),
    "a field alone": ("{{ first_name }}", "'first_name' is undefined; did you mean reader.first_name?"),
    "a capital": ("{{ Reader.city }}", "'Reader' is undefined; did you mean reader?"),
    "unknown field": ("{{ reader.firstname }}", "reader.firstname is unknown; did you mean reader.first_name?"),
    "clinical field": ("{{ reader.diagnosis }}", "reader.diagnosis is unknown; known are first_name"),
    "unknown filter": ("{{ reader.city | capitalise }}", "there is no filter capitalise; did you mean capitalize?"),
    "unknown filter without reader": ("{{ 'x' | zzz }}", "there is no filter zzz; leave it out"),
    "unknown test": ("{{ reader.city is defind }}", "there is no test defind; did you mean defined?"),
    "taken name": ("{% for reader in [1] %}{% endfor %}", "cannot name something else"),
}  # fmt: skip


@pytest.mark.parametrize(("source", "message"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused_with_file_and_line(bare: Write, source: str, message: str) -> None:
    with pytest.raises(Problems) as caught:
        bare(f"One.\n\n{source}\n")
    assert any(
        str(problem).startswith("content/tips.md:10: ") and message in str(problem)
        for problem in caught.value.problems
    )


@pytest.mark.parametrize(("source", "message"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused_in_the_subject_too(bare: Write, source: str, message: str) -> None:
    with pytest.raises(Problems) as caught:
        bare("One.", subject=source)
    assert any(
        str(problem).startswith("content/tips.md:4: ") and message in str(problem)
        for problem in caught.value.problems
    )


def test_a_card_without_an_end_is_told(bare: Write) -> None:
    with pytest.raises(Problems) as error:
        bare("One.\n\n::: note Careful\nTwo.\n\nThree.\n")
    (problem,) = error.value.problems
    assert (problem.line, problem.what) == (
        10,
        "::: note has no end: all that follows stands in it",
    )


def test_whoever_mends_an_article_hears_of_everything_at_once(bare: Write) -> None:
    body = "::: nonsense\n:::\n\n<script>x</script>\n\n{{ reader.frist }}\n\n{{ reader.citty }}\n"
    with pytest.raises(Problems) as caught:
        bare(body, subject="{{ reader.nam }}")
    assert sorted((problem.line, problem.what) for problem in caught.value.problems) == [
        (4, "reader.nam is unknown"),
        (8, "::: nonsense is unknown"),
        (11, "<script> cannot travel in a letter"),
        (13, "reader.frist is unknown"),
        (15, "reader.citty is unknown"),
    ]


@pytest.mark.parametrize(
    ("body", "line", "message"),
    [
        ("One.\n\n{{ reader.city", 10, "{{ is not closed"),
        (
            "One.\n\n{% if reader.city %}\nx",
            11,
            "{% if … %} has no end; write {% endif %} where it ends",
        ),
        (
            "One.\n\n{% if reader.city %}x{% endfor %}",
            10,
            "{% endfor %} stands where {% if … %} has no end; write {% endif %}",
        ),
        ("One.\n\n{{ clinic.nope }}", 10, "10: 'nope' is unknown; use a name that templates know"),
        ("One.\n\n{{ edition.nope }}", 10, "10: 'nope' is unknown; use a name that templates know"),
        ("One.\n\n{{ nobody.knows }}", 10, "'nobody' is undefined"),
        ("One.\n\n{% include 'missing.mjml' %}", 10, "templates/email/missing.mjml is missing"),
        ("One.\n\n{{ 'x' * 100000000 }}", 10, "is only for numbers"),
        (
            "One.\n\n<div>\n{% if reader.city %}\nx\n{% endif %}\n</div>",
            11,
            "stands where Markdown loses it",
        ),
        ("One.\n\n<style>p { color: {{ reader.city }} }</style>", 10, "<style> cannot travel"),
    ],
)
def test_broken_jinja_names_the_articles_line(
    bare: Write, body: str, line: int, message: str
) -> None:
    with pytest.raises(Problems) as caught:
        bare(body)
    assert f"content/tips.md:{line}: " in str(caught.value)
    assert message in str(caught.value)


def test_a_block_without_an_end_is_told_in_the_subject_too(bare: Write) -> None:
    with pytest.raises(Problems) as caught:
        bare("One.", subject="Hi {% if reader.city %}there, all of you")
    assert str(caught.value) == (
        "content/tips.md:4: {% if … %} has no end; write {% endif %} where it ends"
    )


def test_a_template_may_not_put_a_value_into_a_style(write: Write) -> None:
    mjml = (
        '<mjml lang="en" dir="ltr"><mj-head><mj-style>p { color: {{ reader.city }}; }</mj-style></mj-head><mj-body>\n'
        "<mj-section><mj-column><mj-text>x</mj-text></mj-column></mj-section></mj-body></mjml>"
    )
    from newsletter.letter import Reader

    letter = write("x", template="own", templates={"own.mjml": mjml, "own.txt": "x"})
    with pytest.raises(
        Problems, match=r"templates/email/own\.mjml:1: a reader's value stands in a style"
    ):
        letter.personalise(Reader(city="red"))


def test_a_missing_template_is_named(write: Write) -> None:
    with pytest.raises(Problems) as caught:
        write("x", template="nowhere")
    assert str(caught.value).split("\n")[0] == (
        "content/tips.md:6: templates/email/nowhere.mjml is missing; write template: with one of announcement, article, digest, plain, report, welcome"
    )


def test_a_template_in_another_encoding_is_named(write: Write, project: Path) -> None:
    footer = project / "templates" / "email" / "partials" / "footer.txt"
    footer.write_bytes(footer.read_bytes() + "Café".encode("latin-1"))
    line = footer.read_bytes().count(b"\n") + 1
    with pytest.raises(Problems) as caught:
        write("x")
    assert str(caught.value) == (
        f"templates/email/partials/footer.txt:{line}: this is no UTF-8 text; save the template as UTF-8 text"
    )


def test_a_template_without_its_text_twin_is_named(write: Write) -> None:
    with pytest.raises(Problems, match=r"templates/email/own\.txt is missing"):
        write("x", template="own", templates={"own.mjml": "<mjml></mjml>"})
