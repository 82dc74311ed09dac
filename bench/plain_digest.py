"""A forum's digest by hand: the statements alone, each issue made into JSON by the database.

It gives the annexes and the sections of what stands at the forum and of what is high-level
elsewhere to the letter (the bench compares them before it measures), the same figures, and the rows
of what moved and of what leaves its rung before the next meeting. Over which rungs that comes it
does not work out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from bench.crowd import kept
from bench.plain_annexes import Annexes, publication
from bench.plain_words import WORDS, Words

FORUM = "bmf-southern-cross"
CLUSTER = "southern-cross"
CALENDAR = "brisbane"
Statement = tuple[str, Mapping[str, Any]]
MOST = 40
"""How many issues have an annex."""
_HIGH_LEVEL = 27
"""The place of that section's statement."""
_EPOCH = date(1970, 1, 1).toordinal()
_STANDS = "s.status in ('open', 'in_progress', 'on_hold', 'tabled')"
_BEGUN = (
    f"{_STANDS} AND i.sealed_at IS NULL AND s.effective_from <= :at AND s.recorded_from <= :known"
)
_LATER = "(s.effective_to > :at OR s.recorded_to > :known)"
_LONG = {
    "sqlite": "s.recorded_to - s.effective_from > 2592000000000",
    "postgres": "s.recorded_to - s.effective_from > interval '30 days'",
}
_EXHAUSTED = "CASE WHEN s.exhausted_at IS NULL THEN 1 ELSE 0 END"
_LATE = "CASE WHEN s.past_target_at <= :at THEN 0 ELSE 1 END"
_WORST = "CASE s.severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 ELSE 3 END"
_BARRED = "'|' || s.reported_to || '|'"
_HERE = f"replace({_BARRED}, '|' || :forum || '|', '') <> {_BARRED}"
_BECAUSE = (
    f"CASE WHEN {_HERE} THEN ',\"reported_up_here\"' WHEN s.reported_to IS NOT NULL THEN"
    " ',\"reported_up\"' ELSE '' END"
    " || CASE WHEN s.severity IN ('critical', 'high') THEN ',\"severity\"' ELSE '' END"
    " || CASE WHEN s.layer = 'corporate' THEN ',\"corporate_layer\"' ELSE '' END"
)
_CODES = "CASE WHEN {0} IS NULL THEN '' ELSE ',\"' || replace({0}, '|', '\",\"') || '\"' END"
_NOTABLE = "s.severity IN ('critical', 'high') OR s.layer = 'corporate'"
_LEAVES = "s.due_at < :until OR s.due_at IS NULL AND s.hold_until < :until"
_SHOWN = (
    "agency", "carried_over", "forum", "function", "kind", "layer", "provider", "region", "rung",
    "severity", "status", "title",
)  # fmt: skip
_INSTANTS = ("due_at", "entered_at", "exhausted_at", "hold_until")
_BANDS = (
    "CASE WHEN {0} <= 5 THEN '0 to 5' WHEN {0} <= 10 THEN '6 to 10' WHEN {0} <= 20 THEN '11 to 20'"
    " WHEN {0} <= 30 THEN '21 to 30' WHEN {0} <= 45 THEN '31 to 45' ELSE 'over 45' END"
)


def prepare(connection: Any, mark: str, now: datetime) -> None:  # noqa: ANN401 - either driver's
    """Keep the business days of the calendar as a table, counted from its first."""
    connection.execute("CREATE TABLE business_day (day integer PRIMARY KEY, zero integer)")
    calendar = publication().calendar(CALENDAR)
    first = now.date() - timedelta(days=800)
    for day in (first + timedelta(days=n) for n in range(900)):
        noon = datetime(day.year, day.month, day.day, 2, tzinfo=now.tzinfo)
        number = calendar.number_of(noon)
        row = (day.toordinal() - _EPOCH, number)
        connection.execute(f"INSERT INTO business_day VALUES ({mark}, {mark})", row)  # noqa: S608 - of our own words


@dataclass
class Plain:
    """The questions of a digest as SQL for the bare driver of ``database``."""

    database: str
    now: datetime
    since: datetime
    until: datetime
    ended: tuple[datetime, ...] = ()

    def run(self, connection: Any) -> tuple[str, int]:  # noqa: ANN401 - either driver's
        """Ask all of it in one snapshot; answers two sections, and how many rows came."""
        parts = []
        connection.execute(self._words.snapshot)
        for statement, given in self._statements():
            asked = self._words.asked(statement, given)
            parts.append([row[0] for row in connection.execute(asked, given).fetchall()])
        papers = self._annexes(connection)
        connection.execute("COMMIT")
        parts.append(papers)
        texts = [",".join(part) for part in parts]
        sha256("".join(texts).encode()).hexdigest()
        named = {"at_rung": texts[0], "high_level": texts[_HIGH_LEVEL], "papers": texts[-1]}
        listed = ",".join(f'"{name}":[{text}]' for name, text in named.items())
        shown = f"{{{listed}}}"
        return shown, sum(map(len, parts))

    @property
    def _ends(self) -> tuple[str, str, str]:
        """In three parts, each with one range of an index."""
        return (
            "s.recorded_to IS NULL",
            f"s.recorded_to > :at AND s.recorded_to <= :soon AND {_LATER}",
            f"s.recorded_to > :soon AND {_LONG[self.database]} AND {_LATER}",
        )

    def _at(self, at: datetime) -> dict[str, Any]:
        """An instant as the driver takes it, and thirty days later."""
        return {"at": self._kept(at), "soon": self._kept(at + timedelta(days=30))}

    @property
    def _words(self) -> Words:
        return WORDS[self.database]

    def _statements(self) -> Iterator[Statement]:
        now, since, until = (self._kept(at) for at in (self.now, self.since, self.until))
        given = {"forum": FORUM, "known": now}
        yield from self._at_forum(given | self._at(self.now))
        for at in (self.now, self.since):
            yield from self._figures(given | self._at(at))
        yield from self._elsewhere(given | self._at(self.now) | {"cluster": CLUSTER}, until)
        yield from self._moved(given | {"at": now, "since": since})
        earlier = self._kept(self.since - (self.now - self.since))
        yield from self._moved(given | {"at": since, "since": earlier})
        for at in self.ended:
            yield from self._standing(given | self._at(at))

    def _standing(self, given: Mapping[str, Any]) -> Iterator[Statement]:
        """How many stood there at the end of a meeting."""
        counted = self._words.row(
            self._words.made(
                {
                    "total": "count(*)",
                    "late": "sum(CASE WHEN s.past_target_at <= :at THEN 1 ELSE 0 END)",
                    "exhausted": "count(s.exhausted_at)",
                }
            )
        )
        for end in self._ends:
            here = "FROM stay s JOIN issue i ON i.id = s.issue_id"
            yield f"SELECT {counted} {here} WHERE s.forum = :forum AND {_BEGUN} AND {end}", given

    def _annexes(self, connection: Any) -> list[str]:  # noqa: ANN401 - either driver's
        """The papers of the issues that stand first."""
        now = self._kept(self.now)
        given = {"forum": FORUM, "known": now, **self._at(self.now)}
        by_age = f"{self._age('r')} DESC, {_WORST}, i.received_at, i.reference"
        names: list[str] = []
        for end in self._ends:
            chosen = f"SELECT s.id {self._joined()} WHERE s.forum = :forum AND {_BEGUN}"
            first = f"{chosen} AND {end} ORDER BY {_EXHAUSTED}, {_LATE}, {by_age} LIMIT {MOST}"
            rows = connection.execute(self._words.asked(first, given), given).fetchall()
            names += [row[0] for row in rows]
        listed = ", ".join(f"'{name}'" for name in names[:MOST]) or "NULL"
        ages = {"age_business_days": self._age("r"), "business_days_at_rung": self._age("e")}
        statement = Annexes.by(self._words).statement(listed, self._joined(), ages)
        asked = {"at": now, "known": now}
        found = dict(connection.execute(self._words.asked(statement, asked), asked).fetchall())
        return [found[name] for name in names[:MOST]]

    def _at_forum(self, given: Mapping[str, Any]) -> Iterator[Statement]:
        chosen = f"SELECT {self._words.row(self._item())} {self._joined()}"
        by_age = f"{self._age('r')} DESC, {_WORST}, i.received_at, i.reference"
        for end in self._ends:
            here = f"{chosen} WHERE s.forum = :forum AND {_BEGUN} AND {end}"
            yield f"{here} ORDER BY {_EXHAUSTED}, {_LATE}, {by_age}", given

    def _figures(self, given: Mapping[str, Any]) -> Iterator[Statement]:
        band = _BANDS.format(self._age("r"))
        for end in self._ends:
            here = f"{self._joined()} WHERE s.forum = :forum AND {_BEGUN} AND {end}"
            for by in ("s.severity", "s.status", "s.agency", band):
                counted = self._words.row(self._words.made({"is": by, "many": "count(*)"}))
                yield f"SELECT {counted} {here} GROUP BY {by}", given

    def _elsewhere(self, given: Mapping[str, Any], until: object) -> Iterator[Statement]:
        """What is high-level there, as it is shown; and what leaves its rung before the meeting."""
        high = f"s.cluster = :cluster AND ({_NOTABLE} OR s.reported_to IS NOT NULL) OR {_HERE}"
        notable = self._words.row(self._item(because=self._words.listed(_BECAUSE)))
        leaving = self._words.row(self._item())
        by_worst = f"{_EXHAUSTED}, {_WORST}, {self._age('r')} DESC, i.received_at, i.reference"
        first = f"CASE WHEN {_HERE} THEN 0 ELSE 1 END"
        for end in self._ends:
            around = (
                f"{self._joined()} WHERE (s.forum IS NULL OR s.forum <> :forum) AND {_BEGUN}"
                f" AND {end}"
            )
            shown = f"SELECT {notable} {around} AND ({high}) ORDER BY {first}, {by_worst}"
            yield shown, given
            coming = f"SELECT {leaving} {around} AND s.cluster = :cluster AND ({_LEAVES})"
            yield f"{coming} ORDER BY s.due_at, {_WORST}, i.reference", given | {"until": until}

    def _moved(self, given: Mapping[str, Any]) -> Iterator[Statement]:
        instant = self._words.instant.format
        told = {
            "at": instant("s.effective_from"), "reference": "i.reference", "id": "s.issue_id",
            "title": "s.title", "agency": "s.agency", "severity": "s.severity",
            "from_rung": "b.rung", "to_rung": "s.rung", "left_agenda": "s.left_agenda",
            "meeting_at": instant("s.meeting_at"), "carried_over": "s.carried_over",
            "was": "b.status", "before": "b.forum",
        }  # fmt: skip
        moved = (
            f"SELECT {self._words.row(self._words.made(told))} FROM stay s"  # noqa: S608 - of our own words
            " JOIN issue i ON i.id = s.issue_id LEFT JOIN stay b ON b.id = s.before"
            " WHERE s.effective_from > :since AND s.effective_from <= :at"
            " AND s.recorded_from <= :known AND i.sealed_at IS NULL"
        )
        here, away = f"s.forum = :forum AND {_STANDS}", "s.left_forum = :forum"
        elsewhere = f"s.forum IS NULL OR s.forum <> :forum OR NOT {_STANDS}"
        for which in (
            f"{here} AND s.recorded_to IS NULL",
            f"{here} AND s.recorded_to > :since",
            f"{away} AND ({elsewhere})",
        ):
            yield f"{moved} AND {which} ORDER BY s.effective_from, i.reference", given

    def _item(self, **also: str) -> str:
        """What a digest shows of an issue."""
        words, instant = self._words, self._words.instant.format
        met = words.made({"id": "s.meeting", "starts_at": instant("s.meeting_at")})
        told = {
            **{name: f"s.{name}" for name in _SHOWN},
            **{name: instant(f"s.{name}") for name in _INSTANTS},
            "age_business_days": self._age("r"),
            "business_days_at_rung": self._age("e"),
            "id": "s.issue_id",
            "meeting": words.nested.format(f"CASE WHEN s.meeting_at IS NOT NULL THEN {met} END"),
            "past_target": words.truth.format("coalesce(s.past_target_at <= :at, false)"),
            "received_at": instant("i.received_at"),
            "reference": "i.reference",
            "reported_up_to": words.listed(_CODES.format("s.reported_to")),
            "also_affects": words.listed(_CODES.format("s.also_affects")),
            **also,
        }
        return words.made(dict(sorted(told.items())))

    def _joined(self) -> str:
        day = self._words.day.format
        return (
            "FROM stay s JOIN issue i ON i.id = s.issue_id"
            f" LEFT JOIN business_day r ON r.day = {day('i.received_at')}"
            f" LEFT JOIN business_day e ON e.day = {day('s.entered_at')}"
        )

    def _age(self, of: str) -> str:
        """Business days from a day of the join until now."""
        day = self._words.day.format(":at")
        return f"((SELECT zero FROM business_day WHERE day = {day}) - {of}.zero)"  # noqa: S608 - of our own words

    def _kept(self, at: datetime) -> Any:  # noqa: ANN401 - as the driver takes it
        return at if self.database == "postgres" else kept(at, 0)
