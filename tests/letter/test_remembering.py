"""What is remembered from one reader to the next, and what is worked out for each."""

import pytest

from newsletter.letter.held import READING
from newsletter.letter.reader import Reader
from newsletter.letter.remembering import MOST, fields_of, remembered

READS = {
    "reader.city": ("city",),
    "reader.first_name or reader.city": ("city", "first_name"),
    "reader.first_name.title()": ("first_name",),
    "(reader.first_name | upper).strip()": ("first_name",),
    "reader.tags | join(', ') if reader.city else 'x'": ("city", "tags"),
    "'the same for all'": (),
    "['a', 'b'] | random": None,
    "reader.city ~ (range(9) | random)": None,
    "reader.city ~ turns.next()": None,
    "lipsum() ~ reader.city": None,
}


@pytest.mark.parametrize(("expression", "fields"), READS.items(), ids=READS)
def test_the_fields_that_are_looked_at(expression: str, fields: tuple[str, ...] | None) -> None:
    assert fields_of(READING.parse("{{ " + expression + " }}")) == fields


def test_readers_who_are_alike_in_them_share_what_came_out() -> None:
    asked: list[Reader] = []

    def work(reader: Reader) -> str:
        asked.append(reader)
        return reader.city.upper()

    ada, ben = Reader(first_name="Ada", city="Gretna"), Reader(first_name="Ben", city="Gretna")
    cleo = Reader(first_name="Cleo", city="Kenner")
    city = remembered(work, ("city",))
    assert [city(reader) for reader in (ada, ben, cleo, ada)] == [
        "GRETNA",
        "GRETNA",
        "KENNER",
        "GRETNA",
    ]
    assert asked == [ada, cleo]
    each = remembered(work, None)
    assert [each(reader) for reader in (ada, ben)] == ["GRETNA", "GRETNA"]
    assert asked == [ada, cleo, ada, ben]


def test_it_does_not_grow_with_the_number_of_readers() -> None:
    asked = 0

    def work(reader: Reader) -> str:
        nonlocal asked
        asked += 1
        return reader.city

    city = remembered(work, ("city",))
    for number in range(MOST + 1):
        city(Reader(city=str(number)))
    assert asked == MOST + 1
    city(Reader(city=str(MOST)))
    assert asked == MOST + 1
    city(Reader(city="0"))
    assert asked == MOST + 2
