"""Addresses: the fast way never accepts what email-validator refuses."""

import pytest
from email_validator import validate_email
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.audience import is_sample, read_address
from newsletter.audience.address import LOCAL, plain_host

PIECES = st.text(alphabet="abcXYZ019-_'+.@ü ", max_size=30)


@given(local=PIECES, domain=PIECES)
@settings(max_examples=300, deadline=None)
def test_whatever_the_fast_way_accepts_email_validator_accepts_alike(
    local: str, domain: str
) -> None:
    written = f"{local}@{domain}"
    if LOCAL.match(local) and plain_host(domain) and len(written) <= 254:
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
