"""Ladder files over the interface: checked, refused with every mistake, published on the record."""

from pathlib import Path

import pytest

from tests.api.service import Service, fault, problem

FILE = Path(__file__).resolve().parents[2] / "config" / "escalation_ladders.yaml"
TEXT = FILE.read_text(encoding="utf-8")
NEXT = TEXT.replace('label: "2026.2"', 'label: "2026.3"')


def test_a_file_without_mistakes_is_told_what_is_in_it(shared: Service) -> None:
    told = shared.post("/v1/ladder-checks", {"text": TEXT}).json()
    assert told["valid"] is True
    assert told["in_force"] is True
    assert "ssi-standard" in told["ladders"]
    raw = shared.post("/v1/ladder-checks", raw=NEXT.encode(), content_type="application/yaml")
    assert (raw.json()["label"], raw.json()["in_force"]) == ("2026.3", False)


def test_every_mistake_of_a_file_is_told_by_line_and_column(shared: Service) -> None:
    wrong = TEXT.replace("zone: Australia/Brisbane", "zone: Australia/Brisban", 2)
    for sent in (
        shared.post("/v1/ladder-checks", {"text": wrong, "name": "ours.yaml"}),
        shared.post(
            "/v1/ladder-checks?name=ours.yaml", raw=wrong.encode(), content_type="text/yaml"
        ),
    ):
        told = problem(sent, 422, "invalid")
        assert len(told["errors"]) == 2
        for error in told["errors"]:
            name, line, column = error["source"]["file"].split(":")
            assert name == "ours.yaml"
            assert "Brisban" in wrong.splitlines()[int(line) - 1][int(column) - 1 :]
            assert "`Australia/Brisbane`" in error["detail"]


FILES = [
    ("", 422),
    ("a: [1", 422),
    ("a: &x 1\nb: *x", 422),
    ("a: 1\na: 2", 422),
    ("x" * 300_000, 413),
    ("[" * 50, 422),
    ("a: \ufffe", 422),
]


@pytest.mark.parametrize(("text", "status"), FILES)
def test_a_file_that_cannot_be_read_is_refused(shared: Service, text: str, status: int) -> None:
    answer = shared.post("/v1/ladder-checks", raw=text.encode(), content_type="application/yaml")
    assert answer.status_code in {status, 413}, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_file_that_is_no_text_is_refused(shared: Service) -> None:
    answer = shared.post("/v1/ladder-checks", raw=b"\xff\xfe", content_type="application/yaml")
    assert answer.status_code == 422


def test_publishing_puts_a_file_in_force_for_new_issues_only(service: Service) -> None:
    before = service.log()
    body = {"text": NEXT, "reason": "the yearly review"}
    answer = service.post("/v1/ladder-publications", body, key=service.admin)
    made = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/v1/ladder-publications/{made['hash']}"
    assert (made["label"], made["reason"], made["published_by"]) == (
        "2026.3",
        "the yearly review",
        "admin",
    )
    assert service.log()["ladder"]["publication"] == made["hash"]
    old = service.found(f"/v1/issues/{before['id']}")["ladder"]["publication"]
    assert old == before["ladder"]["publication"] != made["hash"]
    listed = service.found("/v1/ladder-publications")["data"]
    assert [(each["label"], each["in_force"]) for each in listed] == [
        ("2026.3", True),
        ("2026.2", False),
    ]
    assert service.found("/v1/ladder-publications/2026.3")["text"] == NEXT
    versions = service.found("/v1/ladders/ssi-standard/versions")["data"]
    assert [each["publication"]["label"] for each in versions] == ["2026.3", "2026.2"]


def test_publishing_the_same_again_changes_nothing(service: Service) -> None:
    body = {"text": TEXT, "reason": "again"}
    answer = service.post("/v1/ladder-publications", body, key=service.admin)
    assert answer.status_code == 200
    assert len(service.found("/v1/ladder-publications")["data"]) == 1


def test_publishing_is_repeated_harmlessly(service: Service) -> None:
    more = {"key": service.admin, "idempotency_key": "p", "content_type": "application/yaml"}
    path = "/v1/ladder-publications?reason=review&name=ours.yaml"
    first = service.post(path, raw=NEXT.encode(), **more)
    again = service.post(path, raw=NEXT.encode(), **more)
    assert first.status_code == again.status_code == 201
    assert again.headers["idempotency-replayed"] == "true"
    assert again.content == first.content
    other = service.post(path, raw=TEXT.encode(), **more)
    problem(other, 422, "idempotency_key_reused")


def test_a_label_is_never_used_for_other_content(service: Service) -> None:
    body = {"text": TEXT + "\n# one more line\n", "reason": "r"}
    answer = service.post("/v1/ladder-publications", body, key=service.admin)
    assert "give this one a new label" in problem(answer, 409, "label_taken")["detail"]


def test_publishing_needs_its_reason(shared: Service) -> None:
    answer = shared.post("/v1/ladder-publications", {"text": TEXT}, key=shared.admin)
    fault(answer, 422, "missing", {"pointer": "/reason"})
    answer = shared.post(
        "/v1/ladder-publications",
        raw=TEXT.encode(),
        content_type="application/yaml",
        key=shared.admin,
    )
    fault(answer, 422, "missing", {"parameter": "reason"})


def test_modes_that_move_open_issues_come_later(shared: Service) -> None:
    body = {"text": NEXT, "reason": "r", "mode": "recompute"}
    answer = shared.post("/v1/ladder-publications", body, key=shared.admin)
    problem(answer, 409, "not_available_yet")
    body["mode"] = "recomput"
    answer = shared.post("/v1/ladder-publications", body, key=shared.admin)
    fault(answer, 422, "unknown_word", {"pointer": "/mode"})


def test_the_schema_of_the_file_is_served_for_editors(shared: Service) -> None:
    answer = shared.get("/v1/schemas/escalation-ladders", key=None)
    assert answer.headers["content-type"] == "application/schema+json"
    assert answer.json()["$schema"] == "https://json-schema.org/draft/2020-12/schema"
