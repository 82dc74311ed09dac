"""CloudEvents come structured, binary and in batches, after a handshake where one is asked for."""

import json
from typing import Any

import pytest

from tests.api.service import problem
from tests.inbound.hooked import Hooked, sample
from tests.inbound.signing import text

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"


def structured(hooked: Hooked, event: Any, **more: str) -> dict[str, Any]:
    return hooked.came("cloudevents", event, content_type=STRUCTURED, **more)


def test_a_structured_event_is_a_delivery_known_by_its_source_and_id(hooked: Hooked) -> None:
    event = sample("cloudevents", "structured")
    delivery = structured(hooked, event)
    assert (delivery["state"], delivery["about"]) == ("done", "H-5")
    assert delivery["key"] == "/rivers/helpdesk A234-0"
    again = structured(hooked, {**event, "time": "2026-03-02T00:00:00Z"})
    assert again["id"] == delivery["id"]
    other = structured(hooked, {**event, "source": "/schools/helpdesk"})
    assert other["id"] != delivery["id"]


def test_a_binary_event_is_the_same_as_a_structured_one(hooked: Hooked) -> None:
    event = sample("cloudevents", "structured")
    headers = {
        f"ce_{name}": value.replace(" ", "%20") for name, value in event.items() if name != "data"
    }
    binary = hooked.came("cloudevents", event["data"], content_type="application/json", **headers)
    assert (binary["key"], binary["about"]) == ("/rivers/helpdesk A234-0", "H-5")
    assert binary["body"] == {**event, "datacontenttype": "application/json"}
    assert structured(hooked, event)["id"] == binary["id"]


def test_a_batch_is_taken_event_by_event(hooked: Hooked) -> None:
    structured(hooked, sample("cloudevents", "structured"))
    batch = sample("cloudevents", "batch")
    answer = hooked.send("cloudevents", batch, content_type=BATCH)
    found = [hooked.kept(each["id"]) for each in answer.json()["data"]]
    assert [each["did"] for each in found] == [["acknowledge"], ["note"], ["resolve"]]
    assert hooked.issue(found[-1])["outcome"]["summary"] == "Published."
    again = hooked.send("cloudevents", [*batch, batch[0]], content_type=BATCH)
    assert [each["id"] for each in again.json()["data"]] == [
        each["id"] for each in [*found, found[0]]
    ]


def test_data_in_base64_is_decoded(hooked: Hooked) -> None:
    event = sample("cloudevents", "structured")
    del event["data"]
    delivery = structured(hooked, {**event, "data_base64": "aGVsbG8="})
    assert delivery["body"]["data"] == "hello"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"specversion": "0.3"}, "/specversion"),
        ({"id": ""}, "/id"),
        ({"source": 7}, "/source"),
        ({"type": None}, "/type"),
        ({"data_base64": "%"}, "/data_base64"),
    ],
)
def test_what_is_no_event_is_refused(hooked: Hooked, change: Any, pointer: str) -> None:
    event = {**sample("cloudevents", "structured"), **change}
    answer = hooked.send("cloudevents", event, content_type=STRUCTURED)
    assert problem(answer, 422, "invalid")["errors"][0]["source"]["pointer"] == pointer
    batch = hooked.send("cloudevents", [event], content_type=BATCH)
    assert problem(batch, 422, "invalid")["errors"][0]["source"]["pointer"] == f"/0{pointer}"


def test_an_event_sent_as_plain_json_is_told_what_it_lacks_where_it_was_left_out(
    hooked: Hooked,
) -> None:
    event = sample("cloudevents", "structured")
    answer = hooked.send("cloudevents", event)
    [fault] = problem(answer, 422, "invalid")["errors"]
    assert "`ce-specversion` nor the content type `application/cloudevents+json`" in fault["detail"]
    answer = hooked.send("cloudevents", event, ce_specversion="1.0", ce_source="/rivers")
    [fault] = problem(answer, 422, "invalid")["errors"]
    assert "no header `ce-id`" in fault["detail"]


@pytest.mark.parametrize("body", [7, {}, [7], [{}] * 101])
def test_a_batch_is_a_list_of_a_hundred_events_at_most(hooked: Hooked, body: Any) -> None:
    problem(hooked.send("cloudevents", body, content_type=BATCH), 422, "invalid")
    problem(hooked.send("cloudevents", body, content_type=STRUCTURED), 422, "invalid")
    problem(hooked.send("cloudevents", body), 422, "invalid")


def test_a_handshake_is_granted_to_those_whom_the_source_names(hooked: Hooked) -> None:
    def ask(source: str, origin: str | None) -> Any:
        sent: dict[str, Any] = {} if origin is None else {"webhook_request_origin": origin}
        return hooked.service.call("OPTIONS", f"/v1/hooks/{source}", key=None, **sent)

    granted = ask("cloudevents", "events.example.org")
    assert granted.status_code == 200
    assert granted.headers["webhook-allowed-origin"] == "events.example.org"
    assert granted.headers["webhook-allowed-rate"] == "*"
    for source, origin in (("cloudevents", "evil.example"), ("cloudevents", None),
                           ("nobody", "events.example.org")):  # fmt: skip
        answer = ask(source, origin)
        assert answer.status_code == 200
        assert "webhook-allowed-origin" not in answer.headers
        assert answer.headers["allow"] == "OPTIONS, POST"


def test_an_event_in_its_own_bytes_stays_as_it_came(hooked: Hooked) -> None:
    event = sample("cloudevents", "structured")
    delivery = structured(hooked, event)
    assert json.loads(text(delivery["body"])) == event
