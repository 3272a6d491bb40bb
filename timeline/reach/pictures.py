"""The pictures that other sites show beside a link: of a Space or of a profile. Pure: nothing here asks a database."""

import io
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont

logger = logging.getLogger(__name__)

SIZE: Final = (1200, 630)
FACES: Final = 5
_MARGIN: Final = 72
_TOP: Final = (106, 61, 232)
_BOTTOM: Final = (58, 26, 150)
_YELLOW: Final = (255, 212, 0)
_RED: Final = (224, 36, 94)
_WHITE: Final = (255, 255, 255)
_SOFT: Final = (224, 214, 255)
_TINTS: Final = ((165, 139, 255), (124, 77, 255), (255, 170, 130), (90, 190, 200))
_TITLE_ROWS: Final = 3
_FONTS: Final = (
    "/usr/share/fonts/truetype/noto/NotoSans-Bold.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf",
)
"""Tried in turn. Without any of them Pillow's own font is used, which knows Latin letters only."""

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@dataclass(frozen=True, slots=True)
class Face:
    """A person on a picture. `image` are the bytes of the user's image; without it the initials are drawn."""

    initials: str
    tint: int
    image: bytes = b""


@dataclass(frozen=True, slots=True)
class Picture:
    """What a picture shows. `mark` stands above the title: LIVE, REPLAY or a day. `site` is the name of the site."""

    title: str
    subtitle: str
    mark: str
    is_live: bool
    faces: Sequence[Face]
    site: str


def draw(picture: Picture) -> bytes:
    """Return the picture as PNG."""
    canvas = _ground()
    pen = ImageDraw.Draw(canvas)
    _draw_mark(pen, picture)
    below = _draw_title(pen, picture.title)
    pen.text((_MARGIN, below + 12), _fitted(pen, picture.subtitle, _font(36), SIZE[0] - 2 * _MARGIN), _SOFT, _font(36))
    for place, face in enumerate(picture.faces[:FACES]):
        _draw_face(canvas, face, (_MARGIN + place * 124, SIZE[1] - _MARGIN - 112))
    width = pen.textlength(picture.site, _font(34))
    pen.text((SIZE[0] - _MARGIN - width, SIZE[1] - _MARGIN - 44), picture.site, _WHITE, _font(34))
    found = io.BytesIO()
    canvas.save(found, "PNG", compress_level=9)
    return found.getvalue()


@cache
def _ground_once() -> Image.Image:
    column = Image.new("RGB", (1, SIZE[1]))
    for y in range(SIZE[1]):
        share = y / SIZE[1]
        column.putpixel((0, y), tuple(round(a + (b - a) * share) for a, b in zip(_TOP, _BOTTOM, strict=True)))
    return column.resize(SIZE)


def _ground() -> Image.Image:
    return _ground_once().copy()


@cache
def _font(size: int) -> Font:
    for path in _FONTS:
        if Path(path).is_file():
            return ImageFont.truetype(path, size)
    return ImageFont.load_default(size)


def _draw_mark(pen: ImageDraw.ImageDraw, picture: Picture) -> None:
    if not picture.mark:
        return
    width = pen.textlength(picture.mark, _font(30))
    box = (_MARGIN, _MARGIN, _MARGIN + width + 44, _MARGIN + 56)
    pen.rounded_rectangle(box, 28, _RED if picture.is_live else _WHITE)
    pen.text((_MARGIN + 22, _MARGIN + 9), picture.mark, _WHITE if picture.is_live else _TOP, _font(30))
    for dot in range(3 if picture.is_live else 0):
        left = box[2] + 24 + dot * 30
        pen.ellipse((left, _MARGIN + 18, left + 20, _MARGIN + 38), _YELLOW)


def _draw_title(pen: ImageDraw.ImageDraw, title: str) -> int:
    """Draw the title in at most three rows. Return the height below them."""
    top = _MARGIN + 88
    for row in _rows(pen, title, _font(64), SIZE[0] - 2 * _MARGIN):
        pen.text((_MARGIN, top), row, _WHITE, _font(64))
        top += 80
    return top


def _rows(pen: ImageDraw.ImageDraw, title: str, font: Font, width: int) -> list[str]:
    rows: list[str] = []
    for word in title.split():
        longer = f"{rows[-1]} {word}" if rows else word
        if rows and pen.textlength(longer, font) <= width:
            rows[-1] = longer
        else:
            rows.append(word)
    if len(rows) > _TITLE_ROWS:
        rows = [*rows[: _TITLE_ROWS - 1], " ".join(rows[_TITLE_ROWS - 1 :])]
    return [_fitted(pen, row, font, width) for row in rows]


def _fitted(pen: ImageDraw.ImageDraw, text: str, font: Font, width: int) -> str:
    """Return the text, cut with an ellipsis if it is wider."""
    if pen.textlength(text, font) <= width:
        return text
    while text and pen.textlength(f"{text}…", font) > width:
        text = text[:-1]
    return f"{text.rstrip()}…"


def _draw_face(canvas: Image.Image, face: Face, place: tuple[int, int]) -> None:
    side = 112
    # Four times as large, then made smaller: Pillow draws circles with steps.
    mask = Image.new("L", (side * 4, side * 4))
    ImageDraw.Draw(mask).ellipse((0, 0, side * 4 - 1, side * 4 - 1), 255)
    mask = mask.resize((side, side), Image.Resampling.LANCZOS)
    ring = Image.new("RGB", (side, side), _WHITE)
    canvas.paste(ring, place, mask)
    inner = side - 10
    canvas.paste(_portrait(face, inner), (place[0] + 5, place[1] + 5), mask.resize((inner, inner)))


def _portrait(face: Face, side: int) -> Image.Image:
    if face.image:
        try:
            with Image.open(io.BytesIO(face.image)) as opened:
                return opened.convert("RGB").resize((side, side), Image.Resampling.LANCZOS)
        except OSError:
            logger.warning("an image of a user could not be read")
    drawn = Image.new("RGB", (side, side), _TINTS[face.tint % len(_TINTS)])
    ImageDraw.Draw(drawn).text((side / 2, side / 2), face.initials, _WHITE, _font(40), anchor="mm")
    return drawn
