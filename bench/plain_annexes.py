"""The annexes of a forum's digest by hand: one paper for each issue, made by the database.

What is agreed, and by whom it is spoken for, is the ladder's: written into the statement once. That
a clock had run out, and what bodies decided, none of these timelines tells, so it is not asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from bench.databases import CONFIG
from bench.plain_words import Words
from bench.told import IN_BRIEF
from escalation.routing.effective import EffectiveLadder, EffectiveRung
from escalation.routing.publication import Publication
from escalation.routing.vocabulary import Severity

LADDERS = "escalation_ladders.yaml"
_OLA, _RUNG = "ola-rivers", "business_manager_forum"
_ISSUE = ("agency", "function", "kind", "provider", "region", "severity", "status", "title")
_SAYS = ("text", "question", "grounds", "reason", "because", "how", "title")
_STANCES = {"issue.proposed": "proposes", "issue.agreed": "agrees", "issue.dissented": "dissents"}


@cache
def publication() -> Publication:
    """What the bench's issues stand under."""
    return Publication.read((CONFIG / LADDERS).read_bytes(), LADDERS, date(2026, 3, 2))


@cache
def ladder() -> EffectiveLadder:
    """The ladder that all of them are on."""
    return publication().effective(_OLA, "function")


@dataclass(frozen=True)
class Annexes:
    """The statement for the papers of some stays, in the words of one database."""

    words: Words
    ladder: EffectiveLadder

    @classmethod
    def by(cls, words: Words) -> "Annexes":
        """By the ladder as it is published."""
        return cls(words, ladder())

    def statement(self, joined: str, ages: Mapping[str, str]) -> str:
        """The papers of the stays that are given by ``names``, of ``issues``; each behind its id.

        ``joined`` are the tables of stays and issues; ``ages`` the business days, by their names.
        """
        words, rung = self.words, self.ladder.rung(_RUNG)
        instant = words.instant.format
        met = words.made({"id": "s.meeting", "starts_at": instant("s.meeting_at")})
        affected = (
            "CASE WHEN {0} IS NULL THEN '' ELSE ',\"' || replace({0}, '|', '\",\"') || '\"' END"
        )
        issue = {
            **{name: f"s.{name}" for name in _ISSUE},
            **ages,
            "also_affects": words.listed(affected.format("s.also_affects")),
            "description": "i.description",
            "entered_at": instant("s.entered_at"),
            "id": "s.issue_id",
            "received_at": instant("i.received_at"),
            "reference": "i.reference",
        }
        paper = {
            "clocks": self._clocks(rung),
            "decisions": words.parsed.format("'[]'"),
            "history": self._lines(self._line(), IN_BRIEF),
            "issue": words.made(dict(sorted(issue.items()))),
            "meeting": words.nested.format(f"CASE WHEN s.meeting_at IS NOT NULL THEN {met} END"),
            "positions": self._lines(self._position(), _STANCES),
            "rung": _quoted(rung.title),
            "sought": f"coalesce(a.sought, {self._sought(rung)})",
            "sought_by_rule": words.truth.format("a.sought IS NULL"),
        }
        made = words.row(words.made(paper))
        said = f"LEFT JOIN ({self._said()}) a ON a.subject = s.issue_id AND a.n = 1"
        return f"SELECT s.id, {made} {joined} {said} WHERE {words.among.format('s.id', 'names')}"

    def _said(self) -> str:
        """What was said to be sought of the forum for each of the issues, the last first."""
        subject, sought = self._of("subject"), self._of("sought")
        agendas = (
            "SELECT meeting_id FROM agenda_item JOIN meeting ON meeting.id = meeting_id"  # noqa: S608 - of our own words
            f" WHERE meeting.forum = :forum AND {self.words.among.format('subject', 'issues')}"
        )
        order = f"PARTITION BY {subject} ORDER BY effective_at DESC, id DESC"
        return (
            f"SELECT {subject} AS subject, {sought} AS sought, row_number() OVER ({order}) AS n"  # noqa: S608 - of our own words
            f" FROM event WHERE aggregate IN ({agendas}) AND type = 'meeting.tabled'"
            f" AND {sought} <> '' AND effective_at <= :at AND recorded_at <= :known"
        )

    def _lines(self, line: Mapping[str, str], kinds: Mapping[str, str] | tuple[str, ...]) -> str:
        """A list of what the shared entries of some kinds tell, in order."""
        names = ", ".join(map(_quoted, kinds))
        chosen = (
            "SELECT type, effective_at, payload FROM event WHERE aggregate = s.issue_id"  # noqa: S608 - of our own words
            f" AND visibility = 'shared' AND type IN ({names}) AND effective_at <= :at"
            " AND recorded_at <= :known ORDER BY number"
        )
        told = self.words.gathered.format(self.words.made(line))
        return self.words.parsed.format(f"(SELECT {told} FROM ({chosen}) t)")  # noqa: S608 - of our own words

    def _line(self) -> dict[str, str]:
        said = ", ".join(f"nullif({self._of(name)}, '')" for name in _SAYS)
        return {
            "at": self.words.instant.format("effective_at"),
            "from": self._of("from"),
            "meeting_at": self._of("starts_at"),
            "says": f"coalesce({said})",
            "to": self._of("to"),
            "what": "substr(type, 7)",
        }

    def _position(self) -> dict[str, str]:
        parts = (self._of("outcome", "summary"), self._of("outcome", "reasons"),
                 self._of("grounds"))  # fmt: skip
        said = " || ".join(f"coalesce('. ' || rtrim({part}, '.'), '')" for part in parts)
        stances = (f"WHEN {_quoted(k)} THEN {_quoted(v)}" for k, v in _STANCES.items())
        seats = (
            f"WHEN {_quoted(f'{rung.id} {side.value}')} THEN {_quoted(role.value)}"
            for rung in self.ladder.rungs
            for side, role in rung.seats.items()
        )
        spoke = f"{self._of('rung')} || ' ' || {self._of('seat')}"
        return {
            "at": self.words.instant.format("effective_at"),
            "person": self._of("actor", "name"),
            "says": f"substr({said}, 3)",
            "seat": f"CASE {spoke} {' '.join(seats)} END",
            "side": self._of("seat"),
            "stance": f"CASE type {' '.join(stances)} END",
        }

    def _clocks(self, rung: EffectiveRung) -> str:
        """Those that run for an issue of its severity: to the meeting, between, for the whole."""
        grace = "" if rung.grace is None else str(rung.grace.value)
        until = _quoted(f"until the meeting has ended, and {grace}")
        due_at = self.words.instant.format("s.due_at")
        cases = []
        for severity in Severity:
            clocks = [self._clock("forum", until, due_at)]
            for kind, agreed in (
                ("out_of_session", rung.out_of_session),
                ("overall", self.ladder.clocks.overall),
            ):
                found = agreed.get(severity)
                if found is not None:
                    clocks.append(self._clock(kind, _quoted(str(found.value)), "NULL"))
            listed = self.words.array.format(", ".join(clocks))
            cases.append(f"WHEN {_quoted(severity.value)} THEN {listed}")
        return self.words.nested.format(f"CASE s.severity {' '.join(cases)} END")

    def _clock(self, kind: str, budget: str, due_at: str) -> str:
        state = "CASE WHEN s.hold_until IS NULL THEN 'running' ELSE 'paused' END"
        told = {"budget": budget, "due_at": due_at, "kind": _quoted(kind),
                "past_target": self.words.truth.format("1 = 0"), "rung": "NULL", "state": state,
                "times": "1"}  # fmt: skip
        return self.words.made(told)

    def _sought(self, rung: EffectiveRung) -> str:
        above = self.ladder.rungs[self.ladder.position(rung.id) + 1].title
        onward = f", refer it back with a question, or send it up to: {above}."
        dissent = (
            "EXISTS (SELECT 1 FROM event WHERE aggregate = s.issue_id AND visibility = 'shared'"
            " AND type = 'issue.dissented' AND effective_at <= :at AND recorded_at <= :known)"
        )
        first = f"CASE WHEN {dissent} THEN {{0}} ELSE {{1}} END".format(
            _quoted(f"Decide between the two sides' positions{onward}"),
            _quoted(f"Resolve it{onward}"),
        )
        nowhere = _quoted("Decide it: there is nowhere left for it to climb.")
        return f"CASE WHEN s.exhausted_at IS NOT NULL THEN {nowhere} ELSE {first} END"

    def _of(self, *path: str) -> str:
        """What a payload says by a path of names."""
        return self.words.said(path)


def _quoted(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"
