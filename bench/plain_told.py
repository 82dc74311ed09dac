"""What a hand-written digest makes of its rows: lists, objects and figures."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from escalation.digests.figures import BANDS
from escalation.routing.vocabulary import Severity
from escalation.workflow.states import UNRESOLVED

CODED = ("agency", "provider", "function", "region", "forum", "also_affects", "reported_to")
"""What of an issue has a title; the last two are lists."""
_TITLED = ("agencies", "providers", "functions", "regions", "forums")
_SEVERITIES = tuple(each.value for each in Severity)
_STATUSES = tuple(each.value for each in UNRESOLVED)


def listed(made: Iterable[str]) -> str:
    """A JSON list of what is JSON already."""
    return f"[{','.join(made)}]"


def object_of(made: Mapping[str, str]) -> str:
    """A JSON object of what is JSON already."""
    named = ",".join(f'"{name}":{each}' for name, each in made.items())
    return f"{{{named}}}"


def counted(rows: Iterable[Sequence[Any]]) -> dict[str, Any]:
    """The figures of what stands, from how many there are of each kind."""
    names: dict[str, Sequence[str]] = {
        "by_severity": _SEVERITIES, "by_status": _STATUSES, "by_agency": (), "by_age": BANDS,
    }  # fmt: skip
    found = {name: Counter(dict.fromkeys(each, 0)) for name, each in names.items()}
    totals: Counter[str] = Counter(total=0, past_target=0, exhausted=0)
    for *alike, total, past, exhausted in rows:
        for name, each in zip(found, alike, strict=True):
            found[name][each] += total
        totals["total"] += total
        totals["past_target"] += past
        totals["exhausted"] += exhausted
    return {**found, **totals}


def titles(
    rows: Iterable[Sequence[str | None]], called: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, str]]:
    """What the codes of what is shown are called; each row is as :data:`CODED`."""
    *plain, affected, reported = map(set, zip(*rows, strict=True))
    used = dict(zip(_TITLED, plain, strict=True))
    for name, lists in (("agencies", affected), ("forums", reported)):
        used[name] |= {code for each in lists if each for code in each.split("|")}
    return {
        name: {code: called[name][code] for code in codes if code in called[name]}
        for name, codes in used.items()
    }
