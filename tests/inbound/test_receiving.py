"""What is posted is kept, acted upon once, listed with its reason, and read again when asked."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from escalation.errors import Busy, NotFound
from escalation.services.inbound import inbox, receiving
from escalation.services.inbound.ailments import left_over
from escalation.services.inbound.receiving import Known
from escalation.store import models
from escalation.store.transaction import read
from escalation.workflow.viewing import Viewer
from tests.api.service import Service, problem
from tests.builders import desk_on
from tests.fakes import failing_commits
from tests.inbound.hooked import Desked, Hooked, sample, shipped
from tests.inbound.lives import life
from tests.inbound.signing import signed, text


def raised(**changes: Any) -> dict[str, Any]:
    return {**sample("generic", "raised"), **changes}


def test_the_same_delivery_again_is_answered_the_same_and_does_nothing(hooked: Hooked) -> None:
    first = hooked.send("jira", sample("jira", "created"), name="same")
    hooked.came("jira", sample("jira", "in-progress"))
    again = hooked.send("jira", sample("jira", "created"), name="same")
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert again.headers["location"] == first.headers["location"]
    issue = hooked.issue(hooked.kept(first.json()["id"]))
    assert [e["type"] for e in hooked.timeline(issue)] == ["issue.logged", "issue.acknowledged"]


def test_a_word_that_the_directory_does_not_have_is_told_with_its_field(hooked: Hooked) -> None:
    kept = hooked.came("generic", raised(function="payrol"))
    assert kept["state"] == "refused"
    assert "function: found `payrol`" in kept["reason"]
    assert "the nearest is `payroll`" in kept["reason"]


def test_two_deliveries_of_the_same_words_are_two(hooked: Hooked) -> None:
    body = {"ticket": "T-9", "title": "Twice", "agency": "rivers", "function": "payroll"}
    one, two = (hooked.came("generic", body, name=name) for name in ("a", "b"))
    assert one["id"] != two["id"]


def test_what_no_rule_understands_is_kept_and_read_again_once_the_rules_are_mended(
    hooked: Hooked,
) -> None:
    body = raised(severity="blocker")
    kept = hooked.came("generic", body)
    assert (kept["state"], kept["issue"]) == ("unmapped", None)
    assert "blocker" in kept["reason"]
    [fault] = kept["faults"]
    assert fault["where"] == "issue.severity", "where one's own file has it, not the preset"
    assert "say `issue.severity` in its place" in fault["detail"]
    hooked.rewrite(
        "    preset: generic\n",
        "    preset: generic\n    rules:\n"
        "      - name: all\n        do:\n"
        "          - log: {raiser_name: it.raiser.name}\n"
        "          - change:\n              title: it.title\n              agency: it.agency\n"
        "              function: it.function\n"
        "              severity: {from: it.severity, values: {blocker: critical}}\n",
    )
    path = f"/v1/hook-deliveries/{kept['id']}/replay"
    answer = hooked.service.post(path, key=hooked.service.admin)
    assert answer.status_code == 200, answer.text
    assert answer.json()["state"] == "done"
    assert hooked.issue(answer.json())["severity"] == "critical"
    again = hooked.service.post(path, key=hooked.service.admin).json()
    assert (again["state"], again["did"]) == ("done", [])


def test_a_state_that_no_rule_knows_is_not_passed_over_in_silence(hooked: Hooked) -> None:
    kept = hooked.came("generic", raised(status="in progres"))
    assert kept["state"] == "unmapped"
    assert "state: found `in progres`" in kept["reason"]
    assert "the nearest is `in_progress`" in kept["reason"]
    hooked.rewrite(
        "    preset: generic\n",
        "    preset: generic\n"
        "    state: {from: it.status, values: {in progres: in_progress, new: open}}\n",
    )
    path = f"/v1/hook-deliveries/{kept['id']}/replay"
    done = hooked.service.post(path, key=hooked.service.admin).json()
    assert done["state"] == "done"
    assert hooked.issue(done)["status"] == "in_progress"


@pytest.mark.parametrize(
    ("tool", "name", "place"),
    [
        ("freshservice", "created", ("freshservice_webhook", "ticket_status")),
        ("servicenow", "created", ("state",)),
    ],
)
def test_a_state_of_the_tools_own_administrator_is_told(
    hooked: Hooked, tool: str, name: str, place: Sequence[str]
) -> None:
    body = sample(tool, name)
    inside = body
    for key in place[:-1]:
        inside = inside[key]
    inside[place[-1]] = "Parked"
    kept = hooked.came(tool, body)
    assert kept["state"] == "unmapped"
    assert "found `Parked`" in kept["reason"]


def test_a_ticket_without_its_number_is_told_as_that(hooked: Hooked) -> None:
    body = sample("freshservice", "created")
    del body["freshservice_webhook"]["ticket_id"]
    kept = hooked.came("freshservice", body)
    assert kept["reason"] == "about: found nothing, expected what the tool calls its ticket"
    assert kept["about"] is None
    pushed = {"object_kind": "push", "project": {"path_with_namespace": "rivers/forms"}}
    kept = hooked.came("gitlab", pushed)
    assert (kept["state"], kept["about"]) == ("ignored", None)


def test_a_ticket_that_cannot_be_logged_yet_says_what_it_lacks(hooked: Hooked) -> None:
    body = {"ticket": "T-3", "agency": "rivers", "function": "payroll"}
    assert "this has no `title` to log it with" in hooked.came("generic", body)["reason"]


def test_the_doctor_tells_of_deliveries_that_had_no_effect(hooked: Hooked) -> None:
    inside = hooked.service.container
    hooked.came("generic", raised(severity="blocker"))
    hooked.came("generic", raised(status="parked", id="e2"))
    hooked.came("generic", {"ticket": "T-3", "comment": {"text": "It waits."}})
    now = hooked.service.clock.now()
    with read(inside.engine) as connection:
        [found] = left_over(connection, now)
        assert "2 of generic" in found.what
        assert not list(left_over(connection, now + timedelta(days=8)))


def test_whatever_had_no_effect_is_read_again_together(hooked: Hooked) -> None:
    for number in range(3):
        hooked.came("generic", raised(ticket=f"T-{number}", agency="rivvers", id=f"e{number}"))
    inside = hooked.service.container
    left = inbox.page(inside.desk, source="generic", states=inbox.LEFT).items
    assert [each["state"] for each in left] == ["refused"] * 3
    assert "rivvers" in left[0]["reason"]
    hooked.rewrite(
        "    preset: generic\n", "    preset: generic\n    issue: {agency: {otherwise: rivers}}\n"
    )
    hooked.rewrite("issue: {agency: {otherwise: rivers}}", MENDED)
    done = list(inbox.replay_left(inside.desk, inside.hooks, "generic"))
    assert [each["state"] for each in done] == ["done"] * 3
    assert not inbox.page(inside.desk, source="generic", states=inbox.LEFT).items


MENDED = """rules:
      - name: all
        do:
          - log: {title: it.title, agency: {otherwise: rivers}, function: it.function}"""


def test_a_source_file_with_a_mistake_changes_nothing(hooked: Hooked) -> None:
    hooked.came("generic", raised())
    hooked.rewrite("preset: generic", "preset: generik")
    assert hooked.came("generic", raised(ticket="T-2", id="e2"))["state"] == "done"
    mistake = hooked.service.container.hooks.mistake
    assert mistake is not None
    assert "the nearest is `generic`" in str(mistake)


def test_our_own_change_coming_back_changes_nothing(hooked: Hooked) -> None:
    created = sample("jira", "created")
    issue = hooked.issue(hooked.came("jira", created))
    hooked.service.act(hooked.service.act(issue, "acknowledge"), "resolve", reason="Paid.",
                       outcome={"summary": "Paid.", "reasons": "By hand."})  # fmt: skip
    back = sample("jira", "resolved")
    ours = {**back, "user": {"accountId": "escalation-bot"}}
    echo = hooked.came("jira", ours)
    assert (echo["state"], echo["did"]) == ("echo", [])
    # Without the account: the tool is where the issue is, so nothing follows.
    same = hooked.came("jira", {**back, "timestamp": back["timestamp"] + 1})
    after = hooked.issue(same)
    assert (after["status"], after["outcome"]["summary"]) == ("resolved", "Paid.")


def test_a_comment_that_we_wrote_there_is_not_taken_for_a_new_one(hooked: Hooked) -> None:
    issue = hooked.issue(hooked.came("jira", sample("jira", "created")))
    [logged] = hooked.timeline(issue)
    comment = sample("jira", "comment-internal")
    comment["comment"]["body"] = f"It climbed.\n[escalation {logged['id']}]"
    assert hooked.came("jira", comment)["did"] == []
    comment["comment"] = {**comment["comment"], "body": "[escalation evt_0] is what it said"}
    assert hooked.came("jira", {**comment, "timestamp": 1772404900001})["did"] == ["note"]


def test_what_people_did_here_stands_until_the_tool_says_something_else(hooked: Hooked) -> None:
    issue = hooked.issue(hooked.came("jira", sample("jira", "in-progress")))
    hooked.service.act(issue, "escalate", reason="It takes too long.")
    edited = sample("jira", "in-progress")
    edited["timestamp"] += 5_000
    edited["issue"]["fields"]["labels"] = ["allowances", "urgent"]
    after = hooked.issue(hooked.came("jira", edited))
    assert after["status"] == "open"
    assert after["rung"]["id"] == "function_director"
    assert after["themes"] == ["allowances", "urgent"]


def test_an_issue_that_people_logged_with_the_tickets_name_is_kept_in_step(hooked: Hooked) -> None:
    logged = hooked.service.log(external_refs=[{"system": "jira", "id": "RIV-417"}])
    delivery = hooked.came("jira", sample("jira", "in-progress"))
    assert delivery["issue"] == logged["id"]
    assert hooked.issue(delivery)["status"] == "in_progress"


def test_an_act_that_the_issue_refuses_is_kept_with_its_reason(hooked: Hooked) -> None:
    body = raised(
        status="resolved", outcome={"summary": "Done.", "reasons": "-", "cause": "gremlins"}
    )
    kept = hooked.came("generic", body)
    assert (kept["state"], kept["issue"]) == ("refused", None)
    assert "gremlins" in kept["reason"]


def test_a_delivery_and_its_effect_are_kept_together_or_not_at_all(furnished_url: str) -> None:
    with desk_on(furnished_url) as desk:
        known = Known("servicenow", shipped()["servicenow"])
        [came] = life("servicenow", "C-1")[:1]
        desk.references.stock(desk.engine, desk.clock.now().year, 1)  # has a commit of its own
        with failing_commits(desk.engine), pytest.raises(Busy):
            receiving.receive(desk, known, [came]).result()
        assert not inbox.page(desk).items
        [kept] = receiving.receive(desk, known, [came]).result()
        assert (kept.state, kept.did) == ("done", ["log"])
        [again] = receiving.receive(desk, known, [came]).result()
        assert again.id == kept.id
        assert len(inbox.page(desk).items) == 1


def test_tickets_of_two_tools_may_have_the_same_name(desked: Desked) -> None:
    for tool in ("servicenow", "zendesk"):
        desked.receive(tool, life(tool, "SAME-1")[:2])
    assert desked.state("zendesk", "SAME-1")["channel"] == "email"
    assert desked.state("servicenow", "SAME-1")["channel"] == "ticketing_tool"


def test_what_is_about_a_sealed_issue_stands_in_the_inbox_of_those_who_may_see_it(
    hooked: Hooked,
) -> None:
    delivery = hooked.came("jira", sample("jira", "created"))
    issue = hooked.issue(delivery)
    hooked.service.act(issue, "reclassify", reason="It is about a person.", sensitive=["privacy"])
    inside, stranger = hooked.service.container, Viewer(person="mick-callaghan")
    assert [each["id"] for each in inbox.page(inside.desk).items] == [delivery["id"]]
    assert not inbox.page(inside.desk, stranger).items
    with pytest.raises(NotFound):
        inbox.one(inside.desk, inside.hooks, delivery["id"], stranger)


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"", 400, "malformed"),
        (b"{", 400, "malformed"),
        (b"\xff\xfe{}", 400, "malformed"),
        (b'{"a": NaN}', 400, "malformed"),
        (b'{"a": 1, "a": 2}', 400, "malformed"),
        (b'{"a": ' + b"9" * 400 + b"}", 400, "malformed"),
        (b"[" * 200 + b"]" * 200, 413, "too_deep"),
        (b'"' + b"x" * 1_100_000 + b'"', 413, "too_large"),
    ],
)
def test_what_cannot_be_read_is_refused_and_not_kept(
    hooked: Hooked, raw: bytes, status: int, code: str
) -> None:
    problem(hooked.send("generic", raw), status, code)
    assert not inbox.page(hooked.service.container.desk).items


@pytest.mark.parametrize("body", [None, 7, "text", [], {}, [[]], {"ticket": {}}, {"ticket": None}])
def test_what_says_nothing_is_kept_and_explained(hooked: Hooked, body: Any) -> None:
    kept = hooked.came("generic", body)
    assert kept["state"] in {"unmapped", "waiting"}
    assert kept["reason"]
    assert kept["body"] == body


def test_text_that_no_store_holds_is_mended(hooked: Hooked) -> None:
    raw = json.dumps(raised(title="a\x00b\ud800c\u202e " + "x" * 400)).encode()
    answer = hooked.send("generic", raw)
    issue = hooked.issue(hooked.kept(answer.json()["id"]))
    assert issue["title"].startswith("ab\ufffdc")
    assert len(issue["title"]) == 300


def test_what_a_tool_adds_to_the_address_does_no_harm(hooked: Hooked) -> None:
    raw = text(sample("jira", "created"))
    headers = signed("jira", raw, hooked.service.clock.now(), "d-1")
    sent: dict[str, Any] = {n.lower().replace("-", "_"): v for n, v in headers.items()}
    path = "/v1/hooks/jira?user_id=712020:ana&user_key=ana"
    assert hooked.service.post(path, raw=raw, key=None, **sent).status_code == 202


def test_another_kind_of_body_is_refused(hooked: Hooked) -> None:
    answer = hooked.send("generic", text({}), content_type="application/x-www-form-urlencoded")
    problem(answer, 415, "unsupported_media_type")


def test_the_inbox_is_read_page_by_page_and_only_by_who_may(hooked: Hooked) -> None:
    for number in range(5):
        hooked.service.clock.advance(timedelta(seconds=1))
        hooked.came("generic", raised(ticket=f"P-{number}", id=f"p{number}"))
    hooked.came("jira", sample("jira", "comment-internal"))
    service, admin = hooked.service, hooked.service.admin
    seen: list[str] = []
    path: str | None = "/v1/hook-deliveries?source=generic&limit=2"
    while path is not None:
        page = service.found(path, key=admin)
        seen += [each["about"] for each in page["data"]]
        path = page["links"].get("next")
    assert seen == [f"P-{number}" for number in reversed(range(5))]
    [waiting] = service.found("/v1/hook-deliveries?state=waiting", key=admin)["data"]
    assert waiting["waits_for"] == "RIV-417"
    problem(service.get("/v1/hook-deliveries"), 403, "forbidden")
    problem(service.get("/v1/hook-deliveries/hkd_x", key=admin), 404, "not_found")
    problem(service.post("/v1/hook-deliveries/hkd_x/replay", key=admin), 404, "not_found")


def test_a_preview_shows_each_expression_and_does_nothing(hooked: Hooked) -> None:
    service = hooked.service
    asked = {"source": "jira", "body": sample("jira", "created")}
    [reading] = service.post("/v1/hook-previews", asked, key=service.admin).json()["data"]
    assert [act["act"] for act in reading["acts"]] == ["log", "change", "reopen", "link"]
    title = {"where": "rules[1].do[1].change.title", "expression": "it.fields.summary",
             "found": "Pay run of 26 February is short", "problem": None}  # fmt: skip
    assert title in reading["expressions"]
    assert not inbox.page(service.container.desk).items
    unknown = service.post("/v1/hook-previews", {**asked, "source": "jirra"}, key=service.admin)
    assert "the nearest is `jira`" in problem(unknown, 404, "not_found")["detail"]


def rows(service: Service) -> dict[str, int]:
    """How many rows each table has, but for what was asked and gaps between references."""
    with service.container.engine.connect() as connection:
        return {
            name: connection.scalar(select(func.count()).select_from(table)) or 0
            for name, table in models.metadata.tables.items()
            if name not in {"quota", "reference_block"}
        }


@pytest.mark.parametrize(
    ("tool", "body", "state", "why"),
    [
        ("generic", raised(), "done", None),
        ("generic", raised(function="payrol"), "refused", "function: found `payrol`"),
        ("generic", raised(agency="rivvers"), "refused", "agency: found `rivvers`"),
        ("generic", raised(severity="blocker"), "unmapped", "blocker"),
        ("jira", sample("jira", "comment-to-customer"), "waiting", "is not known yet"),
    ],
)
def test_a_preview_says_what_the_post_comes_to_and_leaves_nothing(
    hooked: Hooked, tool: str, body: dict[str, Any], state: str, why: str | None
) -> None:
    service = hooked.service
    before, asked = rows(service), {"source": tool, "body": body}
    for came in (False, True):
        found = service.post("/v1/hook-previews", asked, key=service.admin).json()["data"]
        assert [each["state"] for each in found] == [None if state == "done" else state]
        assert why is None or why in found[0]["reason"]
        if came:
            break
        assert rows(service) == before
        kept = hooked.came(tool, body)
        assert (kept["state"], kept["reason"]) == (state, found[0]["reason"])


def test_a_preview_asks_the_issue_of_a_ticket_that_is_known(hooked: Hooked) -> None:
    service = hooked.service
    hooked.came("generic", raised())
    outcome = {"summary": "Done.", "reasons": "-", "cause": "gremlins"}
    later = raised(id="later", at="2026-03-02T00:00:00Z", status="resolved", outcome=outcome)
    asked = {"source": "generic", "body": later}
    [found] = service.post("/v1/hook-previews", asked, key=service.admin).json()["data"]
    kept = hooked.came("generic", later)
    assert (found["state"], found["reason"]) == (kept["state"], kept["reason"])
    assert kept["state"] == "refused"
