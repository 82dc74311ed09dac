import json

from standardwebhooks import Webhook

from escalation.workflow.commands import Acknowledge, Note
from tests.builders import ask, complaint
from tests.delivery.acts import deliver, logged, states, subscribe
from tests.delivery.conftest import Open
from tests.delivery.receiver import Receiver


def test_an_event_reaches_its_receiver_signed(
    furnished_url: str, open_on: Open, receiver: Receiver
) -> None:
    inside = open_on(furnished_url, real=True)
    made = subscribe(inside, receiver.url())
    view = ask(inside.desk, complaint())
    deliver(inside)
    [first, *_] = receiver.got
    told = Webhook(made.secret).verify(first.body, first.headers)
    assert told["type"] == "issue.logged"
    assert told["data"]["issue"] == {"id": view["id"], "reference": view["reference"]}
    assert told["data"]["id"] == first.headers["webhook-id"]
    assert first.headers["user-agent"].startswith("escalation/")
    assert set(states(inside)) == {"delivered"}
    assert deliver(inside) == 0


def test_notes_and_unwanted_types_are_not_sent(
    furnished_url: str, open_on: Open, receiver: Receiver
) -> None:
    inside = open_on(furnished_url)
    subscribe(inside, receiver.url("/some"), types=["issue.acknowledged"])
    view = ask(inside.desk, complaint())
    ask(inside.desk, Note(text="inside"), view["id"])
    ask(inside.desk, Acknowledge(), view["id"], if_match=view["version"])
    deliver(inside)
    assert [json.loads(got.body)["type"] for got in receiver.got] == ["issue.acknowledged"]


def test_many_events_come_in_order_for_each_issue(
    furnished_url: str, open_on: Open, receiver: Receiver
) -> None:
    inside = open_on(furnished_url)
    subscribe(inside, receiver.url())
    issues = logged(inside, 30)
    for issue in issues:
        ask(inside.desk, Acknowledge(), issue)
    deliver(inside)
    numbers: dict[str, list[int]] = {issue: [] for issue in issues}
    for got in receiver.got:
        data = json.loads(got.body)["data"]
        numbers[data["issue"]["id"]].append(data["number"])
    assert all(found == sorted(set(found)) and len(found) >= 2 for found in numbers.values())
    assert set(states(inside)) == {"delivered"}
