"""A sealed issue with everything about it that could be told, and strangers who look for it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from escalation.services import keys
from escalation.services.keys import KeyRole
from tests.api.service import Service
from tests.api.sitting import VOTERS
from tests.builders import CLERK

FORUM = "bmf-southern-cross"
SECRETS = ("zanzibar", "quokka", "marmalade", "OPS-4711")
"""Words that stand in the matter and nowhere else."""
LOGGED: Mapping[str, Any] = {
    "title": "The zanzibar payment",
    "description": "A quokka signed it.",
    "raiser": {"type": "staff", "name": "Marmalade Jones"},
    "themes": ["zanzibar"],
    "external_refs": [{"system": "jira", "id": "OPS-4711"}],
}


@dataclass
class Matter:
    """The sealed issue, what was made of it before, and whatever could give it away."""

    issue: dict[str, Any]
    meeting: str
    digest: str
    stranger: str
    named: str
    contact: str
    marks: tuple[str, ...] = field(default=())


def key_of(service: Service, person: str | None) -> str:
    """An operator's key, of a person or of nobody."""
    made = keys.create(
        service.container.desk,
        name=f"key of {person}",
        role=KeyRole.OPERATOR,
        actor=CLERK,
        person=person,
    )
    return made.secret


def decided_matter(service: Service, named: str, **changes: Any) -> tuple[dict[str, Any], str, str]:
    """Logged in the open, put to a forum and into its digest, and decided there.

    The issue, its meeting, and the number of the digest.
    """
    issue = service.log(**{**LOGGED, "severity": "critical", **changes})
    issue = service.act(issue, "skip", to="business_manager_forum", reason="large")
    path = f"/v1/issues/{issue['id']}"
    service.post(f"{path}/acts/note", {"text": "the quokka again"})
    digest = service.post("/v1/digests", {"forum": FORUM}).json()
    assert issue["id"] in service.get(f"/v1/digests/{digest['id']}.json").text
    service.clock.advance(timedelta(seconds=1))  # what follows was not known when it was made
    meeting = issue["rung"]["meeting"]["id"]
    decided = service.post(
        f"/v1/meetings/{meeting}/acts/decide",
        {
            "issue": issue["id"],
            "text": "Pay the zanzibar",
            "effect": "keep",
            "reason": "the quokka is right",
            "assents": list(VOTERS),
            "actions": [{"text": "Find the quokka", "owner": named, "due_on": "2026-03-20"}],
        },
        key=service.admin,
        if_match="*",
    )
    assert decided.status_code == 200, decided.text
    return issue, meeting, digest["number"]


def sealed_matter(service: Service, stranger: str | None, named: str) -> Matter:
    """A matter that was decided in the open, and then sealed."""
    admin = service.admin
    issue, meeting, digest = decided_matter(service, named)
    path = f"/v1/issues/{issue['id']}"
    sealing = {"reason": "it is a disclosure", "sensitive": ["by_hand", "human_rights"]}
    answer = service.post(f"{path}/acts/reclassify", sealing, key=admin, if_match="*")
    assert answer.status_code == 200, answer.text
    for act, body in (
        ("name", {"person": named, "reason": "investigates"}),
        ("refer", {"to": "Zanzibar commission", "under": "Act 1"}),
        ("note", {"text": "marmalade"}),
    ):
        done = service.post(f"{path}/acts/{act}", body, key=admin, if_match="*")
        assert done.status_code == 200, done.text
    call = {"text": "A zanzibar call", "party": "rivers", "function": "payroll"}
    said = service.post("/v1/contacts", call).json()
    raised = service.post(
        f"/v1/contacts/{said['id']}/raise", {"sensitive": ["privacy"]}, key=admin
    ).json()
    issue = service.found(path, key=admin)
    return Matter(
        issue,
        meeting,
        digest,
        key_of(service, stranger),
        key_of(service, named),
        said["id"],
        (
            *SECRETS,
            *(each[name] for each in (issue, raised, said) for name in ("id", "reference")),
        ),
    )


def told(text: str, marks: tuple[str, ...]) -> Iterator[str]:
    """The marks that a text gives away."""
    lower = text.lower()
    yield from (mark for mark in marks if mark.lower() in lower)
