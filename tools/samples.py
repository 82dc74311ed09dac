"""Write the sample event logs: invented cases in the shapes of the four logs we have mappings for.

Nothing in them comes from a real log but the names of columns and states. The same seed writes
the same bytes; a test finds a sample that is stale.
"""

import csv
import io
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "samples"
CASES = 60
SEED = 20_070_601

_SWEDEN = timezone(timedelta(hours=1))
_WAITS = ("wait_user", "wait_vendor", "wait_other")
_SECOND = 2
_MAJOR = 7  # the number of the case that is critical

# How often, of one.
_BEGINS_FIRST_LINE = 0.8
_NEVER_ENDS = 0.06
_COMES_BACK = 0.12
_IS_CLOSED = 0.85
_AT_ONCE = 0.15
_IN_HOURS = 0.92


@dataclass(frozen=True, slots=True)
class Moment:
    """One row of an invented case: when, in what state, on which support line."""

    at: datetime
    state: str
    line: int


def story(draw: random.Random, began: datetime) -> Iterator[Moment]:
    """An invented case from its first row to its last; a few are never closed."""
    at, line = began, 1 if draw.random() < _BEGINS_FIRST_LINE else 2
    yield Moment(at, draw.choice(("queued", "queued", "working")), line)
    for _ in range(draw.randint(0, 5)):
        at += _pause(draw)
        line = min(3, max(1, line + draw.choice((-1, 0, 0, 0, 1))))
        yield Moment(at, draw.choice(("working", "working", "queued", *_WAITS)), line)
    if draw.random() < _NEVER_ENDS:
        return
    at += _pause(draw)
    yield Moment(at, "working", line)
    at += _pause(draw)
    yield Moment(at, "resolved", line)
    if draw.random() < _COMES_BACK:  # it came back
        at += timedelta(days=draw.randint(1, 12), minutes=draw.randint(0, 600))
        yield Moment(at, "working", line)
        at += _pause(draw)
        yield Moment(at, "resolved", line)
    if draw.random() < _IS_CLOSED:
        yield Moment(at + timedelta(days=draw.randint(3, 40)), "closed", line)


def _pause(draw: random.Random) -> timedelta:
    """Often at once, mostly hours, sometimes weeks: long enough for the ladder to be climbed."""
    kind = draw.random()
    if kind < _AT_ONCE:
        return timedelta()
    if kind < _IN_HOURS:
        return timedelta(minutes=draw.randint(2, 2_500))
    return timedelta(days=draw.randint(3, 45), minutes=draw.randint(0, 700))


def cases(seed: int, first: datetime) -> Iterator[tuple[int, random.Random, list[Moment]]]:
    """The invented cases, each with what its other columns are drawn from."""
    draw = random.Random(seed)  # noqa: S311 - invented data, the same each time
    began = first
    for number in range(1, CASES + 1):
        began += timedelta(minutes=draw.randint(20, 1_500))
        yield number, draw, list(story(draw, began))


def volvo_incidents() -> str:
    """Two words of status, an hour's offset all year, three support lines, a byte order mark."""
    words = {
        "queued": ("Queued", "Awaiting Assignment"),
        "working": ("Accepted", "In Progress"),
        "wait_user": ("Accepted", "Wait - User"),
        "wait_vendor": ("Accepted", "Wait - Vendor"),
        "wait_other": ("Accepted", "Wait"),
        "resolved": ("Completed", "Resolved"),
        "closed": ("Completed", "Closed"),
    }
    rows = []
    for number, draw, moments in cases(SEED, datetime(2011, 2, 7, 8, 0, tzinfo=_SWEDEN)):
        product, impact = f"PRODUCT{draw.randint(1, 40)}", draw.choice(("Low", "Medium", "High"))
        country = draw.choice(("Sweden", "POLAND", "Brazil", "0"))
        team = draw.randint(1, 30)
        for moment in moments:
            status, sub = words[moment.state]
            level = draw.choice(("L2", "L2/L3")) if moment.line == _SECOND else f"L{moment.line}"
            rows.append(
                {
                    "SR Number": f"9-{number:06d}",
                    "Change Date+Time": moment.at.isoformat(),
                    "Status": status,
                    "Sub Status": sub,
                    "Involved ST": f"T{team}",
                    "ST Level": level,
                    "SR Latest Impact": "Major" if number == _MAJOR else impact,
                    "Product": product,
                    "Owner Country": country,
                }
            )
    return "\ufeff" + _csv(rows)


def volvo_problems() -> str:
    """One activity, times without an offset, the support line at the end of an organisation."""
    words = {
        "queued": "Queued-Awaiting Assignment",
        "working": "Accepted-In Progress",
        "resolved": "Completed-Closed",
        "closed": "Completed-Closed",
    }
    rows = []
    for number, draw, moments in cases(SEED + 1, datetime(2010, 9, 6, 9, 0, tzinfo=_SWEDEN)):
        product, country = f"PROD{draw.randint(1, 30)}", draw.choice(("se", "us", "pl", "0"))
        impact = draw.choice(("Low", "Medium", "High", "Major"))
        team = draw.randint(1, 20)
        for moment in moments:
            ends = {1: "", 2: " 2nd", 3: " 3rd"}[moment.line]
            rows.append(
                {
                    "Case ID": f"8-{number:06d}",
                    "Activity": words.get(moment.state, "Accepted-Wait"),
                    "Complete Timestamp": f"{moment.at:%Y-%m-%d %H:%M:%S}.000",
                    "organization country": country,
                    "organization involved": f"X{team}{ends}",
                    "impact": impact,
                    "product": product,
                }
            )
    return _csv(rows)


def uci_servicenow() -> str:
    """One state, times in minutes as d/m/yyyy, `?` for what is missing, opened before logged."""
    words = {
        "queued": "New",
        "working": "Active",
        "wait_user": "Awaiting User Info",
        "wait_vendor": "Awaiting Vendor",
        "wait_other": "Awaiting Problem",
        "resolved": "Resolved",
        "closed": "Closed",
    }
    degrees = ("1 - High", "2 - Medium", "2 - Medium", "3 - Low")
    rows = []
    for number, draw, moments in cases(SEED + 2, datetime(2015, 6, 1, 7, 30)):  # noqa: DTZ001 - as that log writes them
        opened = moments[0].at - timedelta(minutes=draw.randint(0, 90))
        fixed = {
            "number": f"INC9{number:06d}",
            "opened_at": _day_first(opened),
            "contact_type": draw.choice(("Phone", "Phone", "Email", "Self service")),
            "location": draw.choice(("Location 1", "Location 161", "Location 204", "?")),
            "category": draw.choice(("Category 1", "Category 26", "Category 53", "?")),
            "subcategory": f"Subcategory {draw.randint(1, 90)}",
            "caller_id": f"Caller {draw.randint(1, 400)}",
            "impact": draw.choice(degrees),
            "urgency": draw.choice(degrees),
        }
        for moment in moments:
            group = draw.choice((f"Group {moment.line}", "?"))
            varying = {
                "incident_state": words[moment.state],
                "sys_updated_at": _day_first(moment.at),
                "assignment_group": group,
            }
            rows.append({**fixed, **varying})
    return _csv(rows)


def helpdesk_italian() -> str:
    """One activity per row; a second taking in charge after a resolution is a reopening."""
    words = {
        "queued": "Assign seriousness",
        "working": "Take in charge ticket",
        "resolved": "Resolve ticket",
        "closed": "Closed",
    }
    rows = []
    for number, draw, moments in cases(SEED + 3, datetime(2009, 3, 2, 8, 0)):  # noqa: DTZ001 - the offset is written below
        who = f"Value {draw.randint(1, 20)}"
        rows += [
            {
                "case:concept:name": f"Ticket {number}",
                "Activity": words.get(moment.state, "Wait"),
                "time:timestamp": f"{moment.at:%Y-%m-%d %H:%M:%S}+00:00",
                "Resource": who,
            }
            for moment in moments
        ]
    return _csv(rows)


def _day_first(at: datetime) -> str:
    return f"{at.day}/{at.month}/{at.year} {at:%H:%M}"


def _csv(rows: list[dict[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


SAMPLES: Mapping[str, Callable[[], str]] = {
    "volvo_incidents": volvo_incidents,
    "volvo_problems": volvo_problems,
    "uci_servicenow": uci_servicenow,
    "helpdesk_italian": helpdesk_italian,
}


def main() -> None:
    """Write each sample, and say which."""
    FOLDER.mkdir(exist_ok=True)
    for name, make in SAMPLES.items():
        (FOLDER / f"{name}.csv").write_text(make(), encoding="utf-8", newline="")
        print(f"samples/{name}.csv")


if __name__ == "__main__":
    main()
