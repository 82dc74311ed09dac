"""The samples, replayed: against counts made here from the files alone, and to the byte."""

import csv
import json
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from escalation.services.replay.run import Report
from tests.replay.stories import NAMES, SAMPLES, replayed, shipped
from tools.samples import SAMPLES as MADE

GOLDEN = Path(__file__).parent / "golden"

Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def reports() -> dict[str, Report]:
    return {name: replayed(SAMPLES / f"{name}.csv", shipped(name)) for name in NAMES}


def rows_of(name: str) -> Rows:
    with (SAMPLES / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def through(name: str, case: str, column: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in rows_of(name):
        found.setdefault(row[case], []).append(row[column])
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_is_what_its_generator_makes(name: str) -> None:
    made = (SAMPLES / f"{name}.csv").read_bytes().decode("utf-8")
    assert made == MADE[name](), "a sample is stale: .venv/bin/python -m tools.samples"


@pytest.mark.parametrize("name", NAMES)
def test_every_row_and_case_of_a_sample_goes_through(name: str, reports: dict[str, Report]) -> None:
    report, column = reports[name], shipped(name).file.columns.case
    assert report["log"]["rows"] == len(rows_of(name))
    assert report["log"]["cases"] == report["issues"] == len({r[column] for r in rows_of(name)})
    assert report["acts"]["not_logged"] == {}
    assert sum(report["issues_by_status"].values()) == report["issues"]


@pytest.mark.parametrize("name", NAMES)
def test_every_clock_of_a_sample_adds_up(name: str, reports: dict[str, Report]) -> None:
    checks = reports[name]["clock_checks"]
    assert checks["checked"] >= 25
    assert (checks["mismatches"], checks["told"]) == (0, [])


@pytest.mark.parametrize("name", NAMES)
def test_the_acts_of_a_sample_are_done_or_refused_by_a_rule(
    name: str, reports: dict[str, Report]
) -> None:
    acts, events = reports[name]["acts"], reports[name]["events_by_type"]
    assert acts["done"]["log"] == events["issue.logged"]
    assert acts["done"]["hold"] == events["issue.held"]
    assert acts["done"]["resolve"] + acts["decided_by_forums"] == events["issue.resolved"]
    assert acts["done"]["reopen"] == events["issue.reopened"]
    climbs = sum(n for by in reports[name]["climbed_to"].values() for n in by.values())
    assert climbs == events["issue.escalated"]


def test_moves_between_support_lines_are_counted_as_the_file_has_them(
    reports: dict[str, Report],
) -> None:
    height = {"L1": 1, "L2": 2, "L2/L3": 3, "L3": 4}
    pairs = Counter(
        (height[after] > height[before]) - (height[after] < height[before])
        for levels in through("volvo_incidents", "SR Number", "ST Level").values()
        for before, after in pairwise(levels)
    )
    moves = reports["volvo_incidents"]["log"]["moves"]
    assert (moves["up"], moves["down"]) == (pairs[1], pairs[-1])


def test_reopened_cases_are_counted_as_the_file_has_them(reports: dict[str, Report]) -> None:
    over = {"Resolved", "Closed"}
    reopened = sum(
        any(before in over and after not in over for before, after in pairwise(states))
        for states in through("uci_servicenow", "number", "incident_state").values()
    )
    assert reports["uci_servicenow"]["log"]["reopened_cases"] == reopened


def test_holds_are_those_of_the_file(reports: dict[str, Report]) -> None:
    begun = sum(
        after == "Wait" and before != "Wait"
        for every in through("helpdesk_italian", "case:concept:name", "Activity").values()
        for states in [[word for word in every if word != "Assign seriousness"]]  # says nothing
        for before, after in pairwise(["", *states])
    )
    acts = reports["helpdesk_italian"]["acts"]
    refused = sum(acts["refused"].get("hold", {}).values())
    assert acts["done"]["hold"] + refused == begun


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_gives_the_report_that_was_looked_at(
    name: str, reports: dict[str, Report]
) -> None:
    golden = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    assert reports[name] == golden


def test_twice_gives_the_same_and_another_seed_the_same_but_for_identifiers(
    reports: dict[str, Report],
) -> None:
    path, mapping = SAMPLES / "uci_servicenow.csv", shipped("uci_servicenow")
    first = reports["uci_servicenow"]
    assert json.dumps(replayed(path, mapping)) == json.dumps(first)
    other = replayed(path, mapping, seed=2)
    assert other["replay"].pop("seed") == 2
    assert other == {**first, "replay": {k: v for k, v in first["replay"].items() if k != "seed"}}
