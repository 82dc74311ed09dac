import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from escalation.bootstrap import Container
from escalation.clock import VirtualClock
from escalation.delivery.formats.options import format_of
from escalation.errors import Invalid, Refused
from escalation.routing.vocabulary import Awaiting, Severity
from escalation.services import deliveries, endpoints
from escalation.services.endpoints import NewEndpoint, Wishes
from escalation.worker.jobs import worker_of
from escalation.workflow.commands import Acknowledge, Escalate, Hold, Inform, Resolve
from tests.builders import CLERK, ask, complaint
from tests.delivery.acts import deliver, log_of, states, subscribe
from tests.delivery.receiver import OK, Behaviour, Receiver, Talk, receiving
from tests.delivery.tools import AUTHORIZATION, Jira, ServiceNow, Tool, Zendesk

SYS_ID = "4f1c2f3bdb3010107a1a5e2b5e961900"
REFS: tuple[Mapping[str, Any], ...] = (
    {"system": "jira", "id": "RIV-417"},
    {
        "system": "servicenow",
        "id": "INC0010023",
        "url": f"https://dev.service-now.com/incident.do?sys_id={SYS_ID}&sysparm_stack=x",
    },
    {"system": "zendesk", "id": "5158"},
)
TICKETS = {"jira": "RIV-417", "servicenow": SYS_ID, "zendesk": "5158"}
TOOLS: Mapping[str, type[Tool]] = {"jira": Jira, "servicenow": ServiceNow, "zendesk": Zendesk}
OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "jira": {"transitions": {"issue.resolved": "31"}},
    "servicenow": {"fields": {"issue.resolved": {"state": "6", "close_code": "Solved"}}},
    "zendesk": {"statuses": {"issue.resolved": "solved"}},
}
ENDED = {"jira": "done", "servicenow": "6", "zendesk": "solved"}
OUTCOME = {"summary": "Paid.", "reasons": "A run was missed.", "cause": "capacity"}
OF_MEETINGS = ("a forum is to meet", "the papers of a meeting are due")


def resolve() -> Resolve:
    return Resolve(outcome=OUTCOME, reason="done")


def form(inside: Container, url: str, kind: str, **options: Any) -> NewEndpoint:
    """An endpoint of a format, with the authentication that the tools ask for."""
    wanted = format_of({"kind": kind, **options})
    return subscribe(inside, url, form=wanted, headers={"Authorization": AUTHORIZATION})


@pytest.fixture(params=sorted(TOOLS))
def kind(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def tool(kind: str) -> Tool:
    return TOOLS[kind]()


@pytest.fixture
def at_tool(tool: Tool) -> Iterator[Receiver]:
    with receiving(tool) as found:
        yield found


def test_what_happens_is_written_to_the_tools_own_ticket_and_no_other(
    inside: Container, kind: str, tool: Tool, at_tool: Receiver
) -> None:
    made = form(inside, at_tool.url(""), kind, **OPTIONS[kind])
    endpoints.ping(inside.desk, made.stored.id)
    ask(inside.desk, complaint())  # which the tool does not know
    issue = ask(inside.desk, complaint(external_refs=REFS))["id"]
    ask(inside.desk, Acknowledge(), issue)
    ask(inside.desk, resolve(), issue)
    deliver(inside)
    assert set(tool.comments) == {TICKETS[kind]}
    texts = tool.texts(TICKETS[kind])
    events = [each for each in log_of(inside) if each.type != "ping"]
    assert [each.state.value for each in log_of(inside)] == ["delivered"] * 4
    assert {each.aggregate for each in events} == {issue}
    numbered = sorted(events, key=lambda each: each.number)
    assert len(texts) == len(numbered) == 3
    for text, event in zip(texts, numbered, strict=True):
        assert text.endswith(f"[escalation {event.message_id}]")
    assert "Paid." in texts[-1]
    assert tool.states[TICKETS[kind]] == ENDED[kind]


def test_what_arrived_though_its_answer_was_lost_is_not_written_twice(
    inside: Container, clock: VirtualClock, kind: str, tool: Tool, at_tool: Receiver
) -> None:
    form(inside, at_tool.url(""), kind, **OPTIONS[kind])
    lost: list[str] = []
    answered = tool.behave

    async def lose(talk: Talk) -> None:
        if talk.got.method == "GET" or lost:
            await answered(talk)
            return
        lost.append(talk.got.path)
        tool.answer(talk.got.method, talk.got.path, json.loads(talk.got.body))
        talk.writer.transport.abort()

    tool.behave = lose  # type: ignore[method-assign]  # the answer is lost once
    issue = ask(inside.desk, complaint(external_refs=REFS))["id"]
    deliver(inside)
    assert states(inside) == ["waiting"]
    clock.advance(timedelta(minutes=1))
    deliver(inside)
    assert states(inside) == ["delivered"]
    assert len(tool.texts(TICKETS[kind])) == len(lost) == 1
    [sent] = log_of(inside)
    again = deliveries.redeliver(inside.desk, sent.id, inside.deliveries_kept)
    assert again["about"] == issue
    deliver(inside)
    assert len(tool.texts(TICKETS[kind])) == 1


def test_a_ticket_that_is_gone_is_given_up_at_once_and_the_endpoint_goes_on(
    inside: Container, kind: str, tool: Tool, at_tool: Receiver
) -> None:
    made = form(inside, at_tool.url(""), kind)
    tool.gone.add(TICKETS[kind])
    ask(inside.desk, complaint(external_refs=REFS))
    deliver(inside)
    assert states(inside) == ["dead"]
    assert endpoints.one(inside.desk, made.stored.id).state.value == "enabled"


def test_a_ticket_that_has_moved_on_keeps_its_place_and_gets_the_comment(
    inside: Container,
) -> None:
    tool = Jira()
    with receiving(tool) as at_tool:
        form(inside, at_tool.url(""), "jira", **OPTIONS["jira"])
        tool.states["RIV-417"] = "done"
        issue = ask(inside.desk, complaint(external_refs=REFS))["id"]
        ask(inside.desk, Acknowledge(), issue)
        ask(inside.desk, resolve(), issue)
        deliver(inside)
    assert states(inside) == ["delivered"] * 3
    assert len(tool.texts("RIV-417")) == 3


def test_words_of_people_are_no_markup_in_another_tool(inside: Container) -> None:
    said = "see [~boss] {panel} [code]<b>x</b>[/code] <!channel> & *all*"
    found = {}
    with receiving() as at_tool:
        for kind in ("jira", "servicenow", "slack", "teams"):
            form(inside, at_tool.url(f"/{kind}"), kind)
        issue = ask(inside.desk, complaint(external_refs=REFS))["id"]
        ask(inside.desk, Inform(text=said), issue)
        deliver(inside)
        for got in at_tool.got:
            if "informed" in got.body.decode() or said[:4] in got.body.decode():
                found[got.path.split("/")[1]] = json.loads(got.body)
    assert r"see \[~boss] \{panel} \[code]" in found["jira"]["body"]
    assert "[ code]<b>" in found["servicenow"]["work_notes"]
    section = found["slack"]["blocks"][1]["text"]
    assert section["type"] == "plain_text"
    assert said in section["text"]
    assert "<" not in found["slack"]["text"]
    card = found["teams"]["attachments"][0]["content"]
    runs = [run["text"] for block in card["body"] for run in block["inlines"]]
    assert any(said in run for run in runs)
    assert {block["type"] for block in card["body"]} == {"RichTextBlock"}


# -- CloudEvents


async def grants(talk: Talk) -> None:
    asked = talk.got.headers.get("webhook-request-origin", "")
    if talk.got.method == "OPTIONS":
        told = f"HTTP/1.1 200 OK\r\nWebHook-Allowed-Origin: {asked}\r\nContent-Length: 0\r\n\r\n"
        await talk.say(told.encode())
    else:
        await talk.say(OK)


async def grants_nobody(talk: Talk) -> None:
    await talk.say(OK)


def test_a_cloudevents_receiver_is_asked_once_before_it_is_sent_anything(
    inside: Container, receiver: Receiver, moods: dict[str, Behaviour]
) -> None:
    moods["/ce"] = grants
    form(inside, receiver.url("/ce"), "cloudevents", origin="issues.example.org")
    issue = ask(inside.desk, complaint())
    ask(inside.desk, Acknowledge(), issue["id"])
    deliver(inside)
    assert [got.method for got in receiver.at("/ce")] == ["OPTIONS", "POST", "POST"]
    asked, first, _ = receiver.at("/ce")
    assert asked.headers["webhook-request-origin"] == "issues.example.org"
    assert asked.body == b""
    assert first.headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    event = json.loads(first.body)
    assert event["id"] == first.headers["webhook-id"]
    assert (event["specversion"], event["type"]) == ("1.0", "escalation.issue.logged")
    assert (event["subject"], event["sequence"]) == (issue["reference"], "0000000001")
    assert event["data"]["issue"]["id"] == issue["id"]


def test_a_cloudevents_receiver_that_does_not_allow_us_is_sent_nothing(
    inside: Container, receiver: Receiver, moods: dict[str, Behaviour]
) -> None:
    moods["/ce"] = grants_nobody
    form(inside, receiver.url("/ce"), "cloudevents")
    ask(inside.desk, complaint())
    deliver(inside)
    assert [got.method for got in receiver.at("/ce")] == ["OPTIONS"]
    assert states(inside) == ["waiting"]


def test_a_binary_cloudevent_has_its_attributes_in_headers(
    inside: Container, receiver: Receiver
) -> None:
    form(inside, receiver.url("/ce"), "cloudevents", mode="binary", handshake=False)
    issue = ask(inside.desk, complaint())
    deliver(inside)
    [got] = receiver.at("/ce")
    assert got.headers["content-type"] == "application/json"
    assert got.headers["ce-type"] == "escalation.issue.logged"
    assert got.headers["ce-subject"] == issue["reference"]
    assert json.loads(got.body)["number"] == 1


@pytest.mark.parametrize("asks", ["", "/users/current.json"])
def test_a_ping_reaches_a_tool_that_a_template_names_tickets_of(
    inside: Container, receiver: Receiver, asks: str
) -> None:
    body = '{"notes": {{ text | tojson }}}'
    path = "/issues/{{ refs.redmine.id }}.json"
    wanted = {"body": body, "method": "PUT", "system": "redmine", "path": path, "ping": asks}
    made = form(inside, receiver.url("/api"), "template", **wanted)
    endpoints.ping(inside.desk, made.stored.id)
    deliver(inside)
    [pinged] = log_of(inside)
    assert pinged.state.value == "delivered"
    assert [(got.method, got.path) for got in receiver.got] == [("GET", f"/api{asks}")]


# -- the same rules for every format


@pytest.mark.parametrize(
    "options",
    [
        {"kind": "cloudevents", "handshake": False},
        {"kind": "template", "body": '{"t": {{ text | tojson }}}'},
        {"kind": "slack"},
        {"kind": "teams"},
        {"kind": "zendesk"},
    ],
    ids=lambda options: options["kind"],
)
def test_each_format_is_rendered_once_and_the_same_bytes_are_sent_again(
    inside: Container, receiver: Receiver, options: Mapping[str, Any]
) -> None:
    made = form(inside, receiver.url("/hook"), **options)
    ask(inside.desk, complaint(external_refs=REFS))
    deliver(inside)
    [sent] = log_of(inside)
    if options["kind"] != "zendesk":
        changed = {**options, "body": '{"other": true}'} if "body" in options else options
        wishes = Wishes(form=format_of(changed))
        endpoints.change(
            inside.desk, inside.vault, inside.guard, made.stored.id, wishes, actor=CLERK
        )
    deliveries.redeliver(inside.desk, sent.id, inside.deliveries_kept)
    deliver(inside)
    posted = [got for got in receiver.got if got.method != "GET"]
    assert len(posted) == 2
    assert len({got.body for got in posted}) == 1
    assert len({got.headers["webhook-id"] for got in posted}) == 1


def test_what_cannot_be_put_in_its_form_is_dead_with_the_reason_and_sent_once_it_can(
    inside: Container, receiver: Receiver
) -> None:
    without_url = ({"system": "servicenow", "id": "INC1"},)
    form(inside, receiver.url("/ill-not"), "servicenow")
    ask(inside.desk, complaint(external_refs=without_url))
    deliver(inside)
    [dead] = log_of(inside)
    assert (dead.state.value, dead.last_outcome) == ("dead", "unrendered")
    view = deliveries.one(inside.desk, dead.id, inside.deliveries_kept)
    assert "sys_id" in view["attempts"][0]["detail"]
    with pytest.raises(Refused) as refused:
        deliveries.redeliver(inside.desk, dead.id, inside.deliveries_kept)
    assert refused.value.code == "delivery_unrendered"
    assert receiver.got == []


def test_a_delivery_names_its_issue_by_the_reference_that_people_know(
    inside: Container, receiver: Receiver
) -> None:
    form(inside, receiver.url("/chat"), "slack")
    issue = ask(inside.desk, complaint())
    deliver(inside)
    [shown] = deliveries.page(inside.desk, None).items
    assert (shown["about"], shown["reference"]) == (issue["id"], issue["reference"])


def test_the_kind_of_an_endpoints_format_stays(inside: Container, receiver: Receiver) -> None:
    made = form(inside, receiver.url(), "slack")
    wishes, name = Wishes(form=format_of({"kind": "teams"})), made.stored.id
    with pytest.raises(Invalid) as refused:
        endpoints.change(inside.desk, inside.vault, inside.guard, name, wishes, actor=CLERK)
    assert [fault.pointer for fault in refused.value.errors] == ["/format/kind"]


def test_a_type_that_is_none_is_refused_with_the_nearest(inside: Container) -> None:
    with pytest.raises(Invalid) as refused:
        form(inside, "http://127.0.0.1:1/", "jira", transitions={"issue.resolvd": "31"})
    [fault] = refused.value.errors
    assert fault.pointer == "/format/transitions/issue.resolvd"
    assert "`issue.resolved`" in fault.detail


def test_an_escalation_reads_in_the_tool_as_people_say_it(inside: Container) -> None:
    tool = Zendesk()
    with receiving(tool) as at_tool:
        form(inside, at_tool.url(""), "zendesk")
        issue = ask(inside.desk, complaint(external_refs=REFS))
        ask(inside.desk, Escalate(reason="nobody answers"), issue["id"])
        deliver(inside)
    last = tool.texts("5158")[-1]
    assert last.startswith(f"{issue['reference']}: it climbed to another rung\n")
    low, high = "Service manager and function manager", "Service director and function director"
    assert f"From: {low}\nTo: {high}\nHow: escalate\n" in last
    assert "Reason: nobody answers" in last


def test_a_hold_is_told_in_the_tool_by_the_clock_on_the_wall_and_in_words(
    inside: Container, receiver: Receiver
) -> None:
    form(inside, receiver.url("/chat"), "slack")
    issue = ask(inside.desk, complaint())["id"]
    until = datetime(2026, 3, 9, 23, tzinfo=UTC)
    held = Hold(until=until, awaiting=Awaiting.THIRD_PARTY, reason="A bank is asked.")
    ask(inside.desk, held, issue)
    deliver(inside)
    text = json.loads(receiver.at("/chat")[-1].body)["blocks"][1]["text"]["text"]
    assert "Awaiting: third party\nUntil: Tue 10 Mar 2026 09:00 Australia/Brisbane\n" in text


def test_after_an_outage_each_ticket_has_its_own_summary_before_the_last_live_word(
    inside: Container, clock: VirtualClock
) -> None:
    tool = Zendesk()
    refs = [({"system": "zendesk", "id": str(number)},) for number in (5158, 5159)]
    with receiving(tool) as at_tool:
        issues = [
            ask(inside.desk, complaint(external_refs=ref, severity=Severity.CRITICAL))
            for ref in refs
        ]
        worker_of(inside).once()
        form(inside, at_tool.url(""), "zendesk")
        clock.advance(timedelta(days=3))
        worker_of(inside).once()
    for issue, ticket in zip(issues, ("5158", "5159"), strict=True):
        summary, last = tool.texts(ticket)
        assert summary.startswith("events that came late after an outage")
        assert f"{issue['reference']}: it climbed to another rung. From: Service manager" in summary
        other = next(each["reference"] for each in issues if each is not issue)
        assert other not in summary
        assert last.startswith(issue["reference"])
    assert {each.state.value for each in log_of(inside)} == {"delivered", "summarised"}


def test_a_chat_is_told_of_an_outage_in_one_message(
    inside: Container, clock: VirtualClock, receiver: Receiver
) -> None:
    for _ in range(2):
        ask(inside.desk, complaint(severity=Severity.CRITICAL))
    worker_of(inside).once()
    form(inside, receiver.url("/chat"), "slack")
    clock.advance(timedelta(days=3))
    worker_of(inside).once()
    heads = [json.loads(got.body)["text"] for got in receiver.at("/chat")]
    heads = [head for head in heads if not head.startswith(OF_MEETINGS)]
    assert len(heads) == 3
    assert heads.count("events that came late after an outage, all in one") == 1
