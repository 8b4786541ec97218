"""What one reader's values look like in each place of a letter."""

import html
import re
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image

from newsletter.letter import MergeProblem, Reader, fill

from .conftest import Write

NAMES = {
    "html": "Bob & Sons <x>",
    "emoji": "Zoë 🏋️‍♀️",
    "accents": "Ünï",
    "long": "Maximiliana-Theodora Alexandrina von Hohenfels-Bartensteins!",
    "placeholder": "mfabcdefabcdefx0hq",
    "markdown": "**bold** _it_ [x](https://evil.example.com) `code` # h",
    "jinja": "{{ 7 * 7 }} {% if x %} {# c #}",
    "provider": "<%asm_group_unsubscribe_raw_url%>",
    "quotes": 'Pat "O\'Brien"',
    "percent": "100% & more?=#",
}

EVERYWHERE = """
Hi {{ reader.first_name }}, welcome.

[your page](https://www.clockworkperform.com/?who={{ reader.first_name }}&a=1)

<span title="for {{ reader.first_name }}">titled</span>
"""


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_name_is_right_in_subject_text_html_attribute_and_url(bare: Write, name: str) -> None:
    letter = bare(EVERYWHERE, subject="{{ reader.first_name }}, tips for your back")
    view = letter.view(Reader(first_name=name))
    shown = view.text.replace("\u200b", "")
    assert view.subject.replace("\u200b", "") == f"{name}, tips for your back"
    assert f"Hi {name}, welcome." in shown
    assert f"Hi {html.escape(name)}, welcome." in view.html
    assert f'title="for {html.escape(name)}"' in view.html
    for part in (html.unescape(view.html), view.text):
        link = re.search(r"https://www\.clockworkperform\.com/\?who=[^\s\"]*", part)
        assert link is not None
        assert parse_qs(urlsplit(link[0]).query) == {"who": [name], "a": ["1"]}


def test_a_value_that_is_one_of_sendgrids_own_tags_does_not_become_one(bare: Write) -> None:
    letter = bare("Hi {{ reader.first_name }}.", subject="For {{ reader.first_name }} only")
    for tag in ("<%asm_preferences_raw_url%>", "[unsubscribe-here]"):
        personal = letter.personalise(Reader(first_name=tag))
        assert tag not in [personal.subject, *personal.substitutions.values()]


@given(
    name=st.text(min_size=1, max_size=40).filter(lambda name: name.strip() and name.isprintable())
)
@hypothesis_settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_printable_name_comes_out_as_it_went_in(bare: Write, name: str) -> None:
    letter = bare("Hi {{ reader.first_name }}!")
    view = letter.view(Reader(first_name=name))
    assert f"Hi {html.escape(name.strip())}!" in view.html


@pytest.mark.parametrize(
    ("expression", "reader", "shown"),
    [
        ('reader.first_name | default("there", true)', Reader(), "there"),
        ('reader.first_name | default("there", true) | upper', Reader(first_name="Ada"), "ADA"),
        ('reader.first_name or "friend"', Reader(), "friend"),
        (
            '"neighbour" if reader.city == "New Orleans" else "friend"',
            Reader(city="New Orleans"),
            "neighbour",
        ),
        ('reader.names | join(" and ")', Reader(names=("Ada", "Gus")), "Ada and Gus"),
        ("reader.tags", Reader(tags=("a", "b")), "a, b"),
        ('reader.signed_up.strftime("%B %Y")', Reader(signed_up=date(2026, 3, 1)), "March 2026"),
        ("reader.first_name[0]", Reader(first_name="Ada"), "A"),
        (
            "clinic.name ~ ', ' ~ reader.first_name",
            Reader(first_name="Ada"),
            "Clockwork Perform, Ada",
        ),
        ("reader.first_name.upper()", Reader(first_name="Ada"), "ADA"),
    ],
)
def test_any_expression_and_filter_works(
    bare: Write, expression: str, reader: Reader, shown: str
) -> None:
    view = bare(f"Hi {{{{ {expression} }}}}!").view(reader)
    assert f"Hi {shown}!" in view.html
    assert view.text == f"Hi {shown}!\n"


def test_an_empty_name_without_a_default_is_a_problem_with_its_line(bare: Write) -> None:
    letter = bare("Hello.\n\nHi {{ reader.first_name }}!")
    with pytest.raises(
        MergeProblem, match=r"content/tips\.md:10: a reader's value is empty here; .*default"
    ):
        letter.personalise(Reader())


@pytest.mark.parametrize(
    "hollow",
    [
        'default("", true)',
        "default('')",
        "d(default_value='', boolean=true)",
        "default(boolean=true)",
        'default("there")',  # without true Jinja writes it for what is undefined only
        'default("there", false)',
    ],
)
def test_a_default_that_writes_nothing_is_none(bare: Write, hollow: str) -> None:
    letter = bare(f"Hi {{{{ reader.first_name | {hollow} }}}},", subject="Three tips")
    with pytest.raises(MergeProblem, match=r"content/tips\.md:8: a reader's value is empty here"):
        letter.personalise(Reader())
    assert letter.view(Reader(first_name="Ada")).text == "Hi Ada,\n"


@pytest.mark.parametrize(
    "hollow", ['reader.first_name | default("", true)', 'reader.first_name or ""']
)
def test_a_subject_with_an_empty_default_has_a_hole(bare: Write, hollow: str) -> None:
    letter = bare("Hello.", subject=f"For {{{{ {hollow} }}}}")
    with pytest.raises(MergeProblem, match="the subject cannot be written"):
        letter.personalise(Reader())


def test_a_part_of_a_link_may_stay_empty(bare: Write) -> None:
    letter = bare(
        '[Go](https://www.clockworkperform.com/?city={{ reader.city | default("", true) }})'
    )
    assert "?city=" in letter.view(Reader()).text


def test_a_hole_in_a_part_that_the_reader_does_not_see_is_none(bare: Write) -> None:
    letter = bare("{% if reader.first_name %}\nHi {{ reader.first_name }}!\n{% endif %}\n\nBye.")
    assert letter.view(Reader()).text == "Bye.\n"


def test_an_expression_that_fails_for_a_reader_names_its_line(bare: Write) -> None:
    letter = bare(
        'Since {{ reader.signed_up.strftime("%Y") }} {{ reader.first_name | default("x", true) }}.'
    )
    with pytest.raises(MergeProblem, match=r"content/tips\.md:8: .* cannot be worked out"):
        letter.personalise(Reader())


def test_a_value_in_a_link_that_is_written_in_capitals_is_encoded_in_the_text(
    bare: Write,
) -> None:
    letter = bare("Go to HTTPS://www.clockworkperform.com/?n={{ reader.first_name }} now")
    assert "/?n=Anna%20%26%20Bo now" in letter.view(Reader(first_name="Anna & Bo")).text


def test_values_urlencoded_by_the_author_are_not_encoded_twice(bare: Write) -> None:
    letter = bare("[go](https://www.clockworkperform.com/?n={{ reader.first_name | urlencode }})")
    assert "?n=B%20%26%20C" in letter.view(Reader(first_name="B & C")).html


def test_a_button_may_carry_a_value_in_its_link(bare: Write) -> None:
    body = '[Go](https://www.clockworkperform.com/?city={{ reader.city | default("", true) | urlencode }}){.button}'
    letter = bare(body)
    assert (
        'href="https://www.clockworkperform.com/?city=New%20Orleans"'
        in letter.view(Reader(city="New Orleans")).html
    )


def test_a_picture_may_be_described_with_a_value(bare: Write, project: Path) -> None:
    Image.new("RGB", (100, 50)).save(project / "content" / "you.png")
    letter = bare('![For {{ reader.first_name | default("you", true) }} & more](you.png)')
    assert 'alt="For Bob &quot;B&quot; &amp; Co &amp; more"' in (
        letter.view(Reader(first_name='Bob "B" & Co')).html
    )
    assert letter.view(Reader()).text == "[For you & more]\n"


def test_a_whole_link_must_be_http(bare: Write) -> None:
    letter = bare("[page]({{ reader.preferences_url }})", tag=None)
    good = letter.view(Reader(preferences_url="https://news.example.com/p/1?a=1&b=2"))
    assert 'href="https://news.example.com/p/1?a=1&amp;b=2"' in good.html
    for wrong in ("javascript:alert(1)", "news.example.com", "https://a b"):
        with pytest.raises(MergeProblem, match="stands as a link here and is none"):
            letter.personalise(Reader(preferences_url=wrong))


def test_the_provider_puts_its_own_unsubscribe_link_in(write: Write) -> None:
    letter = write("Hello.")
    personal = letter.personalise(Reader(unsubscribe_url="[unsubscribe-here]"))
    assert personal.substitutions == {}
    assert 'href="[unsubscribe-here]"' in letter.variant(0).html
    assert "Unsubscribe: [unsubscribe-here]" in letter.variant(0).text


def test_more_than_ten_thousand_bytes_are_refused_before_sendgrid_does(bare: Write) -> None:
    letter = bare("{{ reader.first_name }}")
    with pytest.raises(MergeProblem, match=r"SendGrid takes 10,000"):
        letter.personalise(Reader(first_name="x" * 6000))


@pytest.mark.parametrize(
    ("subject", "reader", "message"),
    [
        ("{{ reader.first_name }}", Reader(), "a reader's value is empty"),
        (
            "{% if reader.city %}News from {{ reader.city }}{% endif %}",
            Reader(),
            "the subject is empty",
        ),
    ],
)
def test_a_subject_that_cannot_be_written_is_a_problem(
    bare: Write, subject: str, reader: Reader, message: str
) -> None:
    with pytest.raises(MergeProblem, match=rf"content/tips\.md:4: .*{message}"):
        bare("Hello.", subject=subject).personalise(reader)


def test_conditions_in_the_subject_make_no_variants(bare: Write) -> None:
    letter = bare(
        "Hello.",
        subject="{% if reader.city %}News for {{ reader.city }}{% else %}News for you{% endif %}",
    )
    assert [letter.personalise(Reader(city=city)).subject for city in ("", "Gretna")] == [
        "News for you",
        "News for Gretna",
    ]
    assert letter.compiled == 1


def test_filling_replaces_each_word_once() -> None:
    assert fill("a1 a2", {"a1": "a2", "a2": "b"}) == "a2 b"
    assert fill("as it is", {}) == "as it is"


def test_a_preheader_counts_as_it_stands(write: Write) -> None:
    said = "Keep it <120 & <b>well</b></mj-text>, {{ reader.first_name | default('you', true) }}"
    view = write("Walk.", preheader=said).view(Reader(first_name="A<B"))
    assert view.text.startswith("Keep it <120 & <b>well</b></mj-text>, A<B\n")
    assert (
        "Keep it &lt;120 &amp; &lt;b&gt;well&lt;/b&gt;&lt;/mj-text&gt;, A&lt;B</div>" in view.html
    )
