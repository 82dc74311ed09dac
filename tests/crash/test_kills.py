"""Kill -9 at any moment under load: nothing acknowledged is lost, nothing is done twice."""

import pytest

from tests.crash.harness import Round

KILLS = 10


@pytest.mark.slow
@pytest.mark.campaign
def test_no_acknowledged_write_is_lost_and_none_is_doubled(furnished_url: str) -> None:
    round_ = Round(furnished_url, seed=1)
    for _ in range(KILLS):
        round_.kill_once()
    round_.end()
    assert round_.wrong == []
    assert len(round_.ledger.told) >= KILLS, "no load was on: the kills prove nothing"
    assert {entry["act"] for entry in round_.ledger.sent.values()} >= {"log", "hold", "escalate"}


def test_the_harness_finds_a_desk_that_answers_before_it_commits(furnished_url: str) -> None:
    round_ = Round(furnished_url, seed=2)
    for commits in range(3, 13):
        round_.let_it_answer_before_it_commits(commits)
        if any(": lost: " in place for place in round_.wrong):
            return
    pytest.fail("ten times the desk lost what it had acknowledged, and nobody noticed")
