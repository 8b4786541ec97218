"""Addresses: the fast way never accepts what email-validator refuses."""

import random
from collections.abc import Iterator

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.audience import is_sample, read_address
from newsletter.audience.address import is_plain_local, plain_host, read_addresses

PIECES = st.text(alphabet="abcXYZ019-_'+.@ü ", max_size=30)


@given(local=PIECES, domain=PIECES)
@settings(max_examples=300)
def test_whatever_the_fast_way_accepts_email_validator_accepts_alike(
    local: str, domain: str
) -> None:
    written = f"{local}@{domain}"
    if is_plain_local(local) and plain_host(domain) and len(written) <= 254:
        assert (
            validate_email(written, check_deliverability=False, strict=True).normalized
            == read_address(written).address
        )


@pytest.mark.parametrize(
    ("cell", "address", "key"),
    [
        ("Ada@Example.COM", "Ada@example.com", "ada@example.com"),
        (" ada@example.com\u00a0", "ada@example.com", "ada@example.com"),
        ("Ada F <ada@example.com>", "ada@example.com", "ada@example.com"),
        ("Ada (at home) <ada@example.com> (old)", "ada@example.com", "ada@example.com"),
        ('"Ada <3 yoga" <ada@example.com>', "ada@example.com", "ada@example.com"),
        ("<ada@example.com", "ada@example.com", "ada@example.com"),
        ("zoé@example.com", "zoé@example.com", "zoé@example.com"),
        ("ada+news@example.com", "ada+news@example.com", "ada+news@example.com"),
    ],
)
def test_an_address_keeps_its_spelling_and_compares_in_lower_case(
    cell: str, address: str, key: str
) -> None:
    read = read_address(cell)
    assert (read.address, read.key) == (address, key)


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "  ",
        "ada",
        "ada@",
        "@example.com",
        "a@b@example.com",
        "a..b@example.com",
        "a@localhost",
        "<>",
        "(" * 900 + "<@",
        "\\@\u201c[.\x1c<(\ra",
        '<"(([@[\u2028\u201c(@<a[',
    ],
)
def test_what_is_no_address_is_told_in_words(cell: str) -> None:
    with pytest.raises(ValueError, match=r"is no address|there is no address"):
        read_address(cell)


@pytest.mark.parametrize(
    ("address", "made_up"),
    [
        ("a@example.com", True),
        ("a@mail.example.org", True),
        ("a@clinic.example", True),
        ("a@something.test", True),
        ("a@notexample.com", False),
        ("a@clockworkperform.com", False),
    ],
)
def test_made_up_addresses_are_known(address: str, made_up: bool) -> None:
    assert is_sample(address) is made_up


LOCALS = [
    "ada", "ada.fontenot", "Ada+news", "o'neill", "a_b-c", ".ada", "ada.", "a..b", "zoé", "用户", '"ada b"', "",
    "a" * 64, "a" * 65, "a b", "a@b", "a/b", "ADA", "a'", "-", "_", "+", "%", "a\u00a0b", "(x)a", "a" * 200,
]  # fmt: skip
LABELS = [
    "example", "EXAMPLE", "münchen", "xn--mnchen-3ya", "ab--cd", "-a", "a-", "a" * 63, "a" * 64, "", "a_b", "1",
    "127", "local", "test", "invalid", "localhost", "onion", "arpa", "com", "org", "c", "co1", "xn--a", "é", "a b",
]  # fmt: skip


def varied(number: int) -> Iterator[str]:
    """Addresses from parts that are right, wrong and odd, some with a slip in them."""
    some = random.Random(11)
    signs = "abz09.-_+'@ é\u200b"
    for _time in range(number):
        host = ".".join(some.choices(LABELS, k=some.choice((1, 2, 2, 2, 3, 4))))
        address = f"{some.choice(LOCALS)}@{host}"
        if some.random() < 0.3:
            at = some.randrange(len(address) + 1)
            address = address[:at] + some.choice(signs) + address[at + some.randrange(2) :]
        yield address


def disagreements(number: int) -> tuple[list[str], int]:
    """Addresses that the fast way takes otherwise than email-validator, and how many it took."""
    wrong, fast = [], 0
    for address in varied(number):
        local, _, domain = address.partition("@")
        if not (is_plain_local(local) and plain_host(domain) and len(address) <= 254):
            continue
        fast += 1
        try:
            asked = validate_email(address, check_deliverability=False, strict=True).normalized
        except EmailNotValidError as error:
            asked = str(error)
        if asked != read_address(address).address:
            wrong.append(address)
    return wrong, fast


def test_the_two_ways_agree_on_many_odd_addresses() -> None:
    wrong, fast = disagreements(20_000)
    assert wrong == []
    assert fast > 500


@pytest.mark.slow
def test_the_two_ways_agree_on_a_million_odd_addresses() -> None:
    wrong, fast = disagreements(1_000_000)
    assert wrong == []
    assert fast > 25_000


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("a@example.com; b@example.org", ["a@example.com", "b@example.org"]),
        ("Ada <a@example.com>, Gus <b@example.org>", ["a@example.com", "b@example.org"]),
        ("a@example.com / A@example.com", ["a@example.com"]),
        ("a@example.com", ["a@example.com"]),
        ("mailto:a@example.com?subject=hi", ["a@example.com"]),
        ("a＠example.com", ["a@example.com"]),
        ("<a@example.com>,", ["a@example.com"]),
        ("'a@example.com'.", ["a@example.com"]),
    ],
)
def test_several_addresses_in_a_cell_are_told_apart(cell: str, found: list[str]) -> None:
    assert [address.address for address in read_addresses(cell)] in (found, found[::-1])


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("a" * 3000, "more than 2,000 letters"),
        (" ".join(f"a{n}@example.com" for n in range(30)), "more than 20 addresses"),
        ("a@" + "b" * 300 + ".com", "it is too long"),
        ("a@example.com; b@", "is no address"),
    ],
)
def test_what_no_cell_of_a_list_holds_is_refused(cell: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_addresses(cell)
