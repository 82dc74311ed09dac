"""What was sent, by webhook or by mail, as both lists of it show it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import typer

from escalation.cli.screen import instant, say_json, table
from escalation.services.deliveries import DeliveryState

State = Annotated[DeliveryState | None, typer.Option(help="Only those.")]
Limit = Annotated[int, typer.Option(min=1, max=1_000, help="How many at most.")]


def show_sent(
    deliveries: Sequence[Mapping[str, Any]], columns: Iterable[str], *, as_json: bool
) -> None:
    """Print deliveries, as JSON or as a table.

    Args:
        deliveries: as the interface tells them.
        columns: what stands in the table before what the last attempt came to and the next is due.
        as_json: print them whole.
    """
    if as_json:
        say_json({"data": deliveries})
        return
    shown = tuple(columns)
    rows = [
        (*(_cell(each, name) for name in shown), _last(each), instant(each["next_attempt_at"]))
        for each in deliveries
    ]
    table(None, (*(_TITLES.get(name, name) for name in shown), "last", "next attempt"), rows)


_TITLES = {"recipient": "to"}


def _cell(of: Mapping[str, Any], name: str) -> str:
    """What stands in a column: an issue by its reference, as people know it."""
    found = (of["reference"] or of[name]) if name == "about" else of[name]
    if isinstance(found, list):
        return str(len(found))
    return "" if found is None else str(found)


def _last(of: Mapping[str, Any]) -> str:
    return str(of["attempts"][-1]["detail"]) if of["attempts"] else ""
