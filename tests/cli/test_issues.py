import json
import re
from typing import Any

from tests.builders import CONFIG
from tests.cli.conftest import Run, plain

LOG = ("title=The pay is late", "agency=rivers", "provider=meridian", "function=payroll")


def logged(run: Run, *fields: str, database: str | None = None) -> dict[str, Any]:
    told = run("issues", "log", *LOG, *fields, "--json", database=database)
    assert told.exit_code == 0, told.output
    view: dict[str, Any] = json.loads(told.stdout)
    return view


def test_an_issue_is_logged_listed_and_shown(run: Run, furnished_url: str) -> None:
    view = logged(
        run, "raiser.type=staff", "raiser.name=Ana", "themes=pay,late", database=furnished_url
    )
    assert view["reference"].startswith("SSI-")
    assert (view["status"], view["rung"]["id"]) == ("open", "service_manager")
    assert (view["raiser"]["name"], view["themes"]) == ("Ana", ["pay", "late"])
    listed = json.loads(run("issues", "list", "--status", "open", "--json").stdout)
    assert [each["id"] for each in listed["data"]] == [view["id"]]
    assert listed["meta"]["total"] == 1
    shown = json.loads(run("issues", "show", view["reference"], "--history", "--json").stdout)
    assert shown["id"] == view["id"]
    assert [entry["type"] for entry in shown["timeline"]] == ["issue.logged"]


def test_people_see_times_in_the_zone_of_the_issues_calendar(run: Run, furnished_url: str) -> None:
    view = logged(run, database=furnished_url)
    for words in (["show", view["reference"], "--history"], ["list"]):
        told = run("issues", *words)
        assert "Australia/Brisbane" in told.stdout
        assert "The pay is late" in plain(told.stdout)
    assert view["due_at"].endswith("Z")


def test_an_act_is_done_and_the_issue_shown_as_it_then_is(run: Run, furnished_url: str) -> None:
    reference = logged(run, database=furnished_url)["reference"]
    told = run("issues", "act", reference, "acknowledge", "--version", "1", "--json")
    view = json.loads(told.stdout)
    assert (view["status"], view["version"]) == ("in_progress", 2)
    noted = run("issues", "act", reference, "note", "text=She rang.")
    assert noted.exit_code == 0
    assert "in_progress" in noted.stdout


def test_what_an_act_takes_may_come_as_a_body_with_fields_over_it(
    run: Run, furnished_url: str
) -> None:
    reference = logged(run, database=furnished_url)["reference"]
    body = json.dumps({"outcome": {"summary": "Paid.", "reasons": "It was late."}, "note": "a"})
    words = ["issues", "act", reference, "resolve", "--body", "-", "outcome.remedy=An apology"]
    told = run(*words, "--json", sent=body)
    assert told.exit_code == 0, told.output
    outcome = json.loads(told.stdout)["outcome"]
    assert (outcome["summary"], outcome["remedy"]) == ("Paid.", "An apology")


def test_a_refusal_says_why_and_what_is_open(run: Run, furnished_url: str) -> None:
    reference = logged(run, database=furnished_url)["reference"]
    run("issues", "act", reference, "acknowledge")
    told = run("issues", "act", reference, "acknowledge")
    assert (told.exit_code, told.stdout) == (1, "")
    assert "acknowledged" in told.stderr
    assert "Open now: " in told.stderr


def test_a_stale_version_is_refused(run: Run, furnished_url: str) -> None:
    reference = logged(run, database=furnished_url)["reference"]
    run("issues", "act", reference, "acknowledge")
    words = ["issues", "act", reference, "escalate", "reason=It is urgent"]
    told = run(*words, "--version", "1")
    assert told.exit_code == 1
    assert "version 2" in told.stderr
    assert run(*words, "--version", "2").exit_code == 0


def test_every_wrong_field_is_told_with_the_nearest_word(run: Run, furnished_url: str) -> None:
    reference = logged(run, database=furnished_url)["reference"]
    words = ["issues", "act", reference, "hold", "until=2026-12-01T09:00:00", "awaiting=raisr"]
    told = run(*words)
    assert told.exit_code == 1
    for place in ("/reason", "/until", "/awaiting"):
        assert f"{place}: " in told.stderr
    assert "zone" in told.stderr
    assert "raiser" in told.stderr
    unknown = run("issues", "log", *LOG, "agency=riverz")
    assert "rivers" in unknown.stderr


def test_the_sides_agree_and_issues_are_merged_at_the_command_line(
    run: Run, furnished_url: str
) -> None:
    first = logged(run, database=furnished_url)["reference"]
    twin = logged(run)["reference"]
    asked = run("issues", "act", first, "seek-advice", "person=priya-nair", "question=Who pays?")
    assert "Who pays?" in plain(asked.stdout)
    run("issues", "act", first, "skip", "to=business_manager_forum", "reason=both must")
    outcome = ["outcome.summary=Paid", "outcome.reasons=It was owed"]
    unsaid = run("issues", "act", first, "propose", *outcome)
    assert "/seat: " in unsaid.stderr
    proposed = run("issues", "act", first, "propose", "seat=agency", *outcome)
    assert "proposed" in plain(proposed.stdout)
    merged = run("issues", "act", twin, "merge", f"issue={first}", "reason=the same")
    assert f"merged into {first}" in " ".join(plain(merged.stdout).split())
    agreed = run("issues", "act", first, "agree", "seat=provider", "--json")
    found = json.loads(agreed.stdout)
    assert (found["status"], found["outcome"]["summary"]) == ("resolved", "Paid")
    assert [joined["reference"] for joined in found["joined"]] == [twin]


def test_a_list_is_filtered_sorted_and_cut(run: Run, furnished_url: str) -> None:
    first = logged(run, "severity=low", database=furnished_url)
    second = logged(run, "severity=critical", "agency=rivers")
    words = ["issues", "list", "--json"]

    def ids(*more: str) -> list[str]:
        told = run(*words, *more)
        assert told.exit_code == 0, told.output
        return [each["id"] for each in json.loads(told.stdout)["data"]]

    assert ids() == [second["id"], first["id"]]
    assert ids("--sort", "-due_at") == [first["id"], second["id"]]
    assert ids("--severity", "low", "--severity", "high") == [first["id"]]
    assert ids("--agency", "rivers", "--rung", "service_manager", "--in-time") == ids()
    assert ids("--past-target") == []
    assert ids("-q", "PAY late") == ids()
    assert ids("--holder", "priya-nair") == ids()
    assert ids("--provider", "corptech") == []
    cut = run("issues", "list", "--limit", "1")
    assert "1 of 2" in cut.stderr


def test_the_explanation_that_the_readme_shows_is_what_is_printed(
    run: Run, furnished_url: str
) -> None:
    words = ["agency=rivers", "function=payroll", "channel=phone", "raiser.type=staff", "title=x"]
    told = run("issues", "log", *words, "--json", database=furnished_url)
    explained = run("ladders", "explain", json.loads(told.stdout)["reference"]).stdout
    printed = {" ".join(line.split()) for line in explained.splitlines()}
    readme = (CONFIG.parent / "README.md").read_text(encoding="utf-8")
    shown = readme[readme.index("The rung clock") :].split("```")[0].splitlines()
    same_at_any_time = [line for line in shown if not re.search(r"[0-9]:|^left", line)]
    assert len(same_at_any_time) == 6
    assert {" ".join(line.split()) for line in same_at_any_time} <= printed


def test_an_issue_is_explained_line_by_line(run: Run, furnished_url: str) -> None:
    reference = logged(run, "severity=high", database=furnished_url)["reference"]
    told = run("ladders", "explain", reference)
    assert told.exit_code == 0, told.output
    text = plain(told.stdout)
    assert "escalation_ladders.yaml:" in text
    assert "OLA Rivers, cl 8.2(a)" in text
    assert "which makes it due" in text
    assert "We answer soon (Customer service charter, 2)" in text
    found = json.loads(run("ladders", "explain", reference, "--json").stdout)
    assert found["reference"] == reference
    run("issues", "act", reference, "withdraw", "reason=Found it")
    assert run("ladders", "explain", reference).exit_code == 0


def test_what_is_not_there_is_said_so(run: Run, furnished_url: str) -> None:
    for words in (
        ["issues", "show", "SSI-2026-999999"],
        ["issues", "act", "SSI-2026-999999", "acknowledge"],
        ["ladders", "explain", "SSI-2026-999999"],
    ):
        told = run(*words, database=furnished_url)
        assert (told.exit_code, told.stdout) == (1, "")
        assert "SSI-2026-999999" in told.stderr
