"""One batch at the desk: load the facts, decide each command, write all plans.

Nothing here commits: :class:`escalation.services.desk.Desk` runs a batch inside one transaction
and tries again, or in halves, where that is right.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from escalation.clock import Clock, whole_second
from escalation.errors import (
    EscalationError,
    Fault,
    Forbidden,
    Invalid,
    NotFound,
    Refused,
)
from escalation.services.issue_seen import seen
from escalation.services.jobs import Answer, Job
from escalation.services.registry import Known, Registry
from escalation.services.turns import SeatTurns
from escalation.services.versions import check_seen
from escalation.services.views import told
from escalation.store import access, dialect, driver, issues, receipts, timeline, viewing
from escalation.store.access import Kept, Owner, Slot
from escalation.store.base import EPOCH
from escalation.store.transaction import Connection
from escalation.store.writing import Work, Writing
from escalation.workflow.commands import Command, Hold, Link, Log, Merge, Unlink
from escalation.workflow.decide import decide
from escalation.workflow.draft import part_id
from escalation.workflow.facts import Facts, Issue
from escalation.workflow.intake import begin
from escalation.workflow.plan import Plan, Tell, apply
from escalation.workflow.ties import upstream
from escalation.workflow.viewing import Viewer, in_reach, is_among, may_see, readers

Outcome = Answer | Exception
SLICE = 32
"""Issues that are decided before what came of them is written, where the database need not be
waited for: while it is at it, the next ones are decided. What so many come to has room between the
two; of more, the half is waited for."""
NamesOther = Link | Unlink | Merge | Hold
"""What is asked with another issue named."""


@dataclass(frozen=True, slots=True)
class Means:
    """What a batch needs beyond its connection."""

    registry: Registry
    reference: Callable[[datetime], str]
    salts: Iterator[str]
    stem: Callable[[], str]
    backdating: timedelta


class Batch:
    """One try at deciding and writing some commands at one instant."""

    def __init__(
        self, connection: Connection, means: Means, known: Known, clock: Clock, *, again: bool
    ) -> None:
        """``again`` says that these commands may have been committed by an earlier try."""
        self.connection = connection
        self.means = means
        self.known = known
        self.again = again
        self.now = self._second = EPOCH
        self._clock = clock
        self._facts: dict[str, Facts] = {}
        self._works: dict[str, Work] = {}
        self._decided: dict[str, Work] = {}
        self._kept: dict[Slot, Kept] = {}
        self._new: list[Kept] = []
        self._taken: dict[tuple[str, str], Owner] = {}
        self._ids: dict[str, str] = {}
        self._done: dict[str, str] = {}
        self._receipts: list[tuple[str, str]] = []
        self._turns = SeatTurns(connection, known.directory)

    def run(self, jobs: Sequence[Job], *, skip_locked: bool = False) -> list[Outcome]:
        """Decide the commands in order and write what follows; one outcome for each."""
        self._load(jobs, skip_locked=skip_locked)
        # Once their rows are held: whoever held them before has recorded an earlier instant.
        self.now = dialect.recorded_at(self.connection, self._clock)
        self._second = whole_second(self.now)
        writing = Writing(self.connection, self.now, self.means.salts)
        outcomes: list[Outcome] = []
        at_once = SLICE if driver.pipelines(self.connection) else len(jobs)
        for job in jobs:
            try:
                outcomes.append(self._one(job))
            except Exception as error:  # noqa: BLE001 - one command's fault is its caller's alone
                outcomes.append(error)
            if len(self._decided) >= at_once:
                self._write(writing)
        self._write(writing)
        writing.end()
        access.remember(self.connection, self._new)
        self._turns.write(self.connection)
        receipts.add(self.connection, self._receipts, self.now)
        return outcomes

    def _write(self, writing: Writing) -> None:
        """Write what has been decided since the last time."""
        writing.write(self._decided.values())
        self._decided.clear()
        self._turns.written()

    def _load(self, jobs: Sequence[Job], *, skip_locked: bool) -> None:
        if self.again:
            firsts = [part_id("evt", job.stem, 0) for job in jobs]
            self._done = timeline.aggregates_of(self.connection, firsts)
        self._load_issues(jobs, skip_locked=skip_locked)
        # Once the rows are held: whoever held them before may have used the same keys.
        slots = [job.slot for job in jobs if job.slot is not None]
        self._kept = access.recall(self.connection, slots)
        refs = [
            (ref["system"], ref["id"])
            for job in jobs
            if isinstance(job.ask, Log)
            for ref in job.ask.external_refs
        ]
        self._taken = access.taken_refs(self.connection, refs)

    def _load_issues(self, jobs: Sequence[Job], *, skip_locked: bool) -> None:
        named = list(self._may_be_named(jobs))
        references = [name for name in named if not name.startswith("iss_")]
        if references:
            self._ids = issues.ids_of_references(self.connection, references)
        wanted = {self._ids.get(name, name) for name in named} | set(self._done.values())
        self._hold_issues(wanted, skip_locked=skip_locked)

    def _may_be_named(self, jobs: Sequence[Job]) -> Iterator[str]:
        """The issues that commands name, as far as whoever asks may see them.

        Of what is hidden nothing is loaded: that it took longer would tell of it.
        """
        asked = defaultdict[Viewer, list[str]](list)
        for job in jobs:
            viewer = job.viewer if job.caller is None else job.caller.viewer
            asked[viewer] += (name for name in (job.issue, job.other) if name is not None)
        for viewer, names in asked.items():
            yield from viewing.seen_of(self.connection, viewer, names)

    def _hold_issues(self, wanted: Iterable[str], *, skip_locked: bool = False) -> None:
        """Load issues, and hold their rows."""
        loaded = issues.load(self.connection, wanted, lock=True, skip_locked=skip_locked)
        for issue_id, found in loaded.items():
            under = self.means.registry.agreement(self.connection, self.known, found.issue)
            if self._turns.counts:
                under = msgspec.structs.replace(under, turns=self._turns.now)
            self._facts[issue_id] = Facts(found.issue, found.clocks, under, found.ended)
            self._works[issue_id] = Work(found.issue, {c.id: c for c in found.clocks})

    def _one(self, job: Job) -> Answer:
        if job.caller is not None:
            caller = job.caller.again(self.known, self.now)
            job.actor, job.viewer = caller.actor, caller.viewer
        replayed = self._replayed(job)
        done = self._done_before(job)
        if done is not None:
            return msgspec.structs.replace(replayed or self._answer(job, done, ()), replayed=False)
        if replayed is not None:
            return replayed
        if isinstance(job.ask, Log):
            facts, plan = self._logged(job, job.ask)
        else:
            facts, plan = self._acted(job)
        after = apply(plan, facts)
        made = [(after, plan), *(self._consequence(job, tell) for tell in plan.tells)]
        # Whatever can go wrong has gone wrong by now: from here on the plan will be written.
        answer = self._answer(job, after, tuple([str(event.type) for event in plan.events]))
        self._turns.follow(None if plan.new else facts.issue, after.issue)
        for each in made:
            self._take(*each)
        if isinstance(job.ask, Log):
            if job.receipt is not None:
                self._receipts.append((job.receipt.hash, after.issue.id))
            owner = Owner(after.issue.id, readers(after.issue))
            self._taken |= {(r["system"], r["id"]): owner for r in job.ask.external_refs}
        return answer

    def _at(self, job: Job) -> datetime:
        """The second at which a command takes effect, whatever has happened to its issue."""
        return self._second if job.at is None else whole_second(job.at)

    def _done_before(self, job: Job) -> Facts | None:
        """What the command was done to, where an earlier try has committed it."""
        if not self._done:
            return None
        return self._facts.get(self._done.get(part_id("evt", job.stem, 0), ""))

    def _take(self, after: Facts, plan: Plan) -> None:
        """An issue as it now is, and the plan that is to be written for it."""
        self._facts[after.issue.id] = after
        if not plan.nothing:
            work = self._works.setdefault(after.issue.id, Work(None))
            work.plans.append(plan)
            self._decided[after.issue.id] = work

    def _replayed(self, job: Job) -> Answer | None:
        kept = None if job.slot is None else self._kept.get(job.slot)
        if kept is None:
            return None
        if kept.body_hash != job.body_hash:
            raise Invalid(
                "This Idempotency-Key was used for another body; use a new key for a new request.",
                "idempotency_key_reused",
                errors=[
                    Fault("reused", "used before with another body", parameter="Idempotency-Key")
                ],
            )
        return Answer(kept.status, kept.body, kept.headers, "", replayed=True)

    def _logged(self, job: Job, log: Log) -> tuple[Facts, Plan]:
        now = self._at(job)
        log = msgspec.structs.replace(log, received_at=self._received(job, log, now))
        command = Command(stem=job.stem, actor=job.actor, ask=log, at=job.at)
        rules = self.means.registry.rules(self.known)
        if self._turns.counts:
            rules = replace(rules, turns=self._turns.now)
        seen: set[tuple[str, str]] = set()
        for number, ref in enumerate(log.external_refs):
            name, pointer = (ref["system"], ref["id"]), f"/external_refs/{number}"
            if name in seen:
                fault = Fault("repeated", f"{' '.join(name)} stands here twice", pointer=pointer)
                raise Invalid("The issue was not logged.", errors=[fault])
            seen.add(name)

        def reference(at: datetime) -> str:
            # Asked once all values have been found right: only then is a conflict told.
            self._refuse_taken(log, job.viewer)
            return self.means.reference(at)

        begun = begin(rules, command, log, reference, now)
        if job.viewer.limited:
            _check_reach(job.viewer, *begun)
        return begun

    def _refuse_taken(self, log: Log, viewer: Viewer) -> None:
        for number, ref in enumerate(log.external_refs):
            name, pointer = (ref["system"], ref["id"]), f"/external_refs/{number}"
            owner = self._taken.get(name)
            if owner is None:
                continue
            known = not viewer.limited and is_among(viewer, owner.sealed_to)
            whose = f"is issue {owner.issue_id} already" if known else "is taken already"
            fault = Fault("external_ref_taken", f"{' '.join(name)} {whose}", pointer=pointer)
            raise Refused(
                f"{fault.detail}; act on that one.",
                "external_ref_taken",
                errors=[fault],
                extra={"issue": owner.issue_id} if known else {},
            )

    def _received(self, job: Job, log: Log, now: datetime) -> datetime:
        received = now if log.received_at is None else whole_second(log.received_at)
        latest = self._at(job)
        if received > latest:
            raise _wrong_instant("received_at", "in_the_future", f"is ahead of now, {told(now)}")
        if log.occurred_at is not None and whole_second(log.occurred_at) > latest:
            raise _wrong_instant("occurred_at", "in_the_future", f"is ahead of now, {told(now)}")
        if not job.backdated and received < now - self.means.backdating:
            days = self.means.backdating.days
            detail = f"is more than {days} days ago; an admin may log it"
            raise _wrong_instant("received_at", "too_long_ago", detail)
        return received

    def _acted(self, job: Job) -> tuple[Facts, Plan]:
        facts = self._named(job.issue or "", job.viewer)
        issue = facts.issue
        now = max(self._at(job), issue.updated_at)
        check_seen(
            f"issue {issue.reference}",
            job.if_match,
            issue.version,
            lambda: self._view(job, facts, now),
            needs=job.needs_match,
        )
        ask, seen = job.ask, facts
        if job.other is not None and isinstance(ask, NamesOther):
            other = self._other(job, job.other, issue)
            ask = self._looked_up(ask, other)
            seen = msgspec.structs.replace(facts, beside={other.id: other})
        command = Command(stem=job.stem, actor=job.actor, ask=ask, at=job.at)
        return facts, decide(seen, command, now)

    def _other(self, job: Job, name: str, issue: Issue) -> Issue:
        """The other issue that an act names, as far as who asks may know of it."""
        other = self._facts.get(self._ids.get(name, name))
        if other is None or not may_see(job.viewer, other.issue):
            detail = f"no issue {name!r} is known; send an id or a reference"
            fault = Fault("unknown", detail, pointer="/issue")
            raise Invalid("The other issue was not found.", errors=[fault])
        if other.issue.sealing is not None and issue.sealing is None:
            raise Refused(
                f"{other.issue.reference} is sealed and {issue.reference} is not: the link "
                "would tell of it. Link from the sealed issue instead.",
                "other_is_sealed",
            )
        return other.issue

    def _looked_up(self, ask: NamesOther, other: Issue) -> NamesOther:
        """The ask with the other issue by its id."""
        if isinstance(ask, Hold):
            return replace(ask, issue=other.id)
        found = replace(ask, issue=other.id, reference=other.reference)
        if isinstance(found, Link) and found.as_ == "depends_on":
            return replace(found, beyond=self._upstream(other.id))
        return found

    def _upstream(self, issue_id: str) -> frozenset[str]:
        """The issues that one depends on, directly or by way of others, as this batch has them.

        Each is held: else another process might close the circle at the same moment.
        """
        found: set[str] = set()
        ahead = {issue_id}
        while ahead:
            self._hold_issues(ahead - self._facts.keys())
            facts = [self._facts[each] for each in ahead if each in self._facts]
            ahead = {other for each in facts for other in upstream(each.issue)} - found
            found |= ahead
        return frozenset(found)

    def _consequence(self, job: Job, tell: Tell) -> tuple[Facts, Plan]:
        """What the job's act makes of another issue; it is held until the transaction ends."""
        if tell.issue not in self._facts:
            self._hold_issues([tell.issue])
        facts = self._facts[tell.issue]
        now = max(self._at(job), facts.issue.updated_at)
        command = Command(stem=self.means.stem(), actor=job.actor, ask=tell.ask, at=job.at)
        plan = decide(facts, command, now)
        return apply(plan, facts), plan

    def _named(self, name: str, viewer: Viewer) -> Facts:
        facts = self._facts.get(self._ids.get(name, name))
        if facts is None or not may_see(viewer, facts.issue):
            raise NotFound(f"There is no issue {name}.")
        return facts

    def _view(self, job: Job, facts: Facts, now: datetime) -> dict[str, Any]:
        """The issue as the caller may see it."""
        return seen(
            self.connection,
            self.known,
            facts,
            now,
            viewer=job.viewer,
            actor=job.actor,
            beside=self._facts,
        )

    def _answer(self, job: Job, facts: Facts, events: tuple[str, ...]) -> Answer:
        """The issue as it now is; kept with the idempotency key, so that a repeat gets the same."""
        issue = facts.issue
        ahead = [(clock.next_at, clock.id) for clock in facts.clocks if clock.next_at is not None]
        next_at, next_clock = min(ahead, default=(None, None))
        body, headers, status = b"", {}, 200
        if job.answers:
            body = msgspec.json.encode(self._view(job, facts, max(self.now, issue.updated_at)))
            headers = {"ETag": f'"{issue.version}"'}
            if isinstance(job.ask, Log):
                status = 201
                headers["Location"] = f"/v1/issues/{issue.id}"
                headers |= {} if job.receipt is None else job.receipt.headers
        if job.slot is not None:
            kept = Kept(job.slot, job.body_hash, status, headers, body, self.now)
            self._kept[job.slot] = kept
            self._new.append(kept)
        return Answer(status, body, headers, issue.id, next_at, next_clock, events)


def _wrong_instant(name: str, code: str, detail: str) -> EscalationError:
    fault = Fault(code, f"`{name}` {detail}", pointer=f"/{name}")
    return Invalid("The issue was not logged.", errors=[fault])


def _check_reach(viewer: Viewer, facts: Facts, plan: Plan) -> None:
    """Nobody logs an issue that they could not look at afterwards."""
    issue = apply(plan, facts).issue
    if not in_reach(viewer, issue):
        between = f"{issue.agency} and {issue.provider}"
        raise Forbidden(f"An issue between {between} is not among those that this key is for.")
