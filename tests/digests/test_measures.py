"""What each figure means is said once, and small counts say nothing of anybody."""

import json

from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from escalation.cli.app import app
from escalation.digests import suppression
from escalation.digests.dictionary import DICTIONARY, document


def test_each_measure_says_what_it_means_and_how_it_is_worked_out() -> None:
    page = document()
    for name, measure in DICTIONARY.items():
        told = measure.told()
        assert all(told.values()), name
        assert f"`{name}`: {measure.meaning}" in page
        named = {word.strip("`,:;()") for word in measure.formula.split() if word.startswith("`")}
        assert named <= {*DICTIONARY, "resolved", "closed", "withdrawn", "on_hold", "inform",
                         "acknowledge", ""}, name  # fmt: skip


def test_the_command_line_lists_every_measure() -> None:
    answer = CliRunner().invoke(app, ["measures", "list", "--json"])
    assert answer.exit_code == 0
    assert [each["id"] for each in json.loads(answer.stdout)] == list(DICTIONARY)
    assert "share_in_target" in CliRunner().invoke(app, ["measures", "list"]).stdout


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 12), max_size=6))
def test_no_small_count_is_told_nor_follows_from_the_sum(counts: dict[str, int]) -> None:
    shown = suppression.beside(counts)
    assert shown.keys() == counts.keys()
    withheld = {name for name, count in shown.items() if count is None}
    assert {name for name, count in counts.items() if 0 < count < 5} <= withheld
    assert all(shown[name] == counts[name] for name in counts.keys() - withheld)
    others = [name for name, count in counts.items() if count >= 5]
    assert len(withheld) != 1 or not others


def test_a_count_alone_is_told_when_nobody_or_enough_are_in_it() -> None:
    assert [suppression.told(count) for count in (0, 1, 4, 5, 60)] == [0, None, None, 5, 60]
