"""The record by REST: verified and exported some seals at a time, for who may."""

import json
from pathlib import Path
from typing import Any

from escalation.services.record import exporting
from escalation.services.record.place import Place
from escalation.services.record.sealing import Sealer
from escalation.services.secrets import Vault
from escalation.store import journal
from escalation.store.transaction import read
from escalation.workflow.viewing import Viewer
from tests.access.estate import FISHERIES, matter
from tests.api.principals import OWN, key_for
from tests.api.service import Service


def _sealed(service: Service, count: int, place: Path | None = None) -> None:
    inside = service.container
    vault = Vault(lambda: [b"m" * 32])
    at = None if place is None else Place(place)
    for _ in range(count):
        service.log()
        Sealer(inside.engine, inside.clock, inside.ids, vault, at).seal()


def test_a_verification_goes_on_until_it_is_complete(service: Service) -> None:
    _sealed(service, 3)
    service.log()
    told = service.found("/v1/audit/verify?limit=2", key=service.admin)
    assert (told["ok"], told["complete"], told["through"], told["seals"]) == (True, False, 2, 2)
    assert "since=2" in told["links"]["next"]
    rest = service.found(told["links"]["next"], key=service.admin)
    assert (rest["ok"], rest["complete"], rest["through"]) == (True, True, 3)
    assert "next" not in rest["links"]


def test_an_export_goes_on_by_its_link(service: Service) -> None:
    _sealed(service, 2)
    answer = service.get("/v1/audit/export", key=service.admin)
    assert answer.headers["content-type"] == "application/jsonl"
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [line["kind"] for line in lines[:2]] == ["keys", "seal"]
    following = answer.headers["link"].partition(">")[0][1:]
    last = service.get(following, key=service.admin)
    assert "link" not in last.headers
    kinds = [json.loads(line)["kind"] for line in last.text.splitlines()]
    assert kinds.count("seal") == 1


def test_one_issue_is_verified_and_exported(service: Service) -> None:
    issue = service.log()
    _sealed(service, 1)
    for name in (issue["id"], issue["reference"]):
        told = service.found(f"/v1/audit/verify?issue={name}", key=service.admin)
        assert (told["ok"], told["complete"]) == (True, True)
        text = service.get(f"/v1/audit/export?issue={name}", key=service.admin).text
        entries = [e for e in map(json.loads, text.splitlines()) if e["kind"] == "entry"]
        assert {entry["aggregate"] for entry in entries} == {issue["id"]}


def test_what_is_not_there_is_not_found(shared: Service) -> None:
    for path in ("verify?since=99", "export?since=99", "verify?issue=SSI-9", "export?issue=SSI-9"):
        assert shared.get(f"/v1/audit/{path}", key=shared.admin).status_code == 404


def test_an_operator_may_not_read_the_whole_record(shared: Service) -> None:
    for path in ("verify", "export"):
        refused = shared.get(f"/v1/audit/{path}")
        assert refused.status_code == 403
        assert "`audit`" in refused.json()["detail"]


def _access(service: Service) -> list[tuple[str, Any]]:
    """Who was shown what, as the record has it."""
    with read(service.container.engine) as connection:
        entries = [json.loads(entry.payload) for entry in journal.entries(connection, "access")]
    return [(entry.pop("actor")["name"], entry) for entry in entries]


def test_who_is_shown_a_sealed_issue_is_on_the_record(service: Service) -> None:
    plain = service.log()
    sealed = service.log(sensitive=["privacy"])
    service.found(f"/v1/issues/{plain['id']}", key=service.admin)
    assert service.get(f"/v1/issues/{sealed['id']}").status_code == 404
    assert _access(service) == []
    for path in ("", "/timeline", "/explain"):
        service.found(f"/v1/issues/{sealed['reference']}{path}", key=service.admin)
    service.found("/v1/issues", key=service.admin)
    service.found("/v1/issues")
    assert _access(service) == [("admin", {"issues": [sealed["id"]]})] * 4


def test_an_export_is_on_the_record(service: Service) -> None:
    _sealed(service, 1)
    service.get("/v1/audit/export", key=service.admin)
    assert _access(service) == [("admin", {"since": 0, "limit": 1})]


def test_an_export_holds_of_hidden_issues_only_what_proves(service: Service) -> None:
    sealed = service.log(sensitive=["privacy"])
    _sealed(service, 1)
    service.log()
    engine = service.container.engine
    lines, _ = exporting.part(engine, 0, 10, Viewer())
    told = [line for line in map(json.loads, lines) if line["kind"] == "entry"]
    hidden = [line for line in told if line["aggregate"] == sealed["id"]]
    assert {(line["payload"], line["salt"]) for line in hidden} == {("", "")}
    assert all(len(line["disposed"]) == 64 for line in hidden)
    assert all(line["payload"] for line in told if line not in hidden)
    whole = [json.loads(line) for line in exporting.of_issue(engine, sealed["id"])]
    assert all(line["payload"] for line in whole if line["kind"] == "entry")


def test_an_export_tells_nothing_of_what_was_said_and_decided_on_a_sealed_matter(
    service: Service,
) -> None:
    found = matter(service, FISHERIES, "quokka", sealed=True)
    path = f"/v1/actions/{found.names['action']}/acts/done"
    note = {"note": "The quokka was found"}
    assert service.post(path, note, key=service.admin, if_match="*").is_success
    _sealed(service, 1)
    whole = service.get("/v1/audit/export", key=service.admin)
    told = service.get("/v1/audit/export", key=key_for(service.container.desk, OWN["auditor"]))
    assert "quokka" in whole.text
    assert [line for line in told.text.splitlines() if "quokka" in line] == []
