"""A large text is read in parts by several processes: what comes of it is what one reader finds."""

import codecs
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.audience import split, stage
from newsletter.audience.erased import Erased
from newsletter.audience.examining import examined
from newsletter.audience.stage import Piece, Share, _parts

HEAD = "Email,First name,City\n"
PLAIN = "".join(f"ada{n}@example.com,Ada,Gretna\n" for n in range(40))
MANY_LINES = "".join(f'bo{n}@example.com,Bo,"New\nOrleans"\n' for n in range(40))


def read(share: Share) -> tuple[list[str], list[str]]:
    """The taken rows in order, and the rejected ones."""
    return told([stage.stage(share)])


def told(pieces: list[Piece]) -> tuple[list[str], list[str]]:
    rows = sorted(chain.from_iterable(run.open() for piece in pieces for run in piece.runs))
    rejects = [piece.rejects.read_text() for piece in pieces if piece.rejects is not None]
    return rows, "".join(rejects).splitlines()


def in_parts(share: Share, number: int) -> tuple[int, list[Piece]]:
    shares = _parts(share, number)
    return len(shares), [*map(stage.stage, shares)]


@pytest.fixture
def whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Whole":
    monkeypatch.setattr(stage, "LARGE", 0)
    monkeypatch.setattr(split, "BLOCK", 50)
    return Whole(tmp_path)


class Whole:
    """A list in the project, as one process is given it to read."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.number = 0

    def __call__(self, content: bytes) -> Share:
        self.number += 1
        path = self.root / "subscribers" / "desk.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        (file,) = examined([path], self.root)
        return Share(file, 0, Erased(), "2026-11-26", self.root / f"{self.number}")


@pytest.mark.parametrize(
    ("content", "number"),
    [
        ((HEAD + PLAIN).encode(), 4),
        ((HEAD + PLAIN).replace("\n", "\r\n").encode(), 4),
        (codecs.BOM_UTF8 + (HEAD + PLAIN + "\ufeffzoë@example.com,Zoë,\n").encode(), 4),
        ((HEAD + PLAIN.replace("Ada", "Zoë")).encode("cp1252"), 4),
        ((HEAD + PLAIN + "nobody,,\nzoe@example.com,Zoe").encode(), 4),
        ((HEAD + "\n" + PLAIN + "\n\n\n").encode(), 4),
        ((HEAD + PLAIN).replace("\n", "\r").encode(), 1),  # such lines are not counted
        ((HEAD + PLAIN).encode("utf-16"), 1),
        (("The list of the desk\n\n" * 9 + HEAD + "ada@example.com,,\n").encode(), 1),
    ],
)
def test_what_several_read_is_what_one_reads(content: bytes, number: int, whole: Whole) -> None:
    shares, pieces = in_parts(whole(content), 4)
    assert shares == number
    assert not any(piece.entangled for piece in pieces)
    assert told(pieces) == read(whole(content))


@pytest.mark.parametrize(
    "rows",
    [
        PLAIN + "zoe@example.com,Zoe,Gretna 5'\" north\n" + PLAIN,
        PLAIN + 'zoe@example.com,Zoe,"Gret"na\n' + PLAIN,
        PLAIN + 'zoe@example.com,Zoe,"Gretna\n' + PLAIN,
        MANY_LINES,
    ],
)
def test_a_list_whose_quotation_marks_are_wrong_is_read_in_one_piece(
    rows: str, whole: Whole
) -> None:
    share = whole((HEAD + rows).encode())
    _number, pieces = in_parts(share, 4)
    alone = read(replace(share, room=share.room.with_name("alone")))
    assert any(piece.entangled for piece in pieces) or told(pieces) == alone


def test_what_is_entangled_is_read_again_in_one_piece(whole: Whole) -> None:
    share = whole((HEAD + PLAIN + 'zoe@example.com,Zoe,"Gret"na\n' + PLAIN).encode())
    with stage.staged([share.file], Erased(), 1_790_000_000, whole.root / "room") as staging:
        (list_read,) = staging.lists
        assert [piece.part for piece in list_read.pieces] == [None]
        assert (list_read.rows, list_read.rejected) == (81, 0)


NASTY = st.text('ab@.,"\n\ré ', max_size=30)
SOUND = st.sampled_from(
    ['a@example.com,"x\ny",z\n', 'b@example.com,"x ""y""",\n', "c@example.com\n"]
)


@given(
    rows=st.lists(st.one_of(SOUND, SOUND, NASTY), min_size=3, max_size=40),
    number=st.integers(2, 6),
)
def test_parts_that_are_not_entangled_say_what_the_whole_says(
    rows: list[str], number: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stage, "LARGE", 0)
        patch.setattr(split, "BLOCK", 20)
        whole = Whole(tmp_path_factory.mktemp("split"))
        share = whole((HEAD + "".join(rows)).encode())
        _number, pieces = in_parts(share, number)
        if not any(piece.entangled for piece in pieces):
            alone = replace(share, room=share.room.with_name("alone"))
            assert told(pieces) == read(alone)
