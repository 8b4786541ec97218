"""This module draws the pictures of the sample edition: python content/pictures/draw.py"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from PIL import Image, ImageDraw

SHARPER = 4
"""Everything is drawn this much larger and scaled down, for smooth edges."""

Point = tuple[float, float]

SOFT, MIST, HILL, LEAF = "#E9F4F1", "#D8EBE6", "#BFDFD6", "#8CC7B8"
GREEN, DEEP, MINT = "#0B5D4E", "#08473C", "#6FD3BD"
SUN, GLOW, CLAY = "#FFD48A", "#FFE9C4", "#E39A5B"
INK, SHADE, SKIN, SKIN_FAR = "#22343A", "#3C525A", "#C98D68", "#AF7653"
WHITE = "#FFFFFF"


class Canvas:
    """A picture in the making; all measures in pixels of the finished file."""

    def __init__(self, width: int, height: int, ground: str) -> None:
        self.size = (width, height)
        self.image = Image.new("RGB", (width * SHARPER, height * SHARPER), ground)
        self.pen = ImageDraw.Draw(self.image)

    def disc(self, centre: Point, radius: float, colour: str) -> None:
        self.oval(centre, radius, radius, colour)

    def oval(self, centre: Point, across: float, down: float, colour: str) -> None:
        x, y = centre
        self.pen.ellipse(_large([(x - across, y - down), (x + across, y + down)]), fill=colour)

    def shape(self, points: Iterable[Point], colour: str) -> None:
        self.pen.polygon(_large(points), fill=colour)

    def slab(self, corner: Point, size: Point, radius: float, colour: str) -> None:
        x, y = corner
        box = _large([corner, (x + size[0], y + size[1])])
        self.pen.rounded_rectangle(box, radius * SHARPER, fill=colour)

    def limb(self, points: Sequence[Point], widths: Sequence[float], colour: str) -> None:
        """A round-ended stroke through *points* that swells and narrows with *widths*."""
        steps = 60
        for index in range(len(points) - 1):
            for step in range(steps + 1):
                part = step / steps
                x = _between(points[index][0], points[index + 1][0], part)
                y = _between(points[index][1], points[index + 1][1], part)
                self.disc((x, y), _between(widths[index], widths[index + 1], part) / 2, colour)

    def save(self, path: Path, colours: int = 40) -> None:
        """A PNG of few colours: it travels inside every letter."""
        small = self.image.resize(self.size, Image.Resampling.LANCZOS)
        few = small.quantize(colours, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        few.save(path, optimize=True)


def hero() -> Canvas:
    """A strong back: somebody seen from behind lifts two weights, the spine shines through."""
    canvas = Canvas(1072, 602, SOFT)
    canvas.disc((536, 268), 292, GLOW)
    canvas.disc((536, 268), 216, SUN)
    canvas.shape(_hill(1072, 602, 452, 40, 0.4), HILL)
    canvas.shape(_hill(1072, 602, 512, 30, 2.6), LEAF)
    for side in (-1, 1):
        _plant(canvas, (536 + side * 408, 612), side)
        _raised_arm(canvas, 536, side)
    _back(canvas, 536)
    return canvas


def bridge() -> Canvas:
    """The bridge: shoulders and feet on the floor, the hips lifted in one line."""
    canvas = _studio(SUN, (520, 262))
    shoulder, hip, knee = (300, 288), (482, 214), (640, 150)
    canvas.limb([(304, 304), (470, 316)], [26, 18], SKIN_FAR)
    canvas.limb([(496, 226), (668, 162), (706, 308)], [60, 44, 30], SHADE)
    canvas.limb([(706, 314), (752, 318)], [24, 18], CLAY)
    canvas.limb([(244, 296), shoulder], [26, 30], SKIN)
    _head(canvas, (224, 292), tuft=(-24, 4))
    canvas.limb([shoulder, (390, 250), hip], [64, 58, 66], GREEN)
    canvas.limb([hip, knee, (672, 308)], [66, 48, 32], INK)
    canvas.limb([(672, 314), (722, 318)], [26, 20], CLAY)
    canvas.limb([(310, 308), (400, 316), (486, 318)], [28, 22, 18], SKIN)
    _spine(canvas, (316, 282), (478, 216), 7)
    _arrow(canvas, (478, 150), (478, 92))
    return canvas


def bird_dog() -> Canvas:
    """The bird dog: on hands and knees, one arm and the opposite leg reach away."""
    canvas = _studio(MINT, (470, 238))
    shoulder, hip = (372, 196), (584, 196)
    canvas.limb([(366, 196), (262, 166), (182, 150)], [32, 24, 16], SKIN_FAR)
    canvas.limb([(590, 202), (594, 304), (706, 316)], [62, 44, 28], SHADE)
    canvas.limb([(708, 316), (744, 318)], [22, 16], CLAY)
    canvas.limb([(340, 194), shoulder], [28, 34], SKIN)
    _head(canvas, (306, 196), tuft=(24, -18))
    canvas.limb([shoulder, (484, 200), hip], [66, 58, 66], GREEN)
    canvas.limb([hip, (706, 184), (808, 166)], [64, 44, 28], INK)
    canvas.limb([(816, 162), (826, 188)], [24, 18], CLAY)
    canvas.limb([(368, 206), (366, 262), (360, 312)], [34, 26, 20], SKIN)
    canvas.limb([(358, 318), (336, 320)], [16, 14], SKIN)
    _spine(canvas, (388, 184), (580, 184), 8)
    _arrow(canvas, (150, 138), (96, 120))
    _arrow(canvas, (856, 152), (910, 136))
    return canvas


def hip_hinge() -> Canvas:
    """The hip hinge: the hips travel back, the back stays long, a weight hangs from the hands."""
    canvas = _studio(SUN, (470, 230))
    hip, shoulder = (560, 158), (412, 100)
    canvas.limb([hip, (510, 236), (538, 306)], [58, 40, 28], SHADE)
    canvas.limb([(536, 314), (498, 318)], [24, 18], CLAY)
    canvas.limb([(420, 112), (428, 176), (424, 226)], [28, 22, 18], SKIN_FAR)
    canvas.limb([(372, 82), shoulder], [28, 34], SKIN)
    _head(canvas, (346, 68), tuft=(18, -22))
    canvas.limb([shoulder, (486, 126), hip], [66, 58, 66], GREEN)
    canvas.limb([hip, (488, 236), (512, 306)], [64, 46, 32], INK)
    canvas.limb([(510, 314), (462, 318)], [26, 20], CLAY)
    canvas.limb([(408, 112), (414, 178), (410, 232)], [32, 24, 18], SKIN)
    _kettlebell(canvas, (411, 268))
    _spine(canvas, (424, 90), (560, 142), 7)
    _arrow(canvas, (622, 150), (682, 150))
    return canvas


PICTURES: Mapping[str, Callable[[], Canvas]] = {
    "strong-back.png": hero,
    "bridge.png": bridge,
    "bird-dog.png": bird_dog,
    "hip-hinge.png": hip_hinge,
}


def draw(folder: Path) -> list[Path]:
    """Draw all pictures into *folder*."""
    for name, picture in PICTURES.items():
        picture().save(folder / name)
    return [folder / name for name in PICTURES]


def _studio(light: str, centre: Point) -> Canvas:
    """The room of the exercises: a soft wall, a round light, a mat."""
    canvas = Canvas(972, 400, SOFT)
    canvas.disc(centre, 176, GLOW if light == SUN else MIST)
    canvas.disc(centre, 122, WHITE if light == MINT else "#FFF4DF")
    canvas.shape([(0, 330), (972, 330), (972, 400), (0, 400)], MIST)
    canvas.slab((112, 322), (748, 20), 10, LEAF)
    return canvas


def _head(canvas: Canvas, centre: Point, tuft: Point) -> None:
    x, y = centre
    canvas.disc((x + tuft[0] * 1.25, y + tuft[1] * 1.25), 15, INK)
    canvas.disc((x + tuft[0] * 0.28, y + tuft[1] * 0.28), 34, INK)
    canvas.disc((x - tuft[0] * 0.22, y - tuft[1] * 0.22), 30, SKIN)


def _spine(canvas: Canvas, start: Point, end: Point, bones: int) -> None:
    for bone in range(bones):
        part = bone / (bones - 1)
        place = (_between(start[0], end[0], part), _between(start[1], end[1], part))
        canvas.disc(place, 6.5, MINT)


def _arrow(canvas: Canvas, start: Point, end: Point) -> None:
    canvas.limb([start, end], [9, 9], CLAY)
    angle = math.atan2(end[1] - start[1], end[0] - start[0])
    for turn in (2.5, -2.5):
        barb = (end[0] + 24 * math.cos(angle + turn), end[1] + 24 * math.sin(angle + turn))
        canvas.limb([end, barb], [9, 9], CLAY)


def _kettlebell(canvas: Canvas, centre: Point) -> None:
    x, y = centre
    canvas.limb(
        [(x - 17, y - 14), (x - 15, y - 36), (x + 15, y - 36), (x + 17, y - 14)], [10] * 4, DEEP
    )
    canvas.disc((x, y + 6), 34, DEEP)
    canvas.slab((x - 24, y + 26), (48, 16), 6, DEEP)
    canvas.disc((x - 10, y - 2), 8, GREEN)


def _raised_arm(canvas: Canvas, middle: float, side: int) -> None:
    hand = (middle + side * 226, 150)
    canvas.limb([(middle + side * 112, 318), (middle + side * 214, 302), hand], [82, 62, 40], SKIN)
    canvas.limb([(hand[0] - 76, 132), (hand[0] + 76, 132)], [20, 20], INK)
    for end in (-1, 1):
        x = hand[0] + end * 80
        canvas.slab((x - 19, 84), (38, 96), 12, GREEN)
        canvas.slab((x + end * 26 - 9, 102), (18, 60), 8, DEEP)
    canvas.limb([(hand[0] - 15, 136), (hand[0] + 15, 136)], [42, 42], SKIN)


def _back(canvas: Canvas, middle: float) -> None:
    canvas.limb([(middle, 232), (middle, 296)], [64, 84], SKIN_FAR)
    canvas.shape(_torso(middle), SKIN)
    canvas.shape(_shirt(middle), GREEN)
    for bone in range(11):
        part = bone / 10
        y = _between(288, 592, part)
        wide = _between(9, 19, part)
        canvas.limb([(middle - wide * 1.5, y), (middle + wide * 1.5, y)], [8, 8], LEAF)
        canvas.slab((middle - wide, y - 9), (wide * 2, 18), 8, MINT)
    canvas.disc((middle, 190), 66, SKIN)
    canvas.oval((middle, 182), 68, 66, INK)
    canvas.disc((middle, 112), 30, INK)


def _torso(middle: float) -> list[Point]:
    half = [
        (40, 262),
        (92, 284),
        (140, 304),
        (150, 340),
        (128, 400),
        (104, 470),
        (96, 530),
        (112, 610),
    ]
    return _mirrored(_smooth(half), middle)


def _shirt(middle: float) -> list[Point]:
    half = [
        (44, 300),
        (64, 284),
        (86, 284),
        (92, 322),
        (112, 372),
        (124, 408),
        (106, 470),
        (98, 530),
        (114, 610),
    ]
    return _mirrored([(0.0, 330.0), *_smooth(half)], middle)


def _mirrored(half: Sequence[Point], middle: float) -> list[Point]:
    right = [(middle + x, y) for x, y in half]
    return right + [(middle - x, y) for x, y in reversed(half)]


def _smooth(points: Sequence[Point]) -> list[Point]:
    """A Catmull-Rom curve through *points*."""
    ends = [points[0], *points, points[-1]]
    curve = []
    for a, b, c, d in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        curve += [(_spline(a[0], b[0], c[0], d[0], t / 16), _spline(a[1], b[1], c[1], d[1], t / 16)) for t in range(17)]  # fmt: skip
    return curve


def _spline(a: float, b: float, c: float, d: float, t: float) -> float:
    bend = (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    return (2 * b + (c - a) * t + bend) / 2


def _hill(width: int, height: int, level: float, rise: float, phase: float) -> list[Point]:
    line = [(float(x), level + rise * math.sin(x / 190 + phase)) for x in range(0, width + 8, 8)]
    return [*line, (float(width), float(height)), (0.0, float(height))]


def _plant(canvas: Canvas, root: Point, side: int) -> None:
    for length, lean in ((230, 0.05), (190, 0.48), (180, -0.42), (120, 0.9), (112, -0.85)):
        angle = -math.pi / 2 + side * lean
        steps = [part / 160 for part in range(161)]
        for part in steps:
            reach = length * part
            place = (root[0] + reach * math.cos(angle), root[1] + reach * math.sin(angle))
            canvas.disc(
                place, 2 + 21 * math.sin(math.pi * part**1.35), GREEN if abs(lean) < 0.45 else DEEP
            )


def _between(start: float, end: float, part: float) -> float:
    return start + (end - start) * part


def _large(points: Iterable[Point]) -> list[Point]:
    return [(x * SHARPER, y * SHARPER) for x, y in points]


if __name__ == "__main__":
    draw(Path(__file__).parent)
