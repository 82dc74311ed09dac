"""Acts on meetings: facts, decision, and all that follows, in one transaction at the desk."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from escalation.clock import whole_second
from escalation.errors import Fault, Invalid
from escalation.routing.directory import Forum
from escalation.services.bodies import body_of, by_rule, known_meeting
from escalation.services.desk import Desk
from escalation.services.issue_seen import seen
from escalation.services.jobs import Answer
from escalation.services.ladder_changes import answering
from escalation.services.ladder_changes.tabling import tabled
from escalation.services.ladder_changes.telling import Entry
from escalation.services.meeting_views import meeting_seen
from escalation.services.once import NOBODY, Call
from escalation.services.versions import check_seen
from escalation.store import dialect, interactions, issues, journal, meetings, timeline
from escalation.store.failures import Again
from escalation.store.framework import bump
from escalation.store.transaction import Connection
from escalation.store.viewing import seen_as
from escalation.store.writing import Work, write_work
from escalation.workflow.draft import part_id
from escalation.workflow.facts import Actor
from escalation.workflow.facts import Facts as IssueFacts
from escalation.workflow.interactions import Family, carried
from escalation.workflow.meetings.asks import (
    Asked,
    ConfirmMinutes,
    Decide,
    MeetingCommand,
    OnItem,
    Table,
)
from escalation.workflow.meetings.decide import decide_meeting
from escalation.workflow.meetings.facts import OF_ISSUES, ItemKind, Meeting, MeetingFacts
from escalation.workflow.meetings.plan import SENT, MeetingPlan
from escalation.workflow.plan import apply
from escalation.workflow.viewing import EVERYTHING, Viewer, may_see

_SAID = {ItemKind.CONTACT: Family.CONTACT, ItemKind.FEEDBACK: Family.FEEDBACK}


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One act on a meeting that waits to be decided.

    ``if_match`` is the meeting's version that the caller saw; with ``needs_match`` it may not be
    missing.
    """

    meeting: str
    ask: Asked
    actor: Actor
    call: Call = NOBODY
    viewer: Viewer = EVERYTHING
    if_match: int | None = None
    needs_match: bool = False


def act(desk: Desk, errand: Errand) -> Answer:
    """Do an act on a meeting; the answer is the issue it is about, else the meeting.

    Raises:
        NotFound: there is no such meeting.
        PreconditionRequired: the version that was seen is missing, and may not be.
        PreconditionFailed: the meeting has moved on.
        Invalid: the ask names something that is not there.
        Refused: naming the rule.
    """
    stem = desk.stem()

    def chore(connection: Connection, now: datetime) -> Answer:
        return _Sitting(desk, connection, errand, now).run(stem)

    answer: Answer = desk.do(chore).result()
    return answer


class _Sitting:
    """One try at an act, inside one transaction."""

    def __init__(self, desk: Desk, connection: Connection, errand: Errand, now: datetime) -> None:
        self.desk = desk
        self.connection = connection
        self.errand = errand
        self.now = now
        self.known = desk.registry.refresh(connection)
        self.asked_of: set[str] = set()
        """The issue that the ask names, where whoever asks may see it: no other is loaded."""

    def run(self, stem: str) -> Answer:
        errand = self.errand
        before = errand.call.answered(self.connection, self.known, self.now)
        if before is not None:
            return before
        ask = self._named(errand.ask)
        facts = self._facts()
        if timeline.aggregates_of(self.connection, [part_id("evt", stem, 0)]):
            return self._answer(facts, facts.meeting, ask)  # an earlier try's answer was lost
        check_seen(
            "meeting",
            errand.if_match,
            facts.meeting.version,
            lambda: self._seen(facts, facts.meeting),
            needs=errand.needs_match,
        )
        self._check_named(facts, ask)
        if isinstance(ask, Table) and ask.kind is ItemKind.LADDER:
            ask = tabled(self.connection, ask, facts, whole_second(self.now))
        command, number = self._command(stem, ask, facts)
        now = max(whole_second(self.now), facts.meeting.updated_at)
        plan = decide_meeting(facts, command, now)
        self._write(facts, plan, stem)
        if plan.numbered:
            year = self._year(facts.body)
            meetings.number_used(self.connection, facts.body.code, year, number)
        return self._answer(self._after(facts, plan), plan.meeting, ask)

    def _named(self, ask: Asked) -> Asked:
        """The ask with its item's issue by id, where whoever asks may see the issue."""
        if isinstance(ask, Table) and ask.kind in _SAID:
            return self._said(ask, _SAID[ask.kind])
        if isinstance(ask, OnItem) and _of_issue(ask.subject):
            found = seen_as(self.connection, self.errand.viewer, ask.subject)
            if found is None:
                return ask
            self.asked_of = {found}
            return replace(ask, subject=found)
        return ask

    def _said(self, ask: Table, family: Family) -> Table:
        """What somebody said, by its id, called by its first line unless it has a title.

        The ask itself where nobody said that.
        """
        viewer = self.errand.viewer
        found = interactions.find(self.connection, viewer, family, ask.subject)
        if found is None:
            return ask
        title = ask.title or carried(found)["title"]
        return replace(ask, subject=found.id, title=f"{found.reference}: {title}")

    def _facts(self) -> MeetingFacts:
        """The meeting and its issues, locked: issues in id order, then the meeting."""
        errand = self.errand
        code = known_meeting(
            self.desk, self.connection, self.known, errand.meeting, self.now, errand.viewer
        )
        listed = meetings.items(self.connection, self.errand.meeting)
        listed_issues = {item.subject for item in listed if item.kind in OF_ISSUES}
        loaded = issues.load(self.connection, listed_issues | self.asked_of, lock=True)
        meeting = meetings.one(self.connection, self.errand.meeting, lock=True)
        if meeting is None or meetings.items(self.connection, meeting.id) != listed:
            raise Again("The meeting changed meanwhile; try again.")
        # Once the rows are held: whoever held them before may have changed when forums meet.
        self.known = self.desk.registry.refresh(self.connection)
        self.now = dialect.recorded_at(self.connection, self.desk.clock)
        found = {
            name: IssueFacts(
                each.issue,
                each.clocks,
                self.desk.registry.agreement(self.connection, self.known, each.issue),
                each.ended,
            )
            for name, each in loaded.items()
        }
        under = self.desk.registry.in_force(self.known)
        body = body_of(self.desk.registry, self.connection, self.known, code)
        return MeetingFacts(meeting, listed, body, under, found, self.errand.viewer)

    def _check_named(self, facts: MeetingFacts, ask: Asked) -> None:
        if isinstance(ask, ConfirmMinutes):
            later = meetings.one(self.connection, ask.at_meeting)
            later = later or by_rule(self.desk, self.known, ask.at_meeting, self.now)
            fits = (
                later is not None
                and later.sitting.forum == facts.body.code
                and later.sitting.starts_at > facts.meeting.sitting.starts_at
            )
            if not fits:
                detail = f"found `{ask.at_meeting}`, expected a later meeting of this forum"
                fault = Fault("unknown", detail, pointer="/at_meeting")
                raise Invalid("The minutes were not confirmed.", errors=[fault])
        sent = self.errand.ask
        if isinstance(ask, Table) and ask.kind in _SAID and ask is sent:
            detail = f"There is no {_SAID[ask.kind]} {ask.subject}."
            raise Invalid("Nothing was tabled.", errors=[Fault("unknown", detail, pointer="/item")])
        if isinstance(ask, OnItem) and isinstance(sent, OnItem):
            _refuse_unknown(facts, ask, sent.subject)

    def _seen(self, facts: MeetingFacts, meeting: Meeting) -> dict[str, Any]:
        return meeting_seen(self.connection, self.errand.viewer, facts.body, meeting)

    def _command(self, stem: str, ask: Asked, facts: MeetingFacts) -> tuple[MeetingCommand, int]:
        """The command; a decision gets the forum's next number, used only if it is made."""
        number = 0
        if isinstance(ask, Decide):
            year = self._year(facts.body)
            number = 1 + meetings.last_number(self.connection, facts.body.code, year)
            named = f"{facts.body.short}-{year}-{number:03}"
            ask = replace(ask, what=replace(ask.what, number=named))
        command = MeetingCommand(stem=stem, actor=self.errand.actor, ask=ask)
        return command, number

    def _year(self, body: Forum) -> int:
        """The year on the forum's own clock."""
        return self.now.astimezone(ZoneInfo(body.meeting.zone)).year

    def _write(self, facts: MeetingFacts, plan: MeetingPlan, stem: str) -> None:
        works = []
        for made in plan.issues:
            before = facts.issues[made.issue.id]
            works.append(Work(before.issue, {c.id: c for c in before.clocks}, [made]))
        works.sort(key=lambda work: work.plans[0].issue.id)
        salts = iter(self.desk.ids.token(16).hex, None)
        write_work(self.connection, works, self.now, salts)
        meetings.write(self.connection, plan, self.now)
        meetings.carry(self.connection, plan.carried, self.now)
        if plan.re_dated:
            bump(self.connection, "meetings")
        self._decide_changes(plan, stem)
        for number, told in enumerate(plan.told):
            journal.record(
                self.connection,
                plan.meeting.id,
                event_id=part_id("evt", stem, number),
                kind=told.kind.value,
                payload=told.payload,
                actor=plan.actor,
                now=self.now,
                salt=self.desk.ids.token(16).hex(),
                sent=told.kind in SENT,
            )

    def _decide_changes(self, plan: MeetingPlan, stem: str) -> None:
        """What a forum has decided on changes of the ladder file."""
        for number, made in enumerate(plan.decisions, start=len(plan.told)):
            if made.item.kind is ItemKind.LADDER:
                entry = Entry(part_id("evt", stem, number), self.desk.ids.token(16).hex())
                answering.decided(self.connection, made, entry, (plan.actor, self.now))

    def _after(self, facts: MeetingFacts, plan: MeetingPlan) -> MeetingFacts:
        """The facts once the plan is carried out, with the agenda as it is now stored."""
        after = {made.issue.id: apply(made, facts.issues[made.issue.id]) for made in plan.issues}
        return replace(facts, meeting=plan.meeting, issues={**facts.issues, **after})

    def _answer(self, facts: MeetingFacts, meeting: Meeting, ask: Asked) -> Answer:
        issue = facts.issues.get(ask.subject) if isinstance(ask, OnItem) else None
        view: Mapping[str, Any]
        if issue is not None:
            now = max(self.now, issue.issue.updated_at)
            viewer, actor = self.errand.viewer, self.errand.actor
            view = seen(self.connection, self.known, issue, now, viewer=viewer, actor=actor)
            version = issue.issue.version
            place, name = f"/v1/issues/{issue.issue.id}", issue.issue.id
        else:
            view, version = self._seen(facts, meeting), meeting.version
            place, name = f"/v1/meetings/{meeting.id}", meeting.id
        body = json.dumps(view, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {"ETag": f'"{version}"', "Content-Location": place}
        answer = Answer(200, body, headers, name)
        return self.errand.call.keep(self.connection, answer, self.now)


def _of_issue(subject: str) -> bool:
    """Whether it is an issue's id, or a reference."""
    return "_" not in subject or subject.startswith("iss_")


def _refuse_unknown(facts: MeetingFacts, ask: OnItem, name: str) -> None:
    """An issue that is not there, or not for this caller, is a wrong value and no state.

    It is called by the ``name`` that was sent: its id would tell that it is there.
    """
    known = facts.issues.get(ask.subject)
    if _of_issue(ask.subject) and (known is None or not may_see(facts.viewer, known.issue)):
        fault = Fault("unknown", f"There is no issue {name}.", pointer="/issue")
        raise Invalid("The issue of that item was not found.", errors=[fault])
