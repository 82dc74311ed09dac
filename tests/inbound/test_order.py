"""Deliveries in any order, and more than once, end in the same state as in order.

``ESCALATION_PERMUTATIONS`` says how many shuffles of each tool's life are tried.
"""

import os
import random

import pytest

from tests.inbound.hooked import Desked
from tests.inbound.lives import TOOLS, life

MANY = int(os.environ.get("ESCALATION_PERMUTATIONS", "40"))  # noqa: TID251 - a test's own switch
AGAIN = 6
"""How many of the twenty come twice."""


@pytest.mark.slow
@pytest.mark.campaign
@pytest.mark.parametrize("tool", sorted(TOOLS))
def test_any_order_with_repeats_ends_as_the_right_one(desked: Desked, tool: str) -> None:
    draw = random.Random(f"{tool}-of-2026")  # noqa: S311 - the same shuffles each time
    for came in life(tool, "X-0"):
        desked.receive(tool, [came])
    expected = desked.state(tool, "X-0")
    assert expected["status"] == "resolved"
    assert len(expected["said"]) == 5
    for number in range(1, MANY + 1):
        ref = f"X-{number}"
        came_so = life(tool, ref)
        came_so += draw.sample(came_so, AGAIN)
        draw.shuffle(came_so)
        while came_so:
            together = draw.randint(1, len(came_so))
            desked.receive(tool, came_so[:together])
            came_so = came_so[together:]
        assert desked.state(tool, ref) == expected, number


def test_backwards_is_the_worst_order(desked: Desked) -> None:
    for tool in sorted(TOOLS):
        for came in life(tool, "R-0"):
            desked.receive(tool, [came])
        for came in reversed(life(tool, "R-1")):
            desked.receive(tool, [came])
        assert desked.state(tool, "R-1") == desked.state(tool, "R-0")


def test_what_is_older_than_what_is_known_is_kept_as_overtaken(desked: Desked) -> None:
    came = life("servicenow", "O-1")
    desked.receive("servicenow", [came[11]])
    [late] = desked.receive("servicenow", [came[2]])
    assert late.state == "overtaken"
    assert late.reason is not None
    assert "Newer" in late.reason


def test_a_comment_waits_for_its_ticket(desked: Desked) -> None:
    came = life("jira", "W-1")
    [early] = desked.receive("jira", [came[1]])
    assert (early.state, early.waits_for) == ("waiting", "W-1")
    desked.receive("jira", [came[0]])
    assert desked.state("jira", "W-1")["said"] == [["issue.noted", "Ben: We look into it."]]
