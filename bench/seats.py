"""Who holds a seat, among 10,000 people and 50,000 appointments, against fifty look-ups in a dict.

Both walk the same questions, in turn. *Cold* has never been asked that question in that stretch of
time; *warm* has, as a desk is whose issues are of the same agreements.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from bench.rounds import Plan, Result, compared, in_turn
from escalation.clock import monotonic
from escalation.routing.directory import Directory
from escalation.routing.effective import EffectiveRung
from escalation.routing.publication import Publication
from escalation.routing.seats import Parties, holdings
from escalation.routing.vocabulary import Role, Side

CONFIG = Path(__file__).resolve().parents[1] / "config"
PEOPLE, APPOINTMENTS = 10_000, 50_000
LOOK_UPS = 50
"""Look-ups in a dictionary that one resolution may cost at most."""
_ASKED = 4_000
_FUNCTIONS, _REGIONS, _AGENCIES = 40, 20, 60
_TERM = timedelta(days=90)
NOW = datetime(2026, 7, 1, tzinfo=UTC)
"""Long after the last term began: terms are ninety days each, in the four years before."""

Question = tuple[Parties, datetime]


def directory(people: int = PEOPLE, appointments: int = APPOINTMENTS) -> Directory:
    """A directory in which every seat has changed hands often: one holder after another."""
    return Directory.from_document(document(people, appointments))


def document(people: int, appointments: int) -> dict[str, Any]:
    """The same as it is stored; some holders are away, and some have given their work to others."""
    draw = Random(7)  # noqa: S311 - the same directory each time
    names = [f"p{number}" for number in range(people)]
    places = list(_places())
    told: dict[str, Any] = {}
    for number in range(appointments):
        seat, turn = places[number % len(places)], number // len(places)
        begins = datetime(2022, 7, 1, tzinfo=UTC) + turn * _TERM
        told[f"a{number}"] = {
            "person": draw.choice(names),
            **seat,
            "from": begins.isoformat(),
            "until": (begins + _TERM).isoformat(),
        }
    chosen = draw.sample(sorted(told), appointments // 50)
    away = {
        f"act-{number}": {"person": draw.choice(names), "for": key, "from": told[key]["from"]}
        for number, key in enumerate(chosen)
    }
    gifts = {
        f"del-{number}": {"by": names[number], "to": names[-number - 1], "from": "2022-07-01"}
        for number in range(people // 50)
    }
    return {
        "initiative": {"title": "Bench"},
        "zone": "Australia/Brisbane",
        "providers": {"provider": {"title": "Provider"}},
        "agencies": {f"agency-{n}": {"title": f"Agency {n}"} for n in range(_AGENCIES)},
        "clusters": {
            "cluster": {
                "title": "Cluster",
                "provider": "provider",
                "members": [f"agency-{n}" for n in range(_AGENCIES)],
            }
        },
        "functions": {f"f{n}": {"title": f"Function {n}"} for n in range(_FUNCTIONS)},
        "regions": {f"r{n}": {"title": f"Region {n}"} for n in range(_REGIONS)},
        "people": {name: {"name": name.title()} for name in names},
        "appointments": told,
        "acting_appointments": away,
        "delegations": gifts,
    }


def _places() -> Iterator[dict[str, Any]]:
    """Seats: managers by function and region, and of each agency by function."""
    for function in range(_FUNCTIONS):
        for region in (*range(_REGIONS), None):
            place: dict[str, Any] = {"role": "service_manager", "party": "provider"}
            place["function"] = f"f{function}"
            if region is not None:
                place["region"] = f"r{region}"
            yield place
        for agency in range(_AGENCIES):
            yield {
                "role": "function_manager",
                "party": f"agency-{agency}",
                "function": f"f{function}",
            }


def questions(count: int = _ASKED) -> list[Question]:
    """Issues of all agencies, functions and regions, at instants of all four years."""
    draw = Random(11)  # noqa: S311 - the same questions each time
    return [
        (
            Parties(
                "provider",
                f"agency-{draw.randrange(_AGENCIES)}",
                f"f{draw.randrange(_FUNCTIONS)}",
                f"r{draw.randrange(_REGIONS)}",
            ),
            NOW - timedelta(seconds=draw.randrange(4 * 365 * 86_400)),
        )
        for _ in range(count)
    ]


def officers() -> EffectiveRung:
    """The first rung, with a seat of the provider and no other: a resolution is of one seat."""
    text = (CONFIG / "escalation_ladders.yaml").read_bytes()
    publication = Publication.read(text, "escalation_ladders.yaml", NOW.date())
    rung = publication.effective(None, "function").rungs[0]
    return replace(rung, seats={Side.PROVIDER: Role.SERVICE_MANAGER})


def resolving(known: Directory, rung: EffectiveRung, asked: Sequence[Question]) -> float:
    """Seconds for one resolution."""
    begun = monotonic()
    for parties, at in asked:
        holdings(known, rung, parties, at)
    return (monotonic() - begun) / len(asked)


def looking_up(table: Mapping[tuple[str, ...], str], keys: Sequence[tuple[str, ...]]) -> float:
    """Seconds for fifty look-ups of a seat's key in a dictionary of all appointments."""
    begun = monotonic()
    for key in keys:
        table[key]
    return (monotonic() - begun) / len(keys) * LOOK_UPS


def run(plan: Plan) -> Iterator[Result]:
    """A cold and a warm resolution against fifty look-ups."""
    quick = plan.seconds < 1
    people, appointments = (PEOPLE // 20, APPOINTMENTS // 20) if quick else (PEOPLE, APPOINTMENTS)
    known, rung, every = directory(people, appointments), officers(), questions()
    table = {
        (entry.party, entry.role.value, str(entry.function), str(entry.region), key): key
        for key, entry in known.file.appointments.items()
    }
    keys = Random(3).choices(list(table), k=len(every) * LOOK_UPS // 10)  # noqa: S311 - no secret

    def cold() -> float:
        known.memo.clear()
        return resolving(known, rung, every)

    for what, ours in (
        ("a seat, cold", cold),
        ("a seat, warm", lambda: resolving(known, rung, every)),
    ):
        told = in_turn(plan.rounds, {"ours": ours, "base": lambda: looking_up(table, keys)})
        micro = {name: value * 1e6 for name, value in compared(told).items()}
        yield Result(
            what=what,
            database="-",
            size=f"{appointments:,} terms",
            ours=micro["ours"],
            base=micro["base"],
            unit="us",
            ratio=micro["ratio"] / 1e6,
            lowest=micro["lowest"] / 1e6,
            highest=micro["highest"] / 1e6,
            ceiling=1.0,
            detail=f"base: {LOOK_UPS} look-ups in a dictionary",
        )
