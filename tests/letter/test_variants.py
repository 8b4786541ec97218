"""Parts of a letter that depend on the reader."""

import itertools

import pytest

from newsletter.errors import Problems
from newsletter.letter import Reader

from .conftest import Write

NESTED = """
{% if reader.city == "New Orleans" %}
Near us.
{% if "strength" in reader.tags %}
Near and strong.
{% endif %}
{% else %}
Far away.
{% endif %}

{% if reader.language == "fr" %}
Bonjour.
{% endif %}
"""


def test_five_combinations_compile_five_times_whatever_the_size_of_the_audience(
    bare: Write,
) -> None:
    letter = bare(NESTED)
    kinds = [
        Reader(city="New Orleans", tags=("strength",), language="fr"),
        Reader(city="New Orleans", tags=("strength",)),
        Reader(city="New Orleans"),
        Reader(city="Gretna", language="fr"),
        Reader(city="Gretna"),
    ]
    numbers = [
        letter.personalise(reader).variant
        for reader in itertools.islice(itertools.cycle(kinds), 5000)
    ]
    assert letter.compiled == 5
    assert sorted(set(numbers)) == [0, 1, 2, 3, 4]
    assert letter.view(kinds[0]).text == "Near us.\n\nNear and strong.\n\nBonjour.\n"
    assert letter.view(kinds[4]).text == "Far away.\n"


def test_a_question_behind_another_is_asked_only_of_those_it_concerns(bare: Write) -> None:
    letter = bare(NESTED)
    letter.personalise(Reader(city="Gretna", tags=("strength",)))
    letter.personalise(Reader(city="Gretna"))
    assert letter.compiled == 1


def test_elif_and_conditions_inside_a_line(bare: Write) -> None:
    letter = bare(
        "You{% if reader.city == 'A' %} from A{% elif reader.city == 'B' %} from B{% endif %} there."
    )
    assert [letter.view(Reader(city=city)).text for city in "ABC"] == [
        "You from A there.\n",
        "You from B there.\n",
        "You there.\n",
    ]


def test_a_condition_may_stand_around_whole_sections_of_a_template(write: Write) -> None:
    mjml = (
        '<mjml lang="en" dir="ltr"><mj-body>{% if reader.tags %}<mj-section><mj-column><mj-text>tagged</mj-text>'
        "</mj-column></mj-section>{% endif %}<mj-section><mj-column><mj-text>all</mj-text></mj-column></mj-section>"
        "</mj-body></mjml>"
    )
    letter = write("x", template="own", templates={"own.mjml": mjml, "own.txt": "all"})
    assert "tagged" in letter.view(Reader(tags=("a",))).html
    assert "tagged" not in letter.view(Reader()).html


LOOP = """
{% for tag in ["yoga", "running", "strength"] %}
{% if tag in reader.tags %}
You like {{ tag }}, number {{ loop.index }}.
{% endif %}
{% endfor %}

Yours: {% for tag in ["yoga", "running"] %}{{ loop.index ~ tag if tag in reader.tags else "-" }} {% endfor %}
"""


def test_loops_that_mention_the_reader_inside_are_right(bare: Write) -> None:
    letter = bare(LOOP)
    assert letter.view(Reader(tags=("strength", "yoga"))).text == (
        "You like yoga, number 1.\n\nYou like strength, number 3.\n\nYours: 1yoga -\n"
    )
    assert (
        letter.view(Reader(tags=("running",))).text
        == "You like running, number 2.\n\nYours: - 2running\n"
    )


def test_more_than_64_variants_name_the_conditions(bare: Write) -> None:
    body = "\n\n".join(f"{{% if '{n}' in reader.tags %}}\nn{n}\n{{% endif %}}" for n in range(7))
    letter = bare(body)
    subsets = [tags for size in range(8) for tags in itertools.combinations("0123456", size)]
    for tags in subsets[:64]:
        letter.personalise(Reader(tags=tags))
    with pytest.raises(Problems, match=r"content/tips\.md:8: .*more than 64 different") as caught:
        letter.personalise(Reader(tags=subsets[64]))
    assert len(caught.value.problems) == 7


def test_the_digest_tells_letters_apart_and_nothing_else(write: Write) -> None:
    one, same, other = write("Hello."), write("Hello."), write("Hello!")
    assert one.digest == same.digest
    assert one.digest != other.digest
    assert one.digest != write("Hello.", tag=None).digest


@pytest.mark.parametrize(
    ("body", "near", "far"),
    [
        (
            '- all\n\n  {% if reader.city == "Gretna" %}\n\n  near *us*\n\n  {% else %}\n\n  far\n\n  {% endif %}\n\n- too\n',
            "- all\n  near us\n- too\n",
            "- all\n  far\n- too\n",
        ),
        (
            '- all\n  {% if reader.city == "Gretna" %}\n  - near\n  {% endif %}\n- too\n',
            "- all\n  - near\n- too\n",
            "- all\n- too\n",
        ),
        (
            '> all\n>\n> {% if reader.city == "Gretna" %}\n>\n> near\n>\n> {% endif %}\n>\n> too\n',
            "> all\n> near\n> too\n",
            "> all\n> too\n",
        ),
    ],
)
def test_a_condition_inside_a_list_or_a_quotation_holds_in_both_parts(
    bare: Write, body: str, near: str, far: str
) -> None:
    letter = bare(body)
    for city, text, unseen in (("Gretna", near, "far"), ("Kenner", far, "near")):
        view = letter.view(Reader(city=city))
        assert view.text == text
        assert unseen not in view.html
