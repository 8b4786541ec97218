"""Whom a letter greets where several people share an address."""

from datetime import date
from pathlib import Path

import pytest

from newsletter.audience import people
from newsletter.audience.merge import merge_lists
from newsletter.campaign import as_family, reader_of
from newsletter.store import Store

ROWS = {
    "nobody called": ([","], "en", ""),
    "one person": (["Ana,Ruiz"], "en", "Ana"),
    "a last name alone": ([",Ruiz"], "en", ""),
    "two people": (["Ben,Ruiz", "Ana,Ruiz"], "en", "Ana and Ben"),
    "three people": (["Ben,Ruiz", "Ana,Ruiz", "Cleo,Guidry"], "en", "Ana, Ben, and Cleo"),
    "two of one first name": (["Ana,Ruiz", "Ana,Guidry"], "en", "Ana"),
    "no family": ([f"Ana{number},Ruiz" for number in range(9)], "en", ""),
    "one twice": (["Ana,Ruiz", "ANA,RUIZ"], "en", "Ana"),
    "two last names alone": ([",Ruiz", ",Guidry"], "en", ""),
    "in Spanish": (["Ana,Ruiz", "Ben,Ruiz"], "es-MX", "Ana y Ben"),
    "in French": (["Ana,Ruiz", "Ben,Ruiz"], "fr", "Ana et Ben"),
    "as the list joins them": (["Ana & Ben,Ruiz"], "en", "Ana & Ben"),
}


@pytest.mark.parametrize(("names", "language", "greeted"), ROWS.values(), ids=ROWS)
def test_a_family_is_called_by_all_its_first_names(
    project: Path, store: Store, names: list[str], language: str, greeted: str
) -> None:
    path = project / "subscribers" / "list.csv"
    path.write_text(
        "Email,First name,Last name\n" + "".join(f"us@example.com,{name}\n" for name in names)
    )
    path.with_suffix(".toml").write_text('[list]\nconsent = "confirmed"\nsource = "form"\n')
    merge_lists(store, [path], project, now=1_790_000_000)
    with store.read() as connection:
        (person,) = people(connection, (), samples=True, today=date(2026, 11, 26))
    together = reader_of(as_family(person, language), None, 0)
    assert together.first_name == greeted
