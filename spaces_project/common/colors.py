"""The site's colour: whether white text on it can be read, and the lighter and darker shades that pages need."""

import re
from typing import Final, NamedTuple

READABLE: Final = 4.5
"""The least contrast of text of normal size (WCAG 2.2, 1.4.3)."""
_GROUND_OF_NIGHT: Final = (0x12, 0x10, 0x17)
_WHITE: Final = (255, 255, 255)
_BLACK: Final = (0, 0, 0)
_STEPS: Final = 20

Color = tuple[int, int, int]


class Shades(NamedTuple):
    """The shades of one colour, as `#rrggbb`."""

    accent: str
    darker: str
    lighter: str
    on_night: str
    night: str
    tint: str
    tint_strong: str
    tint_of_night: str
    tint_strong_of_night: str


def parse_color(text: str) -> Color | None:
    """Return red, green and blue of `#rrggbb`, or None for another text."""
    if not re.fullmatch(r"#[0-9A-Fa-f]{6}", text):
        return None
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def contrast(one: Color, other: Color) -> float:
    """Return the contrast of two colours, from 1 to 21, as WCAG 2.2 defines it."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def carries_white_text(color: Color) -> bool:
    return contrast(color, _WHITE) >= READABLE


def shades_of(color: Color) -> Shades:
    """Return the shades of a colour that carries white text."""
    return Shades(
        accent=_hex(color),
        darker=_hex(_mix(color, _BLACK, 0.2)),
        lighter=_hex(_mix(color, _WHITE, 0.12)),
        on_night=_hex(_readable_at_night(color)),
        night=_hex(_mix(color, _BLACK, 0.6)),
        tint=_hex(_mix(color, _WHITE, 0.96)),
        tint_strong=_hex(_mix(color, _WHITE, 0.88)),
        tint_of_night=_hex(_mix(color, _GROUND_OF_NIGHT, 0.88)),
        tint_strong_of_night=_hex(_mix(color, _GROUND_OF_NIGHT, 0.75)),
    )


def _readable_at_night(color: Color) -> Color:
    """Return the first lighter shade that can be read on the ground of the dark theme, and on its tints."""
    found = (_mix(color, _WHITE, step / _STEPS) for step in range(_STEPS + 1))
    ground = _mix(color, _GROUND_OF_NIGHT, 0.75)
    return next(shade for shade in found if contrast(shade, ground) >= READABLE)


def _mix(color: Color, other: Color, share: float) -> Color:
    """Return `color` with this share of `other` in it."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(color, other, strict=True))
    return red, green, blue


def _luminance(color: Color) -> float:
    red, green, blue = (
        value / 12.92 if (value := part / 255) <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for part in color
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _hex(color: Color) -> str:
    return "#" + "".join(f"{part:02x}" for part in color)
