"""A forum's digest by hand: the statements alone, each issue made into JSON by the database.

It gives the whole document to the letter (the bench compares it before it measures). It is given
what a process keeps of the framework: what codes are called, the meetings of the forum by its rule,
the one ladder that the bench's issues are on; and tables of the business days of its calendar.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import chain
from typing import Any

from bench.crowd import kept
from bench.plain_annexes import Annexes, ladder, publication
from bench.plain_days import CALENDAR
from bench.plain_decided import decisions_asked
from bench.plain_told import CODED, counted, listed, object_of, titles
from bench.plain_words import WORDS, Words
from escalation.digests.movements import Kind
from escalation.routing.vocabulary import Severity

FORUM = "bmf-southern-cross"
CLUSTER = "southern-cross"
Statement = tuple[str, Mapping[str, Any]]
MOST = 40
"""How many issues have an annex."""
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
_LEFT = "CASE WHEN s.due_at > :at THEN s.due_at ELSE :at END"
"""When officers are left: what is late climbs at once."""
_FIRST, _SECOND = "service_manager", "function_director"
_ARRIVES = f"CASE s.rung WHEN '{_FIRST}' THEN n.ends WHEN '{_SECOND}' THEN {_LEFT} END"
_OVER = (
    f"CASE s.rung WHEN '{_FIRST}' THEN '[\"{_FIRST}\",\"{_SECOND}\"]' ELSE '[\"{_SECOND}\"]' END"
)
_WAS_HERE = f"b.forum = :forum AND {_STANDS.replace('s.', 'b.')}"
_CAME = (
    f"CASE WHEN {_WAS_HERE} AND b.visit = s.visit THEN CASE s.left_agenda"
    " WHEN 'deferred' THEN 'carried_over' WHEN 'not_reached' THEN 'not_reached' END"
    " ELSE 'new' END"
)
_TOTALS = (
    "count(*), sum(CASE WHEN s.past_target_at <= :at THEN 1 ELSE 0 END), count(s.exhausted_at)"
)
_SHOWN = (
    "agency", "carried_over", "forum", "function", "kind", "layer", "provider", "region", "rung",
    "severity", "status", "title",
)  # fmt: skip
_INSTANTS = ("due_at", "entered_at", "exhausted_at", "hold_until")
_BANDS = (
    "CASE WHEN {0} <= 5 THEN '0 to 5' WHEN {0} <= 10 THEN '6 to 10' WHEN {0} <= 20 THEN '11 to 20'"
    " WHEN {0} <= 30 THEN '21 to 30' WHEN {0} <= 45 THEN '31 to 45' ELSE 'over 45' END"
)
_ELSEWHERE = f"(s.forum IS NULL OR s.forum <> :forum) AND {_BEGUN}"
_APPLIED = (
    "SELECT epoch FROM directory_version WHERE applied_at <= :at AND applied_at <= :known"
    " ORDER BY epoch DESC LIMIT 1"
)
_OTHERWISE = "SELECT id FROM meeting WHERE forum = :forum AND (sequence > 0 OR occurs_at IS NULL)"
"""Meetings that are otherwise than by their rule."""
_SHOW = ("at_rung", "high_level", "coming", "since")
_CODES_SHOWN = ", ".join(f's.{name} AS "{name}"' for name in CODED)
_NAMES = ", ".join(f'"{name}"' for name in CODED)


@dataclass
class Plain:
    """The questions of a digest as SQL for the bare driver of ``database``, made once.

    ``framework`` is what the document tells of it, ``called`` the titles of all codes by kind.
    """

    database: str
    now: datetime
    since: datetime
    until: datetime
    ended: tuple[datetime, ...]
    framework: Mapping[str, Any]
    called: Mapping[str, Mapping[str, str]]
    _asked: dict[str, Statement] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make the statements."""
        for name, (statement, given) in self._statements():
            self._asked[name] = (self._words.asked(statement, given), given)

    def run(self, connection: Any) -> tuple[str, int]:  # noqa: ANN401 - either driver's
        """Ask all of it in one snapshot; answers the document, and how many rows came."""
        connection.execute(self._words.snapshot)
        found: dict[str, list[Any]] = {
            name: connection.execute(*asked).fetchall()
            for name, asked in self._asked.items()
            if name != "papers"
        }
        found["papers"] = self._papers(connection, found["at_rung"][:MOST])
        connection.execute("COMMIT")
        since: dict[str, list[str]] = {kind.value: [] for kind in Kind}
        for told, *_, kind in found["since"]:
            since[kind].append(told)
        sections = {
            name: listed(row[0] for row in found[name])
            for name in ("actions", "at_rung", "coming", "decisions", "high_level", "papers")
        }
        sections["since"] = object_of({kind: listed(told) for kind, told in since.items()})
        figures = {
            "now": counted(found["now"]),
            "before": counted(found["before"]),
            "movements": {kind: len(told) for kind, told in since.items()},
            "movements_before": dict.fromkeys(since, 0) | dict(found["moved_before"]),
            "sealed": sum(row[0] for row in found["sealed"]) // 5 * 5 or None,
            "trend": self._trend(found["trend"]),
        }
        [[published]], [[epoch]] = found["published"], found["directory"]
        framework = dict(self.framework)
        if (published, epoch) != (framework["publication"]["hash"], framework["directory_epoch"]):
            raise AssertionError("another framework is in force")
        rows = chain.from_iterable(found[name] for name in _SHOW)
        called = titles((row[1 : 1 + len(CODED)] for row in rows), self.called)
        framework["titles"] = {**framework["titles"], **called}
        document = {name: json.dumps(told) for name, told in framework.items()}
        shown = object_of(
            document | {"sections": object_of(sections), "figures": json.dumps(figures)}
        )
        sha256(shown.encode()).hexdigest()
        return shown, sum(map(len, found.values()))

    def _papers(self, connection: Any, first: Sequence[Any]) -> list[tuple[str]]:  # noqa: ANN401 - either driver's
        """The papers of the issues that stand first, in their order."""
        statement, given = self._asked["papers"]
        names, issues = [row[-2] for row in first], [row[-1] for row in first]
        listed: dict[str, Any] = {"names": names, "issues": issues}
        if self.database == "sqlite":
            listed = {name: json.dumps(each) for name, each in listed.items()}
        found = dict(connection.execute(statement, {**given, **listed}).fetchall())
        return [(found[name],) for name in names]

    def _trend(self, rows: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
        """How many stood there at the end of each meeting, from the parts of each."""
        counts = [[0, 0, 0] for _ in self.ended]
        for place, *each in rows:
            counts[place] = [
                have + (more or 0) for have, more in zip(counts[place], each, strict=True)
            ]
        names = ("total", "past_target", "exhausted")
        return [
            {"at": f"{at:%Y-%m-%dT%H:%M:%S}Z", **dict(zip(names, each, strict=True))}
            for at, each in zip(self.ended, counts, strict=True)
        ]

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

    def _statements(self) -> Iterator[tuple[str, Statement]]:
        now, since, until = (self._kept(at) for at in (self.now, self.since, self.until))
        earlier = self._kept(self._earlier)
        given = {"forum": FORUM, "known": now}
        there = given | self._at(self.now)
        around = there | {"cluster": CLUSTER}
        yield "at_rung", (self._at_forum(), there)
        yield "now", (self._figures(), there)
        yield "before", (self._figures(), given | self._at(self.since))
        yield "high_level", (self._high_level(), around)
        yield "coming", (self._coming(), around | {"until": until})
        yield "since", (self._since(), given | {"at": now, "since": since})
        yield "moved_before", (self._moved_before(), given | {"at": since, "since": earlier})
        yield "sealed", (self._sealed(), there)
        yield "published", (self._published(), {"at": now, "known": now})
        yield "directory", (_APPLIED, {"at": now, "known": now})
        yield "otherwise", (_OTHERWISE, {"forum": FORUM})
        yield "themes", ("SELECT id, code FROM theme", {})
        yield "trend", self._standing(given)
        today = self.now.astimezone(publication().calendar(CALENDAR).zone).date().isoformat()
        yield "actions", (self._actions(), given | {"at": now, "today": today})
        yield "decisions", (decisions_asked(self._words), given | {"at": now, "since": since})
        ages = {"age_business_days": self._age("r"), "business_days_at_rung": self._age("e")}
        papers = Annexes.by(self._words).statement(self._joined(), ages)
        yield "papers", (papers, given | {"at": now, "names": None, "issues": None})

    @property
    def _earlier(self) -> datetime:
        """When the period before began: with a meeting's end, or as long as this one."""
        if self.since in self.ended[1:]:
            return self.ended[self.ended.index(self.since) - 1]
        return self.since - (self.now - self.since)

    def _parts(self, chosen: str, then: str = "") -> str:
        """What is chosen of each of the three parts, one after the other."""
        return " UNION ALL ".join(f"{chosen} AND {end} {then}" for end in self._ends)

    def _at_forum(self) -> str:
        order = {"a": _EXHAUSTED, "b": _LATE, "c": self._age("r"), "d": _WORST}
        chosen = f"{self._item()} AS told, s.id AS stay, s.issue_id AS issue"
        parts = self._ordered(chosen, order, f"WHERE s.forum = :forum AND {_BEGUN}")
        return f"SELECT told, {_NAMES}, stay, issue FROM ({parts}) t ORDER BY a, b, c DESC, d, y, z"  # noqa: S608 - of our own words

    def _ordered(self, chosen: str, order: Mapping[str, str], where: str, more: str = "") -> str:
        """The parts with what they are ordered by, at last by receipt and reference."""
        by = {**order, "y": "i.received_at", "z": "i.reference"}
        named = ", ".join(f"{told} AS {name}" for name, told in by.items())
        return self._parts(
            f"SELECT {chosen}, {_CODES_SHOWN}, {named} {self._joined()} {more} {where}"
        )

    def _figures(self) -> str:
        band = _BANDS.format(self._age("r"))
        by = f"s.severity, s.status, s.agency, {band}"
        chosen = f"SELECT {by}, {_TOTALS} {self._joined()} WHERE s.forum = :forum AND {_BEGUN}"
        return self._parts(chosen, f"GROUP BY {by}")

    def _published(self) -> str:
        """The publication that is in force."""
        return (
            f"SELECT {self._words.said(['hash'])} FROM event WHERE aggregate = 'ladders'"  # noqa: S608 - of our own words
            " AND type = 'ladder.published' AND effective_at <= :at AND recorded_at <= :known"
            " ORDER BY number DESC LIMIT 1"
        )

    def _sealed(self) -> str:
        """How many sealed issues stand there; a digest tells whole fives of them."""
        sealed = _BEGUN.replace("i.sealed_at IS NULL", "i.sealed_at IS NOT NULL")
        here = "FROM issue i JOIN stay s ON s.issue_id = i.id"
        return self._parts(f"SELECT count(*) {here} WHERE s.forum = :forum AND {sealed}")

    def _standing(self, given: Mapping[str, Any]) -> Statement:
        """How many stood there at the end of each meeting, by its place."""
        here = "FROM stay s JOIN issue i ON i.id = s.issue_id"
        parts, asked = [], dict(given)
        for place, ended in enumerate(self.ended):
            chosen = f"SELECT {place}, {_TOTALS} {here} WHERE s.forum = :forum AND {_BEGUN}"
            at, soon = f"at{place}_", f"soon{place}_"
            each = self._parts(chosen).replace(":at", f":{at}").replace(":soon", f":{soon}")
            parts.append(each)
            asked |= dict(zip((at, soon), self._at(ended).values(), strict=True))
        return " UNION ALL ".join(parts), asked

    def _high_level(self) -> str:
        """What is high-level elsewhere, and why."""
        high = f"s.cluster = :cluster AND ({_NOTABLE} OR s.reported_to IS NOT NULL) OR {_HERE}"
        order = {"a": f"CASE WHEN {_HERE} THEN 0 ELSE 1 END", "b": _EXHAUSTED, "c": _WORST,
                 "d": self._age("r")}  # fmt: skip
        item = self._item(because=self._words.listed(_BECAUSE))
        parts = self._ordered(f"{item} AS told", order, f"WHERE {_ELSEWHERE} AND ({high})")
        return f"SELECT told, {_NAMES} FROM ({parts}) t ORDER BY a, b, c, d DESC, y, z"  # noqa: S608 - of our own words

    def _coming(self) -> str:
        """What comes before the agenda closes: when, and over which rungs of officers."""
        targets = ladder().rung(_SECOND).targets
        days = " ".join(
            f"WHEN '{each.value}' THEN {targets[each].value.count}" for each in Severity
        )
        more = (
            f"LEFT JOIN business_day d ON d.day = {self._words.day.format(_LEFT)}"
            f" LEFT JOIN business_end n ON n.number = d.zero + CASE s.severity {days} END"
        )
        told = {"arrives_at": self._words.instant.format(f"({_ARRIVES})"),
                "over": self._words.parsed.format(_OVER)}  # fmt: skip
        where = f"WHERE {_ELSEWHERE} AND s.cluster = :cluster AND s.due_at < :until"
        where = f"{where} AND {_ARRIVES} < :until"
        order = {"a": _ARRIVES, "b": _WORST}
        parts = self._ordered(f"{self._item(**told)} AS told", order, where, more)
        return f"SELECT told, {_NAMES} FROM ({parts}) t ORDER BY a, b, z"  # noqa: S608 - of our own words

    def _since(self) -> str:
        """What moved at the forum, with the codes that it has, and its kind."""
        instant = self._words.instant.format
        told = {
            "at": instant("s.effective_from"), "reference": "i.reference", "id": "s.issue_id",
            "title": "s.title", "agency": "s.agency", "severity": "s.severity",
            "from_rung": "b.rung", "to_rung": "s.rung", "left_agenda": "s.left_agenda",
            "meeting_at": instant("s.meeting_at"), "carried_over": "s.carried_over",
        }  # fmt: skip
        shown = f"{self._words.row(self._words.made(told))} AS told, {_CODES_SHOWN}"
        moved = self._moved(f"{shown}, s.effective_from AS began, i.reference AS reference")
        moved = f"FROM ({moved}) t WHERE kind IS NOT NULL ORDER BY began, reference"
        return f"SELECT told, {_NAMES}, kind {moved}"

    def _moved_before(self) -> str:
        """How many moved in the period before, by their kind."""
        moved = f"FROM ({self._moved()}) t WHERE kind IS NOT NULL GROUP BY kind"
        return f"SELECT kind, count(*) {moved}"

    def _moved(self, *chosen: str) -> str:
        """Movements at the forum: the kind of each, none where it was nothing to it, and more."""
        place = "CASE {0} " + " ".join(
            f"WHEN '{rung.id}' THEN {place}" for place, rung in enumerate(ladder().rungs)
        )
        left, reached = (f"{place.format(of)} ELSE -1 END" for of in ("b.rung", "s.rung"))
        went = (
            f"CASE WHEN {_WAS_HERE} THEN CASE WHEN s.status = 'resolved' THEN 'resolved'"
            " WHEN s.status IN ('closed', 'withdrawn') THEN 'ended'"
            f" WHEN {left} < 0 OR b.rung = s.rung THEN 'moved_away'"
            f" WHEN {reached} > {left} THEN 'climbed' ELSE 'referred_back' END END"
        )
        elsewhere = f"(s.forum IS NULL OR s.forum <> :forum OR NOT {_STANDS})"
        return " UNION ALL ".join(
            f"SELECT {', '.join([*chosen, f'{kind} AS kind'])} FROM stay s"  # noqa: S608 - of our own words
            " JOIN issue i ON i.id = s.issue_id LEFT JOIN stay b ON b.id = s.before"
            " WHERE s.effective_from > :since AND s.effective_from <= :at"
            f" AND s.recorded_from <= :known AND i.sealed_at IS NULL AND {which}"
            for kind, which in (
                (_CAME, f"s.forum = :forum AND {_STANDS} AND s.recorded_to IS NULL"),
                (_CAME, f"s.forum = :forum AND {_STANDS} AND s.recorded_to > :since"),
                (went, f"s.left_forum = :forum AND {elsewhere}"),
            )
        )

    def _actions(self) -> str:
        """What it has asked for that is still to be done."""
        words = self._words
        told = {
            "asked_at": words.instant.format("a.made_at"), "decision": "d.number",
            "due_on": "a.due_on", "id": "a.id", "owner": "a.owner", "reference": "i.reference",
            "overdue": words.truth.format("coalesce(a.due_on < :today, false)"),
            "subject": "d.subject", "text": "a.text",
        }  # fmt: skip
        return (
            f"SELECT {words.row(words.made(told))} FROM action a"  # noqa: S608 - of our own words
            " JOIN decision d ON d.id = a.decision_id LEFT JOIN issue i ON i.id = d.subject"
            " WHERE a.forum = :forum AND a.made_at <= :at AND d.recorded_at <= :known"
            " AND (a.done_at IS NULL OR a.done_at > :at OR a.done_at > :known)"
            " AND i.sealed_at IS NULL ORDER BY coalesce(a.due_on, '9999'), a.id"
        )

    def _item(self, **also: str) -> str:
        """What a digest shows of an issue, as text."""
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
        return words.row(words.made(dict(sorted(told.items()))))

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
