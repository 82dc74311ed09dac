"""``escalation retention``: how long the record is kept, what is held, and its disposal."""

from pathlib import Path
from typing import Annotated

import typer

from escalation.bootstrap import Container
from escalation.cli.groups import group
from escalation.cli.opening import at_the_desk, me
from escalation.cli.screen import AsJson, instant, progress, say, say_json, table, tell, zoned
from escalation.errors import Broken
from escalation.routing.retention import read_schedule
from escalation.services.record.retention import Keeper
from escalation.services.views import told
from escalation.store.retention import Hold

app = group(
    "Keep the record as long as its schedule says, hold it, and dispose of it.\n\n"
    "Example: escalation retention due"
)
NAME = "retention.yaml"

Reason = Annotated[str, typer.Option(min=1, help="Why; it goes on the record.")]


@app.command()
def due(*, as_json: AsJson = False) -> None:
    """Count what is due under each class, and what a legal hold keeps; nothing is changed.

    Example: escalation retention due
    """
    with at_the_desk() as container:
        keeper = _keeper(container)
        found = keeper.due()
    rows = [
        {
            "class": each.id,
            "title": each.title,
            "keep_years": each.keep_years,
            "authority": each.authority,
            "due": found.due[each.id],
            "held": found.held[each.id],
        }
        for each in keeper.schedule.classes
    ]
    if as_json:
        say_json({"at": told(found.at), "classes": rows})
        return
    table(
        None,
        ("class", "kept for", "due", "held", "authority"),
        [
            (str(row["class"]), f"{row['keep_years']} years", f"{row['due']:,}",
             f"{row['held']:,}", str(row["authority"]))
            for row in rows
        ],
    )  # fmt: skip


@app.command()
def dispose(
    class_: Annotated[str, typer.Option("--class", metavar="CLASS", help="A class's id.")],
    *,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do it. Without this, it only counts.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Let go of the words and people of what is due under a class; hashes of them stay.

    Each matter goes on the record: by whom, under which class, by which authority. What a legal
    hold keeps stays. It cannot be undone.

    Example: escalation retention dispose --class complaints --yes
    """
    with at_the_desk() as container:
        keeper = _keeper(container)
        under = keeper.schedule.named(class_)
        count = keeper.due().due[under.id]
        if yes:
            with progress("Disposing", count) as advance:
                count = keeper.dispose(under.id, me(), advance)
    if as_json:
        say_json({"class": under.id, "disposed" if yes else "due": count})
    elif yes:
        say(f"{count:,} matters were disposed of under {under.id}: {under.authority}")
    else:
        say(f"{count:,} matters are due under {under.id}: {under.authority}")
        tell("Nothing was changed: --yes does it.")


@app.command()
def hold(
    reason: Reason,
    record: Annotated[
        str | None, typer.Option(metavar="RECORD", help="An issue, contact or feedback.")
    ] = None,
    class_: Annotated[
        str | None, typer.Option("--class", metavar="CLASS", help="A whole class.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="INSTANT", help="When it ends by itself; default never.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Keep a record, or a whole class, from being disposed of.

    Example: escalation retention hold --record SSI-2026-000012 --reason "Ombudsman, 2026/114"
    """
    if (record is None) == (class_ is None):
        raise typer.BadParameter("name either --record or --class")
    ends = None if until is None else zoned(until, "--until")
    scope, subject = ("class", class_) if record is None else ("record", record)
    with at_the_desk() as container:
        made = _keeper(container).hold(scope, subject or "", reason, ends, me())
    if as_json:
        say_json(_told(made))
    else:
        say(f"{made.id} holds {made.scope} {made.subject}.")


@app.command()
def lift(
    hold_id: Annotated[str, typer.Argument(metavar="HOLD", help="Its id.")],
    reason: Reason,
    *,
    as_json: AsJson = False,
) -> None:
    """End a legal hold.

    Example: escalation retention lift hld_01kfx... --reason "The Ombudsman has closed it"
    """
    with at_the_desk() as container:
        _keeper(container).lift(hold_id, reason, me())
    if as_json:
        say_json({"id": hold_id, "state": "lifted"})
    else:
        say(f"{hold_id} is lifted.")


@app.command()
def holds(*, as_json: AsJson = False) -> None:
    """Show every legal hold there ever was.

    Example: escalation retention holds
    """
    with at_the_desk() as container:
        found = _keeper(container).holds()
        now = container.clock.now()
    if as_json:
        say_json({"data": [_told(each) for each in found]})
        return
    table(
        None,
        ("id", "what", "reason", "by", "since", "until", "state"),
        [
            (each.id, f"{each.scope} {each.subject}", each.reason, each.placed_by,
             instant(each.placed_at), instant(each.until),
             "stands" if each.stands(now) else "ended")
            for each in found
        ],
    )  # fmt: skip


def _keeper(container: Container) -> Keeper:
    file: Path = container.settings.config_dir / NAME
    try:
        text = file.read_bytes()
    except OSError as error:
        raise Broken(
            f"The retention schedule {file} cannot be read: {error.strerror}. Without one,"
            " everything is kept for ever."
        ) from error
    return Keeper(container.desk, read_schedule(text, str(file)))


def _told(hold: Hold) -> dict[str, str | None]:
    return {
        "id": hold.id,
        "scope": hold.scope,
        "subject": hold.subject,
        "reason": hold.reason,
        "placed_by": hold.placed_by,
        "placed_at": told(hold.placed_at),
        "until": told(hold.until),
        "lifted_by": hold.lifted_by,
        "lifted_at": told(hold.lifted_at),
    }
