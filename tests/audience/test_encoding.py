"""Encodings: told by marks, by what is valid, and by what looks like names."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.audience.encoding import BLOCK, lines, scan
from newsletter.audience.place import NoList

NAMES = "Noël Renée François Hélène Jürgen Peña Muñoz O’Neill García Thérèse Müller André".split()


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman", "cp850", "utf-8", "utf-16"])
@given(some=st.lists(st.sampled_from(NAMES), min_size=3, max_size=8, unique=True))
@settings(max_examples=40)
def test_a_list_of_a_few_names_is_read_as_it_was_written(encoding: str, some: list[str]) -> None:
    """With an é among them: the ç and ë of DOS alone could as well be the á and â of a Mac."""
    some = ["Zoé", *some]
    if encoding == "cp850":
        some = [name.replace("’", "'") for name in some]
    text = "Email,Name\n" + "".join(f"p{n}@example.com,{name}\n" for n, name in enumerate(some))
    content = text.encode(encoding)
    found = scan(io.BytesIO(content))
    read = "".join(line for block in lines(io.BytesIO(content), found.encoding) for line in block)
    assert read == text


def test_what_is_no_western_text_is_asked_of_a_library() -> None:
    text = "Email,Имя\n" + "a@example.com,Анна Каренина пишет письмо своей подруге\n" * 20
    assert scan(io.BytesIO(text.encode("cp1251"))).encoding in ("cp1251", "mac_cyrillic")


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_few_broken_letters_are_counted_and_the_rest_stays_utf8(mark: bytes) -> None:
    text = mark + b"Email,Name\n" + "a@example.com,Zoé\n".encode() * 40
    found = scan(io.BytesIO(text + "b@example.com,Zoé\n".encode("cp1252") + b"c@example.com,C\n"))
    assert (found.encoding, found.broken) == ("utf-8-sig" if mark else "utf-8", 1)


@pytest.mark.parametrize("shift", range(4))
def test_a_letter_across_two_blocks_is_one_letter(shift: int) -> None:
    text = b"x" * (BLOCK - 20) + b"\n" + b"y" * (16 + shift) + "é\n".encode() * 30
    assert scan(io.BytesIO(text)).broken == 0
    cut = text[: BLOCK + shift - 2] + b"a\n" + b"plain\n" * 5
    assert scan(io.BytesIO(cut)).encoding in ("utf-8", "cp1252")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "the file is empty"),
        (b"\xef\xbb\xbf\r\n ,;\n", "the file is empty"),
        (b"Email\n\0\0\0\1", "this is no text file"),
        (b"a\n" + b"x" * 1_100_000, "a line of more than a megabyte"),
    ],
)
def test_what_is_no_text_is_said(content: bytes, told: str) -> None:
    with pytest.raises(NoList, match=told):
        scan(io.BytesIO(content))


def test_a_wrong_encoding_is_said() -> None:
    with pytest.raises(NoList, match="this is not written in UTF-16"):
        list(lines(io.BytesIO(b"Email\na@example.com\n"), "utf-16"))
