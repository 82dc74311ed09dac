"""A record with some past: issues that were acted on, sealed now and then."""

from pathlib import Path

from escalation.services.desk import Desk
from escalation.services.record.place import Place
from escalation.services.record.sealing import Sealer
from escalation.services.record.verifying import Verifier
from escalation.services.secrets import Vault
from escalation.workflow.commands import Acknowledge, Escalate, Note
from tests.builders import ask, ask_all, complaint, job

MASTER = b"m" * 32


def sealer_of(desk: Desk, place: Path | None = None) -> Sealer:
    vault = Vault(lambda: [MASTER])
    return Sealer(desk.engine, desk.clock, desk.ids, vault, Place.at(place) if place else None)


def verifier_of(desk: Desk, place: Path | None = None) -> Verifier:
    return Verifier(desk.engine, Place.at(place) if place else None)


def an_issue(desk: Desk) -> str:
    """The id of an issue with four entries or more."""
    issue = str(ask(desk, complaint())["id"])
    acts = [
        Acknowledge(),
        Note(text="Rang; bad line, “échec”."),
        Escalate(reason="up"),
        Note(text="Again."),
    ]
    ask_all(desk, [job(desk, act, issue) for act in acts])
    return issue


def noted(desk: Desk, issue: str, text: str = "Rang again.") -> None:
    ask(desk, Note(text=text), issue)


def codes(verifier: Verifier) -> set[str]:
    """The codes of what a verification of everything finds."""
    return {finding.code for finding in verifier.all().findings}
