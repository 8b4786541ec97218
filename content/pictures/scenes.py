"""This module draws the pictures of the example editions: python content/pictures/scenes.py"""

from collections.abc import Callable, Mapping
from pathlib import Path

from draw import (
    CLAY,
    DEEP,
    GLOW,
    GREEN,
    HILL,
    INK,
    LEAF,
    MINT,
    MIST,
    SHADE,
    SKIN,
    SKIN_FAR,
    SOFT,
    SUN,
    WHITE,
    Canvas,
    Point,
)

WIDE = (1072, 602)
"""Twice what a letter shows across its whole width."""
SMALL = (880, 494)
"""Twice what a teaser shows on a phone."""
NIGHT, DUSK, STAR = "#22343A", "#35505A", "#FFE9C4"
COLOURS = 96
WOOD, CREAM = "#C98D5B", "#FFF4DF"


def walk() -> Canvas:
    """A walk along the river in the morning: a figure in stride, water, a low sun."""
    canvas = Canvas(*WIDE, SOFT)
    canvas.disc((786, 238), 178, GLOW)
    canvas.disc((786, 238), 124, SUN)
    canvas.shape([(0, 330), (300, 286), (620, 316), (1072, 276), (1072, 420), (0, 420)], HILL)
    canvas.shape([(0, 392), (1072, 392), (1072, 480), (0, 480)], MIST)
    for x, y, wide in ((120, 418, 150), (430, 440, 120), (860, 424, 170), (640, 460, 90)):
        canvas.slab((x, y), (wide, 8), 4, WHITE)
    canvas.shape([(0, 470), (1072, 470), (1072, 602), (0, 602)], LEAF)
    canvas.shape([(0, 516), (1072, 496), (1072, 562), (0, 582)], CREAM)
    _tree(canvas, (172, 486), 1.0)
    _tree(canvas, (964, 480), 0.8)
    _walker(canvas, (508, 520))
    return canvas


def desk() -> Canvas:
    """A desk that is kind to the neck: somebody sits upright, the screen at the height of the eyes."""
    canvas = Canvas(*SMALL, SOFT)
    canvas.disc((300, 226), 176, MIST)
    canvas.slab((60, 430), (760, 14), 7, LEAF)
    canvas.slab((436, 288), (350, 16), 8, WOOD)
    for x in (462, 748):
        canvas.slab((x, 300), (14, 132), 6, WOOD)
    canvas.slab((576, 118), (180, 122), 12, INK)
    canvas.slab((588, 130), (156, 98), 6, MINT)
    canvas.slab((606, 152), (92, 10), 5, WHITE)
    canvas.slab((606, 174), (120, 10), 5, SOFT)
    canvas.slab((606, 196), (70, 10), 5, SOFT)
    canvas.slab((656, 238), (20, 40), 4, INK)
    canvas.slab((620, 276), (92, 12), 6, INK)
    _chair(canvas, (248, 432))
    canvas.limb([(292, 330), (416, 336), (424, 420)], [62, 50, 34], INK)
    canvas.limb([(424, 424), (468, 426)], [26, 20], CLAY)
    canvas.limb([(298, 330), (292, 250), (298, 186)], [76, 72, 62], GREEN)
    canvas.limb([(298, 168), (304, 140)], [30, 28], SKIN)
    _face(canvas, (314, 108))
    canvas.limb([(300, 200), (356, 270), (452, 274)], [34, 28, 20], SKIN)
    canvas.slab((452, 276), (96, 10), 5, SHADE)
    for part in range(6):
        canvas.disc((276 + part * 0.6, 206 + part * 20), 6, MINT)
    return canvas


def balance() -> Canvas:
    """Standing on one leg at the sink: a mirror, a toothbrush, a plant."""
    canvas = Canvas(*SMALL, CREAM)
    canvas.slab((60, 430), (760, 14), 7, LEAF)
    canvas.slab((560, 70), (180, 186), 90, WHITE)
    canvas.slab((576, 86), (148, 154), 74, MIST)
    canvas.slab((520, 300), (260, 26), 10, WHITE)
    canvas.shape([(548, 322), (752, 322), (716, 430), (584, 430)], SOFT)
    canvas.limb([(648, 300), (648, 272), (620, 272)], [12, 12, 12], SHADE)
    _pot(canvas, (752, 300))
    canvas.limb([(330, 312), (338, 360), (268, 388)], [52, 42, 28], SHADE)
    canvas.limb([(266, 386), (238, 366)], [22, 18], CLAY)
    canvas.limb([(312, 306), (318, 372), (316, 420)], [56, 42, 30], INK)
    canvas.limb([(314, 424), (360, 426)], [24, 18], CLAY)
    canvas.limb([(318, 312), (316, 240), (322, 184)], [70, 66, 58], GREEN)
    canvas.limb([(322, 168), (328, 142)], [28, 26], SKIN)
    _face(canvas, (338, 112))
    canvas.limb([(300, 196), (232, 236), (200, 204)], [30, 24, 18], SKIN_FAR)
    canvas.limb([(330, 198), (396, 206), (384, 138)], [32, 26, 18], SKIN)
    canvas.limb([(408, 124), (364, 132)], [9, 9], DEEP)
    return canvas


def sleep() -> Canvas:
    """A quiet night: somebody asleep under a blanket, a moon in the window."""
    canvas = Canvas(*SMALL, NIGHT)
    canvas.slab((518, 48), (284, 206), 16, DUSK)
    canvas.disc((716, 130), 58, STAR)
    canvas.disc((740, 116), 50, DUSK)
    for x, y, size in ((566, 96, 5), (610, 180, 4), (640, 84, 4), (586, 214, 3), (668, 206, 4)):
        canvas.disc((x, y), size, STAR)
    canvas.slab((656, 48), (8, 206), 4, NIGHT)
    canvas.slab((80, 250), (26, 194), 10, WOOD)
    canvas.slab((774, 320), (26, 124), 10, WOOD)
    canvas.slab((92, 366), (700, 52), 16, CREAM)
    canvas.slab((112, 318), (190, 60), 28, WHITE)
    canvas.limb([(250, 314), (252, 300)], [30, 30], SKIN)
    _sleeper(canvas, (226, 294))
    canvas.shape(
        [(300, 372), (318, 330), (380, 296), (480, 282), (560, 300), (640, 288), (716, 318), (760, 372)],
        GREEN,
    )  # fmt: skip
    canvas.limb([(310, 366), (756, 366)], [22, 22], GREEN)
    canvas.limb([(344, 326), (420, 306), (520, 314)], [8, 8, 8], DEEP)
    canvas.limb([(560, 330), (640, 320), (712, 340)], [8, 8, 8], DEEP)
    for number, (x, y) in enumerate(((330, 232), (372, 196), (424, 152))):
        canvas.limb([(x, y), (x + 22 + number * 6, y)], [7, 7], MINT)
        canvas.limb([(x + 22 + number * 6, y), (x, y + 24 + number * 6)], [7, 7], MINT)
        canvas.limb([(x, y + 24 + number * 6), (x + 22 + number * 6, y + 24 + number * 6)], [7, 7], MINT)  # fmt: skip
    return canvas


def studio() -> Canvas:
    """The studio on the day of the open house: bunting, a rack of weights, a mat, a big clock."""
    canvas = Canvas(*WIDE, SOFT)
    canvas.shape([(0, 452), (1072, 452), (1072, 602), (0, 602)], MIST)
    _clock(canvas, (536, 214), 118)
    for number in range(11):
        x = 50 + number * 97
        dip = 62 - abs(number - 5) * 6
        colour = (GREEN, SUN, CLAY, MINT)[number % 4]
        canvas.shape([(x - 34, dip), (x + 34, dip), (x, dip + 62)], colour)
    canvas.shape([(0, 24), (536, 60), (1072, 24), (1072, 30), (536, 66), (0, 30)], INK)
    _rack(canvas, (96, 300))
    canvas.slab((400, 500), (330, 26), 12, LEAF)
    _ball(canvas, (830, 412), 92)
    _pot(canvas, (1000, 500), 1.7)
    _bell(canvas, (470, 470), 34)
    _bell(canvas, (566, 464), 42)
    _bell(canvas, (672, 474), 30)
    return canvas


def door() -> Canvas:
    """An open door in the morning: light falls out, two plants stand beside it."""
    canvas = Canvas(*WIDE, MIST)
    canvas.shape([(0, 480), (1072, 480), (1072, 602), (0, 602)], LEAF)
    canvas.shape([(430, 484), (642, 484), (780, 602), (300, 602)], GLOW)
    canvas.slab((392, 84), (288, 400), 18, DEEP)
    canvas.slab((414, 106), (244, 378), 10, SUN)
    canvas.disc((536, 300), 92, GLOW)
    canvas.shape([(414, 106), (470, 140), (470, 522), (414, 484)], GREEN)
    canvas.disc((456, 330), 9, SUN)
    canvas.slab((350, 480), (372, 18), 9, CREAM)
    _clock(canvas, (846, 150), 66)
    _pot(canvas, (230, 486), 1.6)
    _pot(canvas, (846, 486), 1.9)
    canvas.slab((120, 110), (210, 140), 14, WHITE)
    canvas.slab((134, 124), (182, 112), 8, SOFT)
    canvas.slab((221, 124), (8, 112), 3, WHITE)
    canvas.slab((134, 176), (182, 8), 3, WHITE)
    return canvas


PICTURES: Mapping[str, Callable[[], Canvas]] = {
    "river-walk.png": walk,
    "desk.png": desk,
    "balance.png": balance,
    "sleep.png": sleep,
    "open-house.png": studio,
    "open-door.png": door,
}


def draw(folder: Path) -> list[Path]:
    """Draw all pictures into *folder*."""
    for name, picture in PICTURES.items():
        picture().save(folder / name, COLOURS)
    return [folder / name for name in PICTURES]


def _face(canvas: Canvas, centre: Point) -> None:
    """A head that looks to the right."""
    x, y = centre
    canvas.disc((x - 34, y + 4), 15, INK)
    canvas.disc((x - 6, y - 6), 38, INK)
    canvas.disc((x + 6, y + 4), 32, SKIN)


def _sleeper(canvas: Canvas, centre: Point) -> None:
    x, y = centre
    canvas.disc((x - 8, y - 6), 40, "#141F22")
    canvas.disc((x + 6, y + 4), 34, SKIN)
    canvas.limb([(x + 14, y + 4), (x + 26, y + 6)], [4, 4], INK)


def _walker(canvas: Canvas, foot: Point) -> None:
    x, y = foot
    canvas.limb([(x - 4, y - 196), (x - 46, y - 96), (x - 112, y - 28)], [56, 42, 28], SHADE)
    canvas.limb([(x - 118, y - 24), (x - 92, y - 2)], [24, 18], CLAY)
    canvas.limb([(x + 6, y - 300), (x - 52, y - 250), (x - 38, y - 196)], [32, 26, 20], SKIN_FAR)
    canvas.limb([(x, y - 194), (x + 48, y - 104), (x + 56, y - 8)], [58, 44, 30], INK)
    canvas.limb([(x + 52, y - 2), (x + 104, y - 4)], [26, 20], CLAY)
    canvas.limb([(x - 2, y - 190), (x + 4, y - 250), (x + 14, y - 320)], [68, 66, 58], GREEN)
    canvas.limb([(x + 16, y - 338), (x + 22, y - 362)], [28, 26], SKIN)
    _face(canvas, (x + 32, y - 396))
    canvas.limb([(x + 12, y - 308), (x + 48, y - 246), (x + 110, y - 252)], [34, 28, 20], SKIN)


def _tree(canvas: Canvas, root: Point, size: float) -> None:
    x, y = root
    canvas.limb([(x, y), (x, y - 150 * size)], [22 * size, 14 * size], WOOD)
    for dx, dy, radius, colour in (
        (0, -220, 84, GREEN),
        (-52, -160, 60, DEEP),
        (56, -164, 62, GREEN),
        (10, -150, 48, DEEP),
    ):
        canvas.disc((x + dx * size, y + dy * size), radius * size, colour)


def _chair(canvas: Canvas, foot: Point) -> None:
    x, y = foot
    canvas.slab((x - 34, y - 252), (24, 150), 12, SHADE)
    canvas.slab((x - 30, y - 86), (128, 22), 11, SHADE)
    canvas.limb([(x + 32, y - 66), (x + 32, y - 20)], [14, 14], SHADE)
    canvas.limb([(x - 26, y - 8), (x + 32, y - 24), (x + 92, y - 8)], [12, 12, 12], SHADE)


def _pot(canvas: Canvas, foot: Point, size: float = 1.0) -> None:
    x, y = foot
    for dx, dy in ((-34, -92), (0, -112), (34, -92), (-16, -72), (18, -74)):
        canvas.limb(
            [(x, y - 30 * size), (x + dx * size * 0.6, y + dy * size * 0.7), (x + dx * size, y + dy * size)],
            [6 * size, 20 * size, 5 * size],
            DEEP if dx % 4 else GREEN,
        )  # fmt: skip
    canvas.shape(
        [(x - 26 * size, y - 44 * size), (x + 26 * size, y - 44 * size), (x + 19 * size, y), (x - 19 * size, y)],
        CLAY,
    )  # fmt: skip


def _clock(canvas: Canvas, centre: Point, radius: float) -> None:
    x, y = centre
    canvas.disc(centre, radius, GREEN)
    canvas.disc(centre, radius * 0.84, WHITE)
    for dx, dy in ((0, -1), (1, 0), (0, 1), (-1, 0)):
        canvas.disc((x + dx * radius * 0.68, y + dy * radius * 0.68), radius * 0.05, DEEP)
    canvas.limb([centre, (x - radius * 0.3, y - radius * 0.38)], [radius * 0.09] * 2, INK)
    canvas.limb([centre, (x + radius * 0.06, y - radius * 0.58)], [radius * 0.07] * 2, CLAY)
    canvas.disc(centre, radius * 0.08, INK)


def _rack(canvas: Canvas, corner: Point) -> None:
    x, y = corner
    for side in (0, 226):
        canvas.slab((x + side, y), (16, 220), 8, SHADE)
    for shelf in (40, 120, 196):
        canvas.slab((x, y + shelf), (242, 14), 7, SHADE)
    for shelf, colours in ((40, (GREEN, CLAY, GREEN)), (120, (INK, GREEN, SUN))):
        for number, colour in enumerate(colours):
            _dumbbell(canvas, (x + 54 + number * 68, y + shelf - 16), colour)


def _dumbbell(canvas: Canvas, centre: Point, colour: str) -> None:
    x, y = centre
    canvas.slab((x - 22, y - 4), (44, 8), 4, INK)
    for side in (-1, 1):
        canvas.slab((x + side * 20 - 7, y - 16), (14, 32), 6, colour)


def _ball(canvas: Canvas, centre: Point, radius: float) -> None:
    x, y = centre
    canvas.disc(centre, radius, CLAY)
    canvas.oval((x - radius * 0.3, y - radius * 0.36), radius * 0.24, radius * 0.16, "#F0BC8C")


def _bell(canvas: Canvas, foot: Point, radius: float) -> None:
    x, y = foot
    top = y - radius * 1.1
    canvas.limb(
        [(x - radius * 0.5, top), (x - radius * 0.44, top - radius * 0.72), (x + radius * 0.44, top - radius * 0.72), (x + radius * 0.5, top)],
        [radius * 0.28] * 4,
        DEEP,
    )  # fmt: skip
    canvas.disc((x, y - radius * 0.4), radius, GREEN)
    canvas.slab((x - radius * 0.7, y + radius * 0.3), (radius * 1.4, radius * 0.4), 8, DEEP)


if __name__ == "__main__":
    draw(Path(__file__).parent)
