"""Line charts as SVG: small, without a library, and readable on light and dark pages."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Final

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 720, 360, 60, 46, 30, 200
COLOURS: Final = ("#7856ff", "#00a37a", "#e0245e", "#d97706", "#1d9bf0", "#8899a6")
TICKS: Final = 5

Points = Sequence[tuple[float, float]]


def save(path: Path, *, title: str, x: str, y: str, lines: Mapping[str, Points]) -> None:
    """Write a chart with one line per name. Both axes begin at zero; an existing file is overwritten."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(svg(title=title, x=x, y=y, lines=lines))


def svg(*, title: str, x: str, y: str, lines: Mapping[str, Points]) -> str:
    most_x = max(point[0] for points in lines.values() for point in points) or 1.0
    most_y = max(point[1] for points in lines.values() for point in points) or 1.0

    def place(point: tuple[float, float]) -> tuple[float, float]:
        across = LEFT + point[0] / most_x * (WIDTH - LEFT - RIGHT)
        return round(across, 1), round(HEIGHT - BOTTOM - point[1] / most_y * (HEIGHT - BOTTOM - TOP), 1)

    parts = [_text(LEFT, 18, title, weight="bold"), _text(LEFT, HEIGHT - 8, x), _text(4, TOP - 6, y)]
    for tick in range(TICKS + 1):
        share = tick / TICKS
        across, down = place((share * most_x, share * most_y))
        parts.append(_text(across - 8, HEIGHT - BOTTOM + 16, f"{share * most_x:g}"))
        parts.append(_text(8, down + 4, f"{share * most_y:.3g}"))
        parts.append(f'<path d="M{LEFT} {down}H{WIDTH - RIGHT}" stroke="#8884"/>')
    for number, (name, points) in enumerate(lines.items()):
        colour = COLOURS[number % len(COLOURS)]
        path = " ".join(f"{across},{down}" for across, down in map(place, points))
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(_text(WIDTH - RIGHT + 12, TOP + 18 * (number + 1), name, colour=colour))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif"'
    head += ' font-size="12">'
    return "\n".join([head, *parts, "</svg>", ""])


def _text(x: float, y: float, text: str, *, colour: str = "#888", weight: str = "normal") -> str:
    return f'<text x="{x}" y="{y}" fill="{colour}" font-weight="{weight}">{escape(text)}</text>'
