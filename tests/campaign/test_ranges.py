"""Cutting runs of recipients into requests."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.campaign.ranges import Run, gaps, halves, most_people, overlap, whole_variant


@given(
    st.integers(1, 60),
    st.lists(st.tuples(st.integers(1, 60), st.integers(0, 9)), max_size=5),
)
def test_gaps_and_what_is_taken_hold_everybody_once(
    size: int, starts: list[tuple[int, int]]
) -> None:
    whole = whole_variant(0, size)
    taken = [(start, start + length) for start, length in starts]
    pieces = [*gaps(whole, taken)]
    people = [seq for piece in pieces for seq in range(piece.first, piece.last + 1)]
    gone = {seq for first, last in taken for seq in range(first, last + 1)}
    assert people == [seq for seq in range(1, size + 1) if seq not in gone]
    assert all(piece.size for piece in pieces)


RUNS = st.builds(
    lambda variant, first, more: Run(variant, first, first + more),
    st.integers(0, 1),
    st.integers(1, 30),
    st.integers(0, 9),
)


@given(st.lists(RUNS, max_size=5))
def test_runs_overlap_where_somebody_is_in_two_of_them(runs: list[Run]) -> None:
    people = [(run.variant, seq) for run in runs for seq in range(run.first, run.last + 1)]
    assert overlap(runs) == (len({*people}) < len(people))


@pytest.mark.parametrize(
    ("letter", "largest", "most"),
    [(60_000, 900, 1000), (60_000, 11_000, 1000), (60_000, 40_000, 498), (30_000_000, 900, 1)],
)
def test_a_request_stays_below_what_sendgrid_takes(letter: int, largest: int, most: int) -> None:
    assert most_people(letter, largest) == most


def test_one_person_cannot_be_halved() -> None:
    assert halves(Run(2, 5, 9)) == (Run(2, 5, 7), Run(2, 8, 9))
    with pytest.raises(ValueError, match="one person"):
        halves(Run(0, 5, 5))
