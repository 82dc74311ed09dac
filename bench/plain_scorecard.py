"""A quarter's scorecard by hand: the statements alone, counted and timed by the database.

It gives every count of every dimension, the visits and business seconds of each standard and
provider, ages, workload and arrivals, for two periods; the bench compares counts and seconds
with the product's before it measures.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bench.crowd import kept
from bench.databases import CONFIG
from bench.plain_words import WORDS
from escalation.routing.publication import Publication

CALENDAR, LADDERS = "brisbane", "escalation_ladders.yaml"
BRISBANE = ZoneInfo("Australia/Brisbane")
_EPOCH = date(1970, 1, 1).toordinal()
DIMENSIONS = (
    "provider", "cluster", "agency", "function", "region", "channel", "severity", "rung", "ola",
)  # fmt: skip
_OPEN = "('open', 'in_progress', 'on_hold', 'tabled')"
_AFTER = (
    f"w.status IN {_OPEN} AND w.forum IS NULL AND (n.visit <> w.visit OR n.status NOT IN {_OPEN})"
)
_COUNTS = {
    "logged": "n.before IS NULL",
    "resolved": "n.status = 'resolved' AND coalesce(w.status, '') <> 'resolved'",
    "first_contact": "n.before IS NULL AND n.status = 'resolved'",
    "closed": "n.status = 'closed' AND coalesce(w.status, '') <> 'closed'",
    "withdrawn": "n.status = 'withdrawn' AND coalesce(w.status, '') <> 'withdrawn'",
    "disputed": "n.moved = 'disputed'",
    "reopened": "n.moved = 'reopened'",
    "escalated": "n.moved = 'escalated'",
    "referred_back": "n.moved = 'referred_back'",
    "held": "n.status = 'on_hold' AND coalesce(w.status, '') <> 'on_hold'",
    "in_target": f"{_AFTER} AND n.effective_from < w.due_at",
    "past_target": f"{_AFTER} AND n.effective_from >= w.due_at",
    "complaints_received": "n.before IS NULL AND n.kind = 'complaint'",
    "further_action": (
        "n.status = 'resolved' AND coalesce(w.status, '') <> 'resolved' AND n.kind = 'complaint'"
        " AND coalesce(n.further_action, false)"
    ),
    "no_further_action": (
        "n.status = 'resolved' AND coalesce(w.status, '') <> 'resolved' AND n.kind = 'complaint'"
        " AND NOT coalesce(n.further_action, false)"
    ),
}
_STANDS = {
    "unresolved": "true",
    "unresolved_past_target": "n.past_target_at <= :until",
    "unresolved_exhausted": "n.exhausted_at IS NOT NULL",
    "unresolved_on_hold": "n.status = 'on_hold'",
}
_UPDATES = ("updates_given", "updates_missed", "acknowledgements_missed")
_SEAT = "n.provider, n.agency, n.rung, n.function, n.region"
_MOVES = (
    "FROM stay n JOIN issue i ON i.id = n.issue_id LEFT JOIN stay w ON w.id = n.before"
    " WHERE n.effective_from > :since AND n.effective_from <= :until"
    " AND n.recorded_from <= :known AND i.sealed_at IS NULL"
)
_HOLDING = (
    f"FROM stay n JOIN issue i ON i.id = n.issue_id WHERE n.status IN {_OPEN}"
    " AND n.effective_from <= :until AND n.recorded_from <= :known AND i.sealed_at IS NULL"
    " AND (n.recorded_to IS NULL OR n.recorded_to > :until"
    " AND (n.effective_to > :until OR n.recorded_to > :known))"
)
_THEN = (
    "JOIN stay n ON n.issue_id = {0} AND n.recorded_from <= e.recorded_at"
    " AND (n.recorded_to IS NULL OR n.recorded_to > e.recorded_at) JOIN issue i ON i.id = {0}"
    " WHERE e.effective_at > :since AND e.effective_at <= :until AND e.recorded_at <= :known"
    " AND i.sealed_at IS NULL"
)


def prepare(connection: Any, mark: str, now: datetime, like: object) -> None:  # noqa: ANN401 - either driver's
    """Keep the open hours of the calendar as a table: each day with the open seconds before it."""
    kind = "bigint" if isinstance(like, int) else "timestamptz"
    connection.execute(
        "CREATE TABLE business_hours (day integer PRIMARY KEY, opens "
        f"{kind}, before integer, length integer, number integer)"
    )
    file = (CONFIG / LADDERS).read_bytes()
    calendar = Publication.read(file, LADDERS, date(2026, 3, 2)).calendar(CALENDAR)
    first, total, number = now.date() - timedelta(days=900), 0, 0
    for day in (first + timedelta(days=n) for n in range(1_000)):
        midnight = datetime.combine(day, time(), BRISBANE)
        windows = calendar.windows(midnight, midnight + timedelta(days=1))
        opens, closes = windows[0] if windows else (midnight, midnight)
        length = int((closes - opens).total_seconds())
        number += bool(windows)
        row = (day.toordinal() - _EPOCH, kept(opens, like), total, length, number)
        marks = ", ".join([mark] * len(row))
        connection.execute(f"INSERT INTO business_hours VALUES ({marks})", row)  # noqa: S608 - of our own words
        total += length


@dataclass
class Plain:
    """The questions of a scorecard as SQL for the bare driver of ``database``."""

    database: str

    def run(
        self,
        connection: Any,  # noqa: ANN401 - either driver's
        since: datetime,
        until: datetime,
        known: datetime,
        like: object,
    ) -> dict[str, Any]:
        """Ask all of one period: counts by dimension and code, and what visits took."""
        span = {"since": since, "until": until, "known": known}
        given = {name: kept(at, like) for name, at in span.items()}
        counts: dict[Any, dict[str, int]] = {}
        for sql, names in (self._moved(), self._standing(), self._updates()):
            for by, code, *sums in self._asked(connection, sql, given):
                told = counts.setdefault((by, code), {})
                told.update(zip(names, (n or 0 for n in sums), strict=True))
        took = self._asked(connection, self._took(), given)
        more = [self._asked(connection, sql, given) for sql in self._more()]
        return {"counts": counts, "took": took, "more": more}

    def _asked(self, connection: Any, sql: str, given: Mapping[str, Any]) -> list[Any]:  # noqa: ANN401 - as above
        used = {name: value for name, value in given.items() if f":{name}" in sql}
        found: list[Any] = connection.execute(
            WORDS[self.database].asked(sql, used), used
        ).fetchall()
        return found

    def _moved(self) -> tuple[str, tuple[str, ...]]:
        stood = (
            "i.channel AS channel"
            if name == "channel"
            else f"coalesce(w.{name}, n.{name}) AS {name}"
            for name in DIMENSIONS
        )
        return self._by_each(f"{_columns(stood, _COUNTS)} {_MOVES}", _COUNTS), tuple(_COUNTS)

    def _standing(self) -> tuple[str, tuple[str, ...]]:
        return self._by_each(f"{_columns(_dimensions(), _STANDS)} {_HOLDING}", _STANDS), tuple(
            _STANDS
        )

    def _updates(self) -> tuple[str, tuple[str, ...]]:
        given = {**dict.fromkeys(_UPDATES, "false"), "updates_given": f"n.status IN {_OPEN}"}
        missed = {
            "updates_given": "false",
            "updates_missed": "c.kind = 'inform'",
            "acknowledgements_missed": "c.kind = 'acknowledge'",
        }
        rows = (
            f"{_columns(_dimensions(), given)} FROM event e {_THEN.format('e.aggregate')}"
            " AND e.type = 'issue.informed' UNION ALL "
            f"{_columns(_dimensions(), missed)} FROM clock_step e JOIN clock c ON c.id = e.clock_id"
            f" {_THEN.format('e.issue_id')} AND e.step = 'end'"
            " AND c.kind IN ('inform', 'acknowledge')"
        )
        return self._by_each(rows, _UPDATES), _UPDATES

    def _by_each(self, rows: str, names: Any) -> str:  # noqa: ANN401 - names by themselves, or of something
        sums = ", ".join(f"sum({name})" for name in names)
        if self.database == "postgres":
            sets = ", ".join(f'("{name}")' for name in DIMENSIONS)
            by = " ".join(f"WHEN grouping(\"{name}\") = 0 THEN '{name}'" for name in DIMENSIONS)
            code = " ".join(f'WHEN grouping("{name}") = 0 THEN "{name}"' for name in DIMENSIONS)
            return (
                f"WITH found AS ({rows}) SELECT CASE {by} ELSE '' END, CASE {code} END, {sums}"  # noqa: S608 - of our own words
                f" FROM found GROUP BY GROUPING SETS ((), {sets})"
            )
        each = (
            f'SELECT \'{name}\', "{name}", {sums} FROM found GROUP BY "{name}"'  # noqa: S608 - as above
            for name in DIMENSIONS
        )
        whole = f"SELECT '', NULL, {sums} FROM found"  # noqa: S608 - as above
        return f"WITH found AS ({rows}) {whole} UNION ALL {' UNION ALL '.join(each)}"

    def _took(self) -> str:
        """Visits and open seconds by provider and standard."""
        entered, left = self._until("a", "w.entered_at"), self._until("b", "n.effective_from")
        day = WORDS[self.database].day.format
        joined = _MOVES.replace(
            " WHERE ",
            f" JOIN business_hours a ON a.day = {day('w.entered_at')}"
            f" JOIN business_hours b ON b.day = {day('n.effective_from')} WHERE ",
            1,
        )
        return (
            "SELECT w.provider, w.ola, w.ladder, w.rung, w.severity, count(*),"
            " sum(CASE WHEN n.effective_from < w.due_at THEN 1 ELSE 0 END),"
            f" sum({left} - {entered}) {joined} AND {_AFTER}"
            " GROUP BY w.provider, w.ola, w.ladder, w.rung, w.severity"
        )

    def _until(self, day: str, at: str) -> str:
        """Open seconds from the table's beginning."""
        if self.database == "postgres":
            part = f"extract(epoch FROM {at} - {day}.opens)::int"
            return f"({day}.before + greatest(0, least({day}.length, {part})))"
        return f"({day}.before + max(0, min({day}.length, ({at} - {day}.opens) / 1000000)))"

    def _more(self) -> tuple[str, ...]:
        """Ages, workload and arrivals."""
        day = WORDS[self.database].day.format
        half = (
            "floor(extract(epoch FROM n.effective_from) / 1800)"
            if self.database == "postgres"
            else "n.effective_from / 1800000000"
        )
        aged = _HOLDING.replace(
            " WHERE ", f" JOIN business_hours a ON a.day = {day('i.received_at')} WHERE ", 1
        )
        return (
            f"SELECT a.number, count(*) {aged} GROUP BY a.number",
            f"SELECT {_SEAT}, count(*) {_HOLDING} GROUP BY {_SEAT}",
            f"SELECT {half}, count(*) {_MOVES} AND n.before IS NULL GROUP BY {half}",
        )


def _dimensions() -> list[str]:
    return ["i.channel AS channel" if name == "channel" else f'n.{name} AS "{name}"'
            for name in DIMENSIONS]  # fmt: skip


def _columns(stood: Any, counts: Mapping[str, str]) -> str:  # noqa: ANN401 - expressions, each with its name
    ones = (
        f"CASE WHEN {condition} THEN 1 ELSE 0 END AS {name}" for name, condition in counts.items()
    )
    return f"SELECT {', '.join((*stood, *ones))}"
