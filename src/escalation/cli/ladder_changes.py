"""``escalation ladders propose`` and on: changes of the ladder file, and their approval."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from escalation.cli.opening import at_the_desk, me
from escalation.cli.screen import AsJson, instant, pairs, say, say_json, table
from escalation.routing.vocabulary import Side
from escalation.services import at_hand
from escalation.services.ladder_changes import answering
from escalation.services.ladder_changes.answering import ChangeAct
from escalation.services.ladder_changes.proposing import Proposal
from escalation.services.ladder_changes.proposing import propose as put_forward
from escalation.services.reading import ladder_changes

Change = Annotated[str, typer.Argument(help="Its id.", metavar="CHANGE")]
Note = Annotated[str | None, typer.Option(help="What goes with it.")]
Seat = Annotated[Side | None, typer.Option(help="For which side of an agreement.")]
Ola = Annotated[str | None, typer.Option(help="For which agreement; else for all of that party.")]


def add_to(app: typer.Typer) -> None:
    """The commands, in the group of the ladder file's tools."""
    for command in (propose, changes, approve, decline, withdraw):
        app.command()(command)


def propose(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The ladder file.")
    ],
    reason: Annotated[str, typer.Option(help="Why; those who approve read it.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Put a ladder file before those whose approval it needs.

    Example: escalation ladders propose FILE --reason "Faster answers in flood season"
    """
    if not reason.strip():
        raise typer.BadParameter("--reason says nothing; those who approve want to know.")
    proposal = Proposal(source=file.read_bytes(), name=file.name, reason=reason.strip(), actor=me())
    with at_the_desk() as container:
        view = json.loads(put_forward(container.desk, proposal).body)
    _told(view, as_json=as_json)


def changes(*, as_json: AsJson = False) -> None:
    """List the changes that were proposed, the newest first, with whose approval is missing.

    Example: escalation ladders changes
    """
    with at_the_desk() as container, at_hand.look(container.desk, me()) as look:
        found = list(ladder_changes.every(look))
    if as_json:
        say_json({"data": found})
        return
    rows = [
        (
            each["id"],
            each["label"],
            each["status"],
            instant(each["proposed_at"]),
            "; ".join(each["left"]) or None,
        )
        for each in found
    ]
    table(None, ("change", "label", "status", "proposed", "waits for"), rows)


def approve(
    change: Change,
    seat: Seat = None,
    ola: Ola = None,
    note: Note = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Approve a change for a party of an agreement; a forum decides at its meeting.

    Example: escalation ladders approve lch_01kfx... --seat agency --ola ola-rivers
    """
    _act(change, ChangeAct.APPROVE, (seat, ola, note), as_json=as_json)


def decline(
    change: Change,
    seat: Seat = None,
    ola: Ola = None,
    note: Note = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Decline a change for a party of an agreement: it is settled by that.

    Example: escalation ladders decline lch_01kfx... --seat provider --ola ola-rivers
    """
    _act(change, ChangeAct.DECLINE, (seat, ola, note), as_json=as_json)


def withdraw(change: Change, note: Note = None, *, as_json: AsJson = False) -> None:
    """Take a change back before it is published.

    Example: escalation ladders withdraw lch_01kfx... --note "A better one follows"
    """
    _act(change, ChangeAct.WITHDRAW, (None, None, note), as_json=as_json)


def _act(
    change: str,
    act: ChangeAct,
    said: tuple[Side | None, str | None, str | None],
    *,
    as_json: bool,
) -> None:
    seat, ola, note = said
    ask = answering.Ask(change=change, act=act, actor=me(), seat=seat, agreement=ola, note=note)
    with at_the_desk() as container:
        view = json.loads(answering.act(container.desk, ask).body)
    _told(view, as_json=as_json)


def _told(view: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        say_json(view)
        return
    say(f"{view['id']}  {view['label']}")
    pairs(
        {
            "status": view["status"],
            "because": view["reason"],
            "approved by": "; ".join(
                each["forum"] or f"{each['by']} for {each['party']}"
                for each in view["answers"]
                if each["answer"] == "approved"
            ),
            "waits for": "; ".join(view["left"]),
        }
    )
