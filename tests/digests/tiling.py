"""Years of digests, one meeting after the other, held against the folded timeline in several zones.

python -m tests.digests.tiling [--years 5] [--zones 6] [--seed 1]

Every forum's digests as at the end of each of its meetings: their periods must tile time with no
gap or overlap, in the forum's own zone through its daylight saving, and each figure must be what
the timeline, folded from nothing, comes to, by what was known then and by what is known at the end.
"""

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from escalation.clock import VirtualClock
from escalation.services import digests, framework
from escalation.services.asked_digests import Asked
from escalation.services.desk import Desk
from escalation.store import migrate, models
from escalation.store.engine import make_engine
from escalation.store.transaction import read
from tests.builders import CLERK, CONFIG, DIRECTORY, LADDERS, desk_on
from tests.digests import folding
from tests.digests.history import History
from tests.fakes import seeded_ids, virtual_clock
from tests.life.world import hasten

ZONES = (
    "Australia/Lord_Howe",  # half an hour of daylight saving
    "Australia/Brisbane",
    "America/New_York",
    "Pacific/Auckland",
    "Europe/London",
    "Asia/Kathmandu",
)
"""The first has daylight saving that ends soon after the tests' Monday."""
HOURS_AT_MOST = 60
KNOWN_UNTIL = "2034-12-31"


@dataclass
class Walk:
    """What one zone came to: digests looked at, the issues in it, and what did not hold."""

    zone: str
    windows: int = 0
    issues: int = 0
    moved: int = 0
    faults: tuple[str, ...] = ()


def furnish(url: str, zone: str) -> None:
    """The examples in force, with every clock in a zone."""

    def moved(name: str) -> str:
        text = (CONFIG / name).read_text(encoding="utf-8").replace("Australia/Brisbane", zone)
        return text.replace("known_until: 2030-12-31", f"known_until: {KNOWN_UNTIL}")

    engine = make_engine(url, owner=True)
    migrate.upgrade(engine)
    engine.dispose()
    with desk_on(url) as desk:
        framework.apply_directory(desk, moved(DIRECTORY), DIRECTORY, actor=CLERK)
        ladders = moved(LADDERS).encode()
        framework.publish(desk, ladders, LADDERS, mode="new-only", reason="first", actor=CLERK)


def lived(desk: Desk, clock: VirtualClock, seed: int, days: int) -> History:
    """So many days of issues and acts, with an outage now and then."""
    history = History(desk, clock, Random(seed))  # noqa: S311 - repeatability is the point
    end = clock.now() + timedelta(days=days)
    history.log()
    while clock.now() < end:
        history.pass_time(clock.now() + timedelta(hours=history.random.randrange(1, HOURS_AT_MOST)))
        if history.random.random() < 0.5:
            history.log()
        for _ in range(2):
            history.act()
            clock.move_to(clock.now() + timedelta(seconds=history.random.randrange(900)))
        if history.random.random() < 0.01:
            history.fail_for(timedelta(days=history.random.randrange(1, 4)))
    return history


def walked(url: str, zone: str, *, days: int, seed: int) -> Walk:
    """Live the days in a zone, and go back through every forum's digests."""
    clock = virtual_clock()
    furnish(url, zone)
    with desk_on(url, clock, ids=seeded_ids()) as desk:
        hasten(desk.engine)
        begun = clock.now()
        history = lived(desk, clock, seed, days)
        table = models.event
        with read(desk.engine) as connection:
            query = select(table).order_by(table.c.aggregate, table.c.number)
            events = list(connection.execute(query))
        agencies = {issue: view["agency"] for issue, view in history.views().items()}
        walk = Walk(zone, issues=len(agencies))
        for body in folding.BODIES.values():
            faults = tuple(_back_through(desk, walk, body, (begun, clock.now()), events, agencies))
            walk.faults += faults
    return walk


def _back_through(
    desk: Desk,
    walk: Walk,
    body: str,
    span: tuple[datetime, datetime],
    events: Sequence[Any],
    agencies: dict[str, str],
) -> Iterator[str]:
    """Each window of a forum from the last back to the first, and all of them together."""
    begun, end = span
    folded = folding.by_issue(events, agencies, end)
    states = list(folded.values())
    as_at, together, local = end, Counter[str](), set[tuple[int, int]]()
    while as_at > begun:
        document = json.loads(digests.built(desk, body, (as_at, end), _before(desk, body, as_at)))
        since = datetime.fromisoformat(document["since"])
        yield from _compared(document, states, body, since, as_at)
        by_then = list(folding.known_by(folded, as_at).values())
        then = json.loads(digests.built(desk, body, (as_at, as_at), since))
        yield from _compared(then, by_then, body, since, as_at)
        together.update(_some(document["figures"]["movements"]))
        at = since.astimezone(ZoneInfo(walk.zone))
        local.add((at.hour, at.minute))
        walk.windows += 1
        as_at = since
    whole = folding.movements(states, body, as_at, end)
    walk.moved += whole.total()
    if together != whole:
        yield f"{walk.zone} {body}: the periods come to {together}, the whole to {whole}"
    if len(local) != 1:
        yield f"{walk.zone} {body}: periods begin at {local} by its own clock"


def _before(desk: Desk, body: str, as_at: datetime) -> datetime:
    """The end of the meeting before one that ends at this instant, as the digest itself has it."""
    earlier = as_at - timedelta(seconds=1)
    with read(desk.engine) as connection:
        found = Asked.of(desk, connection, body, (earlier, earlier), None).selection.since
    assert found is not None
    return found


def _compared(
    document: dict[str, Any], states: list[Any], body: str, since: datetime, as_at: datetime
) -> Iterator[str]:
    figures, where = document["figures"], f"{body} as at {as_at}"
    for when, at in (("now", as_at), ("before", since)):
        told = folding.figures(states, body, at)
        for name, counts in told.items():
            shown = figures[when][name]
            shown = _some(shown) if isinstance(shown, dict) else shown
            if shown != counts:
                yield f"{where}: {when} {name} is {shown}, folded {counts}"
    moved = folding.movements(states, body, since, as_at)
    if _some(figures["movements"]) != moved:
        yield f"{where}: movements are {_some(figures['movements'])}, folded {moved}"


def _some(counts: dict[str, int]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count}


def main() -> int:
    """Walk every zone and say what came of it; the status is 1 where something did not hold."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--years", type=float, default=5.0)
    parser.add_argument("--zones", type=int, default=len(ZONES))
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    wrong = 0
    for number, zone in enumerate(ZONES[: asked.zones]):
        with tempfile.TemporaryDirectory(prefix="escalation-tiling-") as folder:
            url = f"sqlite:///{Path(folder) / 'tiling.db'}"
            days = round(asked.years * 365.25)
            walk = walked(url, zone, days=days, seed=asked.seed + number)
        told = f"{walk.windows} periods, {walk.issues} issues, {walk.moved} movements"
        sys.stdout.write(f"{zone}: {told}, {len(walk.faults)} wrong\n")
        sys.stdout.writelines(f"  {fault}\n" for fault in walk.faults[:20])
        sys.stdout.flush()
        wrong += len(walk.faults)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
