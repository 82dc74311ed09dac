"""Plans into rows: what a batch changes, with one statement per table and kind of change.

A long batch is written in slices, so that the database works on one while the next is decided. The
rows of issues that it holds go with each slice; what others may want at the same time (the
names that other systems have for an issue, meetings and their agendas) waits for the end, so that
it is taken in one order, and held for the shortest time.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter, eq
from typing import Any

from msgspec.structs import replace
from sqlalchemy import Connection, Table, delete, tuple_

from escalation.store import dialect, models
from escalation.store.agendas import add_meetings, put_items, take_off_moot
from escalation.store.base import kept_text
from escalation.store.bulk import MANY, insert_rows, update_rows
from escalation.store.chain import link_hash
from escalation.store.learnings import learning_rows
from escalation.store.rows import (
    CLOCK_FIELDS,
    STATE_FIELDS,
    action_rows,
    actor_told,
    clock_row,
    decision_rows,
    fixed_row,
    item_row,
    meeting_row,
    same_words,
    state_row,
    stay_row,
    step_rows,
    words_row,
)
from escalation.store.silencing import silence
from escalation.timekeeping.ledger import Interval
from escalation.workflow.advising import ANSWERED
from escalation.workflow.events import INTERNAL
from escalation.workflow.facts import Clock, Issue
from escalation.workflow.meetings.facts import ItemKind
from escalation.workflow.plan import Plan, Tabling
from escalation.workflow.states import ClockState

Row = dict[str, Any]


@dataclass(slots=True)
class Work:
    """One issue's part of a batch: as it is stored, and the plans decided for it since, in order.

    ``before`` is ``None`` for an issue that is new; ``clocks`` are those stored that may change.
    """

    before: Issue | None
    clocks: dict[str, Clock] = field(default_factory=dict)
    plans: list[Plan] = field(default_factory=list)


_INSERTS = (
    models.issue,
    models.clock,
    models.clock_interval,
    models.clock_step,
    models.stay,
    models.event,
    models.outbox,
    models.named_outbox,
    models.unsealed,
    models.decision,
    models.action,
    models.learning,
)
_UPDATES: dict[str, tuple[Table, tuple[str, ...]]] = {
    "issue": (models.issue, ("id",)),
    "words": (models.issue, ("id",)),
    "clock": (models.clock, ("id",)),
    "interval": (models.clock_interval, ("clock_id", "number")),
    "stay": (models.stay, ("id",)),
    "item": (models.agenda_item, ("meeting_id", "subject")),
}
_SELDOM = {"issue": STATE_FIELDS, "clock": CLOCK_FIELDS}


def write_work(
    connection: Connection, works: Iterable[Work], now: datetime, salts: Iterator[str]
) -> None:
    """Write plans at once, recorded at ``now``; ``salts`` are fresh random texts."""
    writing = Writing(connection, now, salts)
    writing.write(works)
    writing.end()


class Writing:
    """The rows of a batch: gathered issue by issue, written table by table."""

    def __init__(self, connection: Connection, now: datetime, salts: Iterator[str]) -> None:
        """All is recorded at ``now``; ``salts`` are fresh random texts."""
        self.connection = connection
        self.now = now
        self.salts = salts
        self.meetings: dict[str, Row] = {}
        self.items: dict[tuple[str, str], Row] = {}
        self.moot: dict[tuple[str, str, str], Row] = {}
        self.references: list[Row] = []
        self.links: list[Row] = []
        self.unlinks: set[tuple[str, str, str]] = set()
        self.sealed: list[str] = []
        self._clear()

    def _clear(self) -> None:
        self.new: dict[str, list[Row]] = defaultdict(list)
        self.changed: dict[str, list[Row]] = defaultdict(list)
        self.replaced: dict[str, list[tuple[Issue | Clock, Issue | Clock]]] = defaultdict(list)
        self.stays: dict[str, Row] = {}

    def write(self, works: Iterable[Work]) -> None:
        """Write the rows of issues that have plans; they then stand as stored, without plans."""
        for work in works:
            if work.plans:
                self._take(work)
        self.new["stay"] = list(self.stays.values())
        for table in _INSERTS:
            insert_rows(self.connection, table, self.new.get(table.name, ()))
        for name, (table, keys) in _UPDATES.items():
            unchanged = self._unchanged(name)
            update_rows(self.connection, table, keys, self.changed.get(name, ()), unchanged)
        self._clear()

    def end(self) -> None:
        """Write what issues share with others; meetings and items may be there already."""
        # Sorted: processes that want the same ones wait for one another, and never in a circle.
        self.references.sort(key=lambda row: (row["system"], row["ref"]))
        insert_rows(self.connection, models.external_ref, self.references)
        self._write_agendas()
        silence(self.connection, self.sealed, self.now)

    def _take(self, work: Work) -> None:
        """The rows of one issue, several commands folded into their net effect."""
        chain = work.before.chain if work.before else ""
        number = work.before.event_count if work.before else 0
        started: dict[str, Clock] = {}
        changed: dict[str, Clock] = {}
        for plan in work.plans:
            started |= {clock.id: clock for clock in plan.started}
            for clock in plan.changed:
                (started if clock.id in started else changed)[clock.id] = clock
            chain, number = self._events(plan, chain, number)
            self._stays(plan)
            self._beside(plan)
        last = work.plans[-1].issue
        every = {**work.clocks, **started, **changed}
        self._issue(work, last, chain, every.values())
        self._clocks(last.id, work.clocks, started, changed)
        work.before, work.clocks, work.plans = replace(last, chain=chain), every, []

    def _issue(self, work: Work, last: Issue, chain: str, every: Iterable[Clock]) -> None:
        dues = [c.due_at for c in every if c.due_at and c.state is ClockState.RUNNING]
        state = state_row(last, chain, min(dues, default=None))
        if work.before is None:
            self.new["issue"].append({**state, **words_row(last), **fixed_row(last)})
            self.references.extend(
                {"system": r["system"], "ref": r["id"], "issue_id": last.id}
                for r in last.external_refs
            )
            return
        if last.sealing is not None and work.before.sealing is None:
            self.sealed.append(last.id)
        self.changed["issue"].append({"id": last.id, **state})
        self.replaced["issue"].append((work.before, last))
        if not same_words(work.before, last):
            self.changed["words"].append({"id": last.id, **words_row(last)})

    def _clocks(
        self,
        issue_id: str,
        before: dict[str, Clock],
        started: dict[str, Clock],
        changed: dict[str, Clock],
    ) -> None:
        for clock in started.values():
            row = {"id": clock.id, "issue_id": issue_id, **clock_row(clock)}
            row |= {"kind": clock.name, "anchor": clock.anchor, "visit": clock.visit}
            self.new["clock"].append(row)
            self._intervals(clock.id, (), clock.intervals)
        for clock in changed.values():
            self.changed["clock"].append({"id": clock.id, **clock_row(clock)})
            self.replaced["clock"].append((before[clock.id], clock))
            self._intervals(clock.id, before[clock.id].intervals, clock.intervals)

    def _intervals(
        self, clock_id: str, old: tuple[Interval, ...], new: tuple[Interval, ...]
    ) -> None:
        for number, interval in enumerate(new):
            if number >= len(old):
                row: Row = {"clock_id": clock_id, "number": number}
                row |= {"started_at": interval.start, "ended_at": interval.end}
                self.new["clock_interval"].append(row)
            elif interval != old[number]:
                key = {"clock_id": clock_id, "number": number}
                self.changed["interval"].append({**key, "ended_at": interval.end})

    def _events(self, plan: Plan, chain: str, number: int) -> tuple[str, int]:
        actor = actor_told(plan.actor)
        for happened in plan.events:
            number += 1
            kind = str(happened.type)
            row = {
                "id": happened.id,
                "aggregate": plan.issue.id,
                "number": number,
                "type": kind,
                "due_at": happened.due_at,
                "effective_at": happened.effective_at,
                "recorded_at": self.now,
                "visibility": happened.visibility,
                "payload": kept_text({"actor": actor, **happened.payload}),
                "salt": next(self.salts),
            }
            chain = row["hash"] = link_hash(chain, row)
            self.new["event"].append(row)
            self.new["unsealed"].append({"event_id": happened.id})
            if happened.type not in INTERNAL:
                sent = {"event_id": happened.id, "aggregate": plan.issue.id, "number": number}
                out = "outbox" if plan.issue.sealing is None else "named_outbox"
                self.new[out].append({**sent, "type": kind, "recorded_at": self.now})
        return chain, number

    def _stays(self, plan: Plan) -> None:
        if plan.left_stay is not None:
            bounds = {"effective_to": plan.issue.stay_from, "recorded_to": self.now}
            if plan.left_stay in self.stays:
                self.stays[plan.left_stay] |= bounds
            else:
                self.changed["stay"].append({"id": plan.left_stay, **bounds})
        if plan.new or plan.left_stay is not None:
            self.stays[plan.issue.stay] = stay_row(plan, self.now)

    def _beside(self, plan: Plan) -> None:
        self.new["clock_step"].extend(step_rows(plan, self.now))
        issue = plan.issue
        made = decision_rows(issue.id, issue.title, plan.decisions, self.now)
        self.new["decision"].extend(made)
        self.new["action"].extend(action_rows(plan.decisions))
        self.new["learning"].extend(learning_rows(plan))
        for tabling in plan.tablings:
            self._item(plan, tabling)
        for code in plan.answered:
            self._moot(plan, code, ItemKind.ADVICE, ANSWERED)
        if not plan.issue.unresolved:
            for report in plan.issue.reported_up:
                if "noted_at" not in report:
                    self._moot(plan, report["forum"], ItemKind.REPORTED, plan.issue.status)
        gone = {(plan.issue.id, k.other, k.as_) for k in plan.unlinks}
        self.unlinks |= gone
        self.links = [k for k in self.links if (k["issue_id"], k["other"], k["as_"]) not in gone]
        self.links.extend(
            {"issue_id": plan.issue.id, "other": k.other, "as_": k.as_, "made_at": self.now}
            for k in plan.links
        )

    def _moot(self, plan: Plan, forum: str, kind: ItemKind, why: str) -> None:
        key = (plan.issue.id, forum, kind.value)
        row = {"about": plan.issue.id, "asked": forum, "as_": kind.value}
        self.moot[key] = {**row, "why": why, "at": plan.effective_at}

    def _item(self, plan: Plan, tabling: Tabling) -> None:
        key = (tabling.meeting, plan.issue.id)
        if tabling.sitting is not None:
            self.meetings[tabling.meeting] = meeting_row(tabling.sitting, self.now)
            # It is asked, or told, again.
            self.moot.pop((plan.issue.id, tabling.sitting.forum, tabling.kind), None)
            if not tabling.decides and self._decides(key):
                return
            row = item_row(*key, tabling, plan.effective_at)
            self.items[key] = {**row, "carried_over": plan.issue.carried_over * tabling.decides}
            return
        left = {
            "outcome": tabling.outcome,
            "left_at": plan.effective_at,
            "remark": tabling.remark,
        }
        if key in self.items:
            self.items[key] |= left
        else:
            row = {"meeting_id": key[0], "subject": key[1], **left}
            self.changed["item"].append(row)

    def _decides(self, key: tuple[str, str]) -> bool:
        """Whether this batch has put the same issue on that agenda to be decided there."""
        row = self.items.get(key)
        return row is not None and row["kind"] == ItemKind.ISSUE.value and row["outcome"] is None

    def _unchanged(self, name: str) -> list[str]:
        """Columns of many rows that hold in each of them what they held."""
        pairs, fields = self.replaced.get(name, ()), _SELDOM.get(name, {})
        if len(pairs) < MANY:
            return []
        olds, news = zip(*pairs, strict=True)
        return [
            column
            for column, field in fields.items()
            if all(map(eq, map(attrgetter(field), olds), map(attrgetter(field), news)))
        ]

    def _write_agendas(self) -> None:
        connection = self.connection
        if self.meetings:
            add_meetings(connection, list(self.meetings.values()))
        put_items(connection, list(self.items.values()))
        take_off_moot(connection, list(self.moot.values()))
        if self.unlinks:
            link = models.issue_link.c
            key = tuple_(link.issue_id, link.other, link.as_)
            gone = delete(models.issue_link).where(key.in_(sorted(self.unlinks)))
            connection.execute(gone)
        if self.links:
            tie = dialect.insert(connection, models.issue_link).on_conflict_do_nothing()
            connection.execute(tie, self.links)
