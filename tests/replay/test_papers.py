"""A replay ends in a board paper; its totals are those of the log, or it says why not."""

import csv
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from escalation.cli.app import app
from escalation.reports import FORMATS
from escalation.services.replay.paper import rendered
from escalation.services.replay.run import Replay, replay_log
from tests.replay.stories import NAMES, SAMPLES, framework, plain, row, shipped, written

MONDAY = "2020-03-02T"
END = row("end", "2020-12-01T09:00", "same")


def ended(log: Path, mapping: Any) -> tuple[dict[str, Any], Mapping[str, Any]]:
    """The report of a replay, and the document of its paper."""
    papers: list[Mapping[str, Any]] = []
    report = replay_log(Replay(log=log, mapping=mapping, under=framework(), paper=papers.append))
    return report, papers[0]


def test_the_totals_of_a_paper_are_those_of_the_log(tmp_path: Path) -> None:
    rows = [
        row("a", f"{MONDAY}09:00", "queued"),
        row("a", f"{MONDAY}12:00", "resolved"),
        row("a", f"{MONDAY}13:00", "working"),
        row("a", f"{MONDAY}14:00", "closed"),
        row("b", f"{MONDAY}09:00", "queued"),
        row("b", f"{MONDAY}12:00", "resolved"),
        row("c", f"{MONDAY}09:00", "gone"),
        END,
    ]
    report, paper = ended(written(tmp_path, rows), plain())
    figures = paper["scorecard"]["figures"]["now"]
    told = {name: report["totals"][name] for name in ("logged", "resolved", "closed", "withdrawn")}
    assert all(each["agrees"] for each in told.values())
    assert (figures["logged"], told["logged"]["in_the_log"]) == (4, 4)
    assert (figures["resolved"], told["resolved"]["in_the_log"]) == (3, 3)
    assert (told["closed"]["in_the_log"], told["closed"]["by_the_engine"]) == (1, 1)
    assert (figures["closed"], figures["withdrawn"]) == (2, 1)


@pytest.mark.parametrize("name", NAMES)
def test_the_totals_of_a_sample_are_those_counted_from_its_file(name: str) -> None:
    mapping = shipped(name)
    report, paper = ended(SAMPLES / f"{name}.csv", mapping)
    with (SAMPLES / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        cases = {each[mapping.file.columns.case] for each in csv.DictReader(file)}
    totals = report["totals"]
    assert all(each["agrees"] for each in totals.values()), totals
    assert totals["logged"]["in_the_log"] == totals["logged"]["in_the_paper"] == len(cases)
    by_event = Counter(report["events_by_type"])
    for measure in totals:
        assert totals[measure]["in_the_paper"] == by_event[f"issue.{measure}"], measure
    done, refused = report["acts"]["done"], report["acts"]["refused"]
    in_the_log = done.get("resolve", 0) + sum(refused.get("resolve", {}).values())
    assert totals["resolved"]["in_the_log"] == in_the_log
    assert totals["resolved"]["by_the_engine"] == report["acts"]["decided_by_forums"]
    for kind in FORMATS:
        assert rendered(paper, name, kind) == rendered(json.loads(json.dumps(paper)), name, kind)
    text = rendered(paper, name, "md").decode()
    assert "## Against the log" in text
    assert f"| Resolved | {in_the_log} |" in text
    assert "How it is worked out" in text


def test_the_paper_is_written_in_the_format_of_its_ending(tmp_path: Path) -> None:
    log = str(SAMPLES / "helpdesk_italian.csv")
    asked = ["replay", log, "--mapping", "helpdesk_italian", "--limit", "5", "--paper"]
    answer = CliRunner().invoke(app, [*asked, str(tmp_path / "paper.pdf")])
    assert answer.exit_code == 0, answer.output
    assert (tmp_path / "paper.pdf").read_bytes().startswith(b"%PDF-")
    assert "Totals of the board paper against the log" in answer.stdout
    wrong = CliRunner().invoke(app, [*asked, str(tmp_path / "paper.docx")])
    assert wrong.exit_code != 0
    assert not (tmp_path / "paper.docx").exists()
