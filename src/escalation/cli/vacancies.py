"""``escalation issues vacancies``: seats that nobody holds."""

from typing import Annotated

import typer

from escalation.cli.opening import at_the_desk, me
from escalation.cli.screen import AsJson, instant, say, say_json, table
from escalation.services import at_hand
from escalation.services.reading.vacancies import Wanted, page

_MOST = 1_000


def vacancies(
    *,
    forum: Annotated[str | None, typer.Option(help="Of issues whose next body is this.")] = None,
    secretariat: Annotated[
        str | None, typer.Option(help="Of issues whose next body this person minutes.")
    ] = None,
    account_manager: Annotated[
        str | None, typer.Option(help="Of issues that this person sees to.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the seats that nobody holds, the longest empty first.

    Example: escalation issues vacancies --account-manager dominic-ferraro
    """
    wanted = Wanted(
        forum=forum, secretariat=secretariat, account_manager=account_manager, limit=_MOST
    )
    with at_the_desk() as container, at_hand.look(container.desk, me()) as look:
        found = page(look, wanted).items
    if as_json:
        say_json(list(found))
        return
    if not found:
        say("Every seat that an unresolved issue stands at is held.")
        return
    rows = [
        [
            alarm["issue"]["reference"],
            alarm["rung"]["title"],
            (alarm["role"] or "").replace("_", " "),
            instant(alarm["since"]),
            alarm["reason"],
        ]
        for alarm in found
    ]
    table(None, ["issue", "rung", "seat", "since", "why"], rows)
