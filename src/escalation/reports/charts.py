"""Charts of tables, as SVG drawn here: the table stands beside each, so nothing rests on sight.

A chart is drawn from the very cells of its table. What is withheld has no bar, and stands as its
words. Series differ by lightness and outline, not by hue alone.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from html import escape
from typing import Final

from escalation.reports.layout import Chart, Table

_INK, _SOFT, _GRID = "#1c2430", "#55606e", "#c9d0d8"
_FILLS: Final = (("#1f5a8a", "#1f5a8a"), ("#d5e3ee", "#1f5a8a"))
"""Fill and outline of each series: the present one, and the one before."""
_FONT = 'font-family="FiraGO, system-ui, sans-serif" font-size="9"'
_LETTER = 4.9
"""How wide a letter is at that size, about."""
_WIDTH, _LABEL, _VALUE = 300.0, 108.0, 34.0
_BAR, _GAP, _LEGEND = 7.5, 6.0, 18.0
_WIDE, _PANEL, _EDGE = 520.0, 62.0, 28.0
_LINES = 2


def svg(table: Table) -> str:
    """The chart of a table that has one, as an SVG element without a reference to anything."""
    return _trend(table) if table.chart is Chart.TREND else _bars(table)


def described(table: Table) -> str:
    """What the chart shows, for who does not see it: the figures stand in the table beside it."""
    first, *more = [table.columns[n] for n in sorted(table.numbers)]
    series = f"{', '.join([first, *more[:-1]])} and {more[-1]}" if more else first
    if table.chart is Chart.TREND:
        return f"Line charts of {series} over {len(table.rows)} dates. The table has the figures."
    many = f"in {len(table.rows)} rows"
    return f"Bar chart, {table.caption}: {series} {many}. The table has the figures."


def _bars(table: Table) -> str:
    """A group of bars for each row, one for each column of numbers."""
    series = sorted(table.numbers)[: len(_FILLS)]
    values = [[_number(cells[n]) for n in series] for cells in table.rows]
    most = max((value for row in values for value in row if value is not None), default=Decimal(0))
    group = len(series) * _BAR + _GAP
    top = _LEGEND if len(series) > 1 else 2.0
    parts = list(_legend([table.columns[n] for n in series])) if len(series) > 1 else []
    for place, (cells, row) in enumerate(zip(table.rows, values, strict=True)):
        y = top + place * group
        parts += _label(cells[0], _LABEL - 6, y + len(series) * _BAR / 2)
        for n, (column, value) in enumerate(zip(series, row, strict=True)):
            parts.append(_bar(cells[column], value, most, n, y + n * _BAR))
    height = top + len(table.rows) * group
    line = f'<line x1="{_LABEL:g}" y1="{top:g}" x2="{_LABEL:g}" y2="{height - _GAP + 2:g}"'
    parts.append(f'{line} stroke="{_SOFT}" stroke-width="0.8"/>')
    return _drawn(table, _WIDTH, height, parts)


def _bar(text: str, value: Decimal | None, most: Decimal, series: int, y: float) -> str:
    """A bar with its figure at its end; the figure alone where there is no bar to draw."""
    room = _WIDTH - _LABEL - _VALUE
    long = float(value / most) * room if value and most else 0.0
    fill, outline = _FILLS[series]
    bar = (
        f'<rect x="{_LABEL:g}" y="{y + 0.5:g}" width="{long:.1f}" height="{_BAR - 1:g}"'
        f' fill="{fill}" stroke="{outline}" stroke-width="0.6"/>'
        if long
        else ""
    )
    return bar + _text(text, _LABEL + long + 4, y + _BAR - 0.8, size=8)


def _legend(names: Sequence[str]) -> Iterator[str]:
    x = _LABEL
    for (fill, outline), name in zip(_FILLS, names, strict=False):
        yield (
            f'<rect x="{x:g}" y="3" width="8" height="8" fill="{fill}" stroke="{outline}"'
            ' stroke-width="0.6"/>'
        )
        yield _text(name, x + 12, 10.5)
        x += 30 + _LETTER * _long(name)


def _trend(table: Table) -> str:
    """A line for each column of numbers, one below the other on the same dates."""
    series, count = sorted(table.numbers), len(table.rows)
    step = (_WIDE - 2 * _EDGE - 70) / max(count - 1, 1)
    xs = [_EDGE + 70 + place * step for place in range(count)]
    parts: list[str] = []
    for panel, column in enumerate(series):
        values = [_number(cells[column]) for cells in table.rows]
        parts += _panel(table.columns[column], values, xs, panel * _PANEL)
    bottom = len(series) * _PANEL + 8
    for cells, x in zip(table.rows, xs, strict=True):
        for place, line in enumerate(_wrapped(cells[0], int(_EDGE * 2 / _LETTER))):
            parts.append(_text(line, x, bottom + place * 9, anchor="middle", size=8))
    return _drawn(table, _WIDE, bottom + 9 * _LINES, parts)


def _panel(
    name: str, values: Sequence[Decimal | None], xs: Sequence[float], top: float
) -> Iterator[str]:
    """One line; where there is nothing to say its neighbours are joined."""
    low, high = top + _PANEL - 14, top + 22
    told = [(x, value) for x, value in zip(xs, values, strict=True) if value is not None]
    most = max((value for _, value in told), default=Decimal(1)) or Decimal(1)
    points = [(x, low - float(value / most) * (low - high)) for x, value in told]
    yield from _label(name, 84, (low + high) / 2)
    yield (
        f'<line x1="{xs[0]:g}" y1="{low:g}" x2="{xs[-1]:g}" y2="{low:g}" stroke="{_GRID}"'
        ' stroke-width="0.8"/>'
    )
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    yield f'<polyline points="{line}" fill="none" stroke="{_FILLS[0][0]}" stroke-width="1.6"/>'
    for (x, y), (_, value) in zip(points, told, strict=True):
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.4" fill="{_FILLS[0][0]}"/>'
        yield _text(f"{value:f}", x, y - 6, anchor="middle", size=8)


def _label(text: str, right: float, middle: float) -> Iterator[str]:
    """A label of up to two lines that ends at ``right``; what does not fit is cut off."""
    lines = _wrapped(text, int(right / _LETTER))
    first = middle + 3 - (len(lines) - 1) * 4.6
    for place, line in enumerate(lines):
        yield _text(line, right, first + place * 9.2, anchor="end")


def _wrapped(text: str, room: int) -> list[str]:
    lines = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}".strip()
        if _long(joined) <= room or not lines[-1]:
            lines[-1] = joined
        else:
            lines.append(word)
    return [
        _cut(line, room) for line in [*lines[: _LINES - 1], " ".join(lines[_LINES - 1 :])] if line
    ]


def _cut(line: str, room: int) -> str:
    if _long(line) <= room:
        return line
    while line and _long(line) > room - 1:
        line = line[:-1]
    return f"{line.rstrip()}\N{HORIZONTAL ELLIPSIS}"


def _long(text: str) -> int:
    """How many letters wide a text is; those of East Asian scripts count twice."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _text(text: str, x: float, y: float, *, anchor: str = "start", size: int = 9) -> str:
    at = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    font = _FONT.replace('"9"', f'"{size}"')
    return f'<text {at} fill="{_INK}" {font}>{escape(text)}</text>'


def _drawn(table: Table, width: float, height: float, parts: Sequence[str]) -> str:
    size = f'viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}"'
    about = escape(described(table))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{about}" {size}>'
        f"{''.join(parts)}</svg>"
    )


def _number(cell: str) -> Decimal | None:
    """What a cell counts; None of what is withheld, or of nothing."""
    try:
        return Decimal(cell.removesuffix("%"))
    except InvalidOperation:
        return None
