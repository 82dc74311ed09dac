"""Charts say what their tables say, to every eye and to none."""

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escalation.reports import charts
from escalation.reports.layout import Chart, Table

SVG = "{http://www.w3.org/2000/svg}"


def table(rows: list[tuple[str, ...]], chart: Chart = Chart.BARS) -> Table:
    columns = ("What", "Now", "Then")
    return Table("By something", columns, tuple(rows), frozenset({1, 2}), chart=chart)


def drawn(of: Table) -> ET.Element:
    return ET.fromstring(charts.svg(of))  # noqa: S314 - of our own making


def texts(of: Table) -> list[str]:
    return [each.text or "" for each in drawn(of).iter(f"{SVG}text")]


def widths(of: Table) -> list[float]:
    bars = [each for each in drawn(of).iter(f"{SVG}rect") if each.get("height") != "8"]
    return [float(each.get("width", "")) for each in bars]


def test_bars_are_as_long_as_their_figures_and_bear_them() -> None:
    of = table([("a", "4", "2"), ("b", "0", "fewer than 5"), ("c", "1", "\N{EN DASH}")])
    four, two, one = widths(of)
    assert four == pytest.approx(2 * two) == pytest.approx(4 * one)
    assert {"Now", "Then", "a", "4", "2", "0", "fewer than 5", "\N{EN DASH}"} <= set(texts(of))


def test_a_trend_has_a_line_for_each_measure_and_every_figure() -> None:
    of = table([("May", "3", "0"), ("June", "5", "0"), ("July", "4", "0")], Chart.TREND)
    assert len(list(drawn(of).iter(f"{SVG}polyline"))) == 2
    assert {"May", "June", "July", "Now", "Then", "3", "5", "4", "0"} == set(texts(of))
    assert "2 dates" not in charts.described(of)
    assert "3 dates" in charts.described(of)


def test_where_a_trend_has_no_figure_no_point_is_drawn() -> None:
    of = table(
        [("May", "50.0%", "0"), ("June", "\N{EN DASH}", "0"), ("Now", "75.0%", "0")], Chart.TREND
    )
    shares, _ = drawn(of).iter(f"{SVG}polyline")
    assert len(shares.attrib["points"].split()) == 2
    assert {"May", "June", "Now", "Then", "50.0", "75.0", "0"} == set(texts(of))


def test_a_table_with_no_figure_but_nothing_has_no_chart() -> None:
    assert not table([("a", "0", "\N{EN DASH}")]).drawn
    assert table([("a", "0", "1")]).drawn
    assert not Table("x", ("a", "b"), (("c", "1"),), frozenset({1})).drawn


def test_a_long_label_stands_in_two_lines_and_is_cut_off_there() -> None:
    long = "Department of Schools and Early Learning and Training and Employment"
    shown = texts(table([(long, "1", "1"), ("\N{CJK UNIFIED IDEOGRAPH-5F20}" * 30, "1", "1")]))
    assert "Department of" in shown
    assert any(each.endswith("\N{HORIZONTAL ELLIPSIS}") for each in shown)
    assert max(map(len, shown)) < 30


@given(st.lists(st.tuples(st.text(), st.text(), st.integers(0, 10**6).map(str)), min_size=1))
def test_whatever_people_typed_a_chart_is_whole_and_text(rows: list[tuple[str, str, str]]) -> None:
    characters = "".join(cell for cells in rows for cell in cells)
    if all(ord(c) >= 32 and not 0xD800 <= ord(c) < 0xE000 and ord(c) < 0xFFFE for c in characters):
        for chart in Chart:
            assert drawn(table(list(rows), chart)).tag == f"{SVG}svg"
            assert "<script" not in charts.svg(table(list(rows), chart))
