"""``escalation worker``: the engine alone."""

from typing import Annotated

import typer

from escalation.bootstrap import opened
from escalation.cli.memory import without_core_dumps
from escalation.cli.opening import load
from escalation.cli.screen import AsJson, say, say_json
from escalation.cli.stopping import on_signals
from escalation.worker.jobs import worker_of


def worker(
    *,
    once: Annotated[
        bool, typer.Option("--once", help="Do what is due now, say what was done, and end.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Run the engine without the API: fire the clocks that have ended, and keep things in order.

    On PostgreSQL any number may run at once. An SQLite file has one process only: there, `serve`
    runs the worker itself.

    Example: escalation worker --once
    """
    settings = load(quiet=once)
    without_core_dumps()
    with on_signals() as stopping, opened(settings, owner=True, application="worker") as container:
        engine = worker_of(container)
        stopping.calls(engine.stop)
        if not once:
            engine.run()
            return
        tally = engine.once()
    if as_json:
        say_json({"done": tally.done, "failures": tally.failures})
    else:
        for name, count in tally.done.items():
            say(f"{name.replace('_', ' ')}: {count}")
    if tally.failures:
        raise typer.Exit(1)
