"""Many more lives than the ordinary run has.

python -m tests.life.campaign [--steps 1000000] [--database sqlite|postgres] [--seed 1]
"""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.builders import copied_sqlite, execute, furnish, postgres_copy
from tests.crash.campaign import say
from tests.life.machine import Opens, life_on
from tests.life.world import World, living
from tests.postgres import Server, postgres

AT_ONCE = 200
"""Steps that one life has at most."""
A_PART = 2_000
"""Steps after which the campaign says how far it is."""


def live(opens: Opens, steps: int, first: int) -> int:
    """At least so many steps, in lives of their own, each looked at; how many they were.

    The same ``first`` draws the same lives again. Whatever does not hold is raised with the steps
    that led to it.
    """
    life, drawn = life_on(opens), first
    while life.steps < steps:
        # a life may be short: what is missing then is lived in others, drawn anew
        run_state_machine_as_test(seed(drawn)(life), settings=lives(steps - life.steps))
        drawn += 1_000_000
    return life.steps


def lives(steps: int) -> settings:
    """As many lives as make so many steps where each has all that it may have."""
    return settings(
        max_examples=-(-steps // AT_ONCE),
        stateful_step_count=AT_ONCE,
        deadline=None,
        database=None,
        phases=(Phase.generate,),  # to shrink a life of hundreds of steps takes hours
        suppress_health_check=list(HealthCheck),
        print_blob=True,
        report_multiple_bugs=False,
    )


def main() -> None:
    """Live as often as is asked; whatever does not hold is raised with the steps that led to it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=1_000_000)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with _on(asked.database) as opens:
        lived = 0
        while lived < asked.steps:
            lived += live(opens, min(A_PART, asked.steps - lived), asked.seed + lived)
            say(f"{asked.database}: {lived} of {asked.steps} steps, everything held")


@contextmanager
def _on(database: str) -> Iterator[Opens]:
    with ExitStack() as stack:
        name = stack.enter_context(tempfile.TemporaryDirectory(prefix="escalation-life-"))
        if database == "sqlite":
            yield stack.enter_context(on_sqlite(Path(name)))
        else:
            server = stack.enter_context(postgres())
            yield stack.enter_context(on_postgres(Path(name), server))


@contextmanager
def on_sqlite(folder: Path) -> Iterator[Opens]:
    """Worlds on copies of one furnished file."""
    furnish(f"sqlite:///{folder / 'template.db'}")

    @contextmanager
    def opens() -> Iterator[World]:
        copy = copied_sqlite(folder / "template.db", folder / "life.db")
        with living(copy, folder, 1) as world:
            yield world

    yield opens


@contextmanager
def on_postgres(folder: Path, server: Server) -> Iterator[Opens]:
    """Worlds on copies of one furnished database."""
    execute(server, "CREATE DATABASE life")
    furnish(server.url("life"))

    @contextmanager
    def opens() -> Iterator[World]:
        with postgres_copy(server, "life") as url, living(url, folder, 1) as world:
            yield world

    yield opens
    execute(server, "DROP DATABASE life WITH (FORCE)")


if __name__ == "__main__":
    main()
