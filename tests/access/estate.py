"""Matters with everything that can be made of one, and every operation called with their names."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
from pydantic import BaseModel

from escalation.api.app import OPERATIONS
from escalation.api.operations import Operation
from escalation.api.permissions import REQUIRED
from escalation.services.keys import KeyRole
from escalation.services.roles import PERMITTED
from tests.access.samples import SOUTHERN, body_of
from tests.api.service import Service

UNLIMITED: Mapping[str, Any] = {"key_rate": "1000000/second", "issue_rate": "1000000/second"}
"""Settings under which a clock that stands lets everybody ask as often as they like."""
MAILING: Mapping[str, Any] = {
    "smtp_host": "127.0.0.1",
    "mail_from": "issues@ssi.example",
    "mail_reply_domain": "reply.ssi.example",
    "public_url": "https://issues.ssi.example",
}
"""Settings under which people are told by mail."""
SENT = "req-of-a-test"
"""What each request calls itself: a name that the service makes would be drawn from its ids."""


@dataclass(frozen=True)
class Kind:
    """A kind of matter: what is logged, before which forum, who assents there, who then acts.

    One of the forum keeps out of it.
    """

    log: Mapping[str, Any]
    forum: str
    assents: tuple[str, ...]
    owner: str
    keeps_out: str


def _southern(agency: str, function: str, owner: str) -> Kind:
    log = {"agency": agency, "function": function}
    return Kind(log, "bmf-southern-cross", SOUTHERN, owner, "winifred-osei")


RIVERS = _southern("rivers", "payroll", "trang-nguyen")
SCHOOLS = _southern("schools", "payroll", "zoran-petrovic")
FINANCE = _southern("schools", "finance", "zoran-petrovic")
FISHERIES = _southern("fisheries", "payroll", "trang-nguyen")
TECHNOLOGY = Kind(
    {"agency": "meridian", "provider": "corptech", "function": "technology"},
    "bmf-technology",
    ("tane-rangihuna", "dominic-ferraro"),
    "dominic-ferraro",
    "lachlan-reid",
)


THEME = "late-pay"
"""The code of a theme that every matter carries."""


@dataclass
class Matter:
    """An issue and what was made of it: names by the parameter of the path that takes them."""

    names: dict[str, str] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)

    @property
    def every(self) -> set[str]:
        """All that it may be called by, and its parts."""
        return {*self.names.values(), *self.references.values()}


def done(service: Service, path: str, body: Any = None, **more: Any) -> dict[str, Any]:
    """A write that is not refused; the answer."""
    sent = {"key": service.admin, "if_match": "*", "request_id": SENT, **more}
    answer = service.post(path, body, **sent)
    assert answer.status_code in {200, 201, 202}, (path, answer.text)
    told: dict[str, Any] = answer.json() if answer.content else {}
    return told


def matter(
    service: Service,
    kind: Kind,
    word: str,
    *,
    sealed: bool = False,
) -> Matter:
    """A matter of that kind with ``word`` wherever people write, sealed from its beginning or not.

    It climbs to its forum, is in a digest there unless it is sealed, and is decided between two
    meetings.
    """
    sensitive: dict[str, Any] = {"sensitive": ["by_hand"]} if sealed else {}
    issue = done(
        service,
        "/v1/issues",
        {
            **kind.log, **sensitive,
            "title": f"The {word} payment", "description": f"{word} of {word}",
            "severity": "critical", "themes": [word, THEME],
            "raiser": {"type": "staff", "name": f"{word} Jones", "email": "jones@people.example"},
            "external_refs": [{"system": "jira", "id": f"{word}-1"}],
        },
    )  # fmt: skip
    path = f"/v1/issues/{issue['id']}"
    found = Matter({"issue": issue["id"]}, {"issue": issue["reference"]})
    if sealed:
        done(service, f"{path}/acts/name", {"person": "thi-lan-pham", "reason": word})
        done(service, f"{path}/acts/refer", {"to": f"{word} commission", "under": word})
    issue = done(service, f"{path}/acts/skip", {"to": "business_manager_forum", "reason": word})
    done(service, f"{path}/acts/note", {"text": f"{word} again"})
    found.names["meeting"] = issue["rung"]["meeting"]["id"]
    if not sealed:
        digest = done(service, "/v1/digests", {"forum": kind.forum})
        found.names["digest"], found.references["digest"] = digest["id"], digest["number"]
        service.clock.advance(timedelta(minutes=1))
    _decided(service, kind, word, found, sealed=sealed)
    _said(service, kind, word, found, sensitive)
    return found


def register_theme(service: Service) -> str:
    """The theme that every matter carries is in the register; its code."""
    theme = {"code": THEME, "title": "Paid late", "key_result_area": "customers",
             "layer": "service"}  # fmt: skip
    service.post("/v1/themes", theme, key=service.admin, request_id=SENT)
    return THEME


def _decided(service: Service, kind: Kind, word: str, found: Matter, *, sealed: bool) -> None:
    """The forum keeps it before it, and somebody is to do something."""
    path = f"/v1/meetings/{found.names['meeting']}/acts"
    out = {"issue": found.names["issue"], "person": kind.keeps_out, "reason": f"{word} is kin"}
    done(service, f"{path}/recuse", out)
    body = {
        "issue": found.names["issue"], "text": f"Pay the {word}", "effect": "keep", "reason": word,
        "assents": list(kind.assents),
        "actions": [{"text": f"Find the {word}", "owner": kind.owner, "due_on": "2026-03-20"}],
    }  # fmt: skip
    done(service, f"{path}/decide", body)
    actions = service.found("/v1/actions", key=service.admin, request_id=SENT)["data"]
    found.names["action"] = next(a["id"] for a in actions if a["text"] == f"Find the {word}")
    if not sealed:
        _decided_on_a_topic(service, kind, word, found.names["meeting"])
        path = f"/v1/actions/{found.names['action']}"
        serves = {"theme": register_theme(service)}
        answer = service.call(
            "PATCH", path, serves, key=service.admin, if_match="*", request_id=SENT
        )
        assert answer.is_success, answer.text


def _decided_on_a_topic(service: Service, kind: Kind, word: str, meeting: str) -> None:
    """The forum decides on a topic of its own: no issue says who may see it."""
    path, title = f"/v1/meetings/{meeting}/acts", f"The {word} roster"
    done(service, f"{path}/table", {"kind": "matter", "title": title})
    agenda = service.found(f"/v1/meetings/{meeting}/agenda", key=service.admin, request_id=SENT)
    items = [item for section in agenda["sections"] for item in section["items"]]
    topic = next(item["subject"] for item in items if item["title"] == title)
    body = {
        "item": topic, "text": f"Draw up the {word}", "reason": word,
        "assents": list(kind.assents),
        "actions": [{"text": f"Draw the {word}", "owner": "priya-nair", "due_on": "2026-03-21"}],
    }  # fmt: skip
    done(service, f"{path}/decide", body)


def _said(
    service: Service, kind: Kind, word: str, found: Matter, sensitive: Mapping[str, Any]
) -> None:
    """What people said beside it: raised into another sealed issue where it is sealed."""
    about = {"text": f"{word} called", "party": kind.log["agency"], "function": "payroll"}
    for register, name, more in (
        ("contacts", "contact", {}),
        ("feedback", "feedback", {"kind": "suggestion"}),
    ):
        said = done(service, f"/v1/{register}", {**about, **more})
        found.names[name], found.references[name] = said["id"], said["reference"]
        if sensitive:
            raised = done(service, f"/v1/{register}/{said['id']}/raise", dict(sensitive))
            found.references[f"{name}'s issue"] = raised["reference"]
            found.names[f"{name}'s issue"] = raised["id"]


# ---------------------------------------------------------------- operations, called


def permitted(role: KeyRole) -> list[Operation]:
    """What somebody of that role may call, and what is open to all."""
    open_to = {None, *PERMITTED[role]}
    return [each for each in OPERATIONS if REQUIRED[each.name] in open_to]


def parameters(operation: Operation) -> list[str]:
    """The names of the parts of its path."""
    parts = operation.path.split("{")[1:]
    return [part.partition("}")[0] for part in parts]


def path_of(operation: Operation, names: Mapping[str, str]) -> str:
    """Its path with those names in it."""
    path = operation.path
    for name in parameters(operation):
        path = path.replace(f"{{{name}}}", names[name])
    return path


def model_of(operation: Operation) -> type[BaseModel] | None:
    """What its JSON body is."""
    return (operation.takes or {}).get("application/json")


ANOTHER = "another issue"
"""The place of the issue that a body names."""


def names_another(operation: Operation) -> bool:
    """Whether its body names an issue."""
    model = model_of(operation)
    return model is not None and "issue" in body_of(model)


def call(
    service: Service,
    operation: Operation,
    names: Mapping[str, str],
    key: str | None,
    *,
    body: Any = None,
    query: str = "",
    **headers: Any,
) -> httpx.Response:
    """Call it, with the body that its model takes where none is given."""
    model = model_of(operation)
    if body is None and model is not None:
        body = body_of(model)
        if "issue" in body and "issue" in names:
            body["issue"] = names.get(ANOTHER, names["issue"])
    sent = {"if_match": "*", "request_id": SENT, **headers}
    path = path_of(operation, names)
    return service.call(operation.method, path + query, body, key=key, **sent)


def formats_of(operation: Operation) -> Iterator[dict[str, str]]:
    """The headers that ask for each form an answer may have."""
    yield {}
    if operation.answer is None and operation.method == "GET":
        yield {"accept": "text/html"}
        yield {"accept": "text/markdown"}
