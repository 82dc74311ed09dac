"""The commands of a replay: what a case of the log asks of the engine, under a mapping."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import TypeVar

from escalation.errors import Fault, Invalid
from escalation.routing.directory import Directory
from escalation.routing.entry import choose, severity_of
from escalation.routing.publication import Publication
from escalation.routing.shape import Shape
from escalation.routing.wording import quoted
from escalation.services.replay.cases import Did, LogCase, Step
from escalation.services.replay.mapping import COLUMN, Chosen, LogMapping, Wait
from escalation.services.replay.rows import FAULTS
from escalation.timekeeping.calendar import Calendar
from escalation.workflow import forum
from escalation.workflow.commands import (
    Acknowledge,
    Ask,
    Close,
    Decide,
    Escalate,
    Hold,
    Log,
    ReferBack,
    Reopen,
    Resolve,
    Resume,
    Withdraw,
)

Word = TypeVar("Word")

REASON = "as the log has it"


class Asks:
    """Makes commands of the acts of a log."""

    def __init__(self, mapping: LogMapping, publication: Publication, directory: Directory) -> None:
        """Under a mapping, for the ladders and the directory of the replay."""
        self._mapping = mapping
        self._publication = publication
        self._directory = directory
        self._missing = frozenset(mapping.file.missing)
        self._outcome = mapping.file.outcome.model_dump()

    def log(self, case: LogCase) -> Log:
        """The issue that a case is; its fields are those of its first row."""
        fields = self._mapping.file.issue
        return Log(
            kind=fields.kind,
            title=_filled(fields.title, case.words),
            description=_filled(fields.description, case.words),
            channel=self._sure(fields.channel, case),
            agency=self._sure(fields.agency, case),
            provider=fields.provider,
            function=self._sure(fields.function, case),
            region=self._word(fields.region, case),
            severity=self._word(fields.severity, case),
            impact=self._word(fields.impact, case),
            urgency=self._word(fields.urgency, case),
            raiser={"type": fields.raiser.value},
            external_refs=({"system": fields.system, "id": case.id},),
            received_at=case.received,
        )

    def logs(self, cases: Iterable[LogCase], name: str) -> list[Log]:
        """The issues of all cases, in order.

        Raises:
            Invalid: with each case (the first twenty) that has a word without one of ours.
        """
        found, faults = [], []
        for case in cases:
            try:
                found.append(self.log(case))
            except UnknownWord as error:
                table = self._mapping.positions.show(self._mapping.positions.key(("issue",)))
                detail = (
                    f"found {quoted(error.word)} as `{error.column}`, for which {table} has no word"
                    " and no `spread` or `otherwise`; add one of them"
                )
                faults.append(Fault("unknown_word", detail, file=f"{name}:{case.steps[0].line}"))
                if len(faults) == FAULTS:
                    break
        if faults:
            raise Invalid(f"{name} does not fit the mapping; nothing was replayed.", errors=faults)
        return found

    def act(self, step: Step, case: LogCase) -> Ask:
        """The act that a step of a case is, other than its logging."""
        if step.did is Did.HOLD and step.wait is not None:
            return self._hold(step.at, step.wait, case)
        if step.did is Did.RESOLVE:
            return Resolve(reason=REASON, outcome=self._outcome)
        return _PLAIN[step.did]()

    def decision(self, meeting: str) -> Decide:
        """A forum's decision that what the log has resolved is resolved."""
        said = self._mapping.file.outcome
        return Decide(meeting=meeting, text=said.summary, reason=said.reasons)

    def _hold(self, at: datetime, wait: Wait, case: LogCase) -> Hold:
        until = forum.after(at, wait.until, self._calendar(case))
        return Hold(until=until, awaiting=wait.awaiting, reason=REASON)

    def _calendar(self, case: LogCase) -> Calendar:
        """The calendar that the issue counts its time by."""
        log = self.log(case)
        severity, _ = severity_of(self._publication.file, log.severity, log.impact, log.urgency)
        shape = Shape(
            kind=log.kind,
            agency=log.agency,
            provider=log.provider,
            function=log.function,
            service=log.service,
            region=log.region,
            scope=log.scope,
            severity=severity,
            raiser=self._mapping.file.issue.raiser,
            channel=log.channel,
            at=case.received,
        )
        entry = choose(self._publication, self._directory, shape)
        return self._publication.calendar(entry.calendar)

    def _sure(self, chosen: Chosen[Word], case: LogCase) -> Word:
        word = self._word(chosen, case)
        if word is None:
            raise UnknownWord(chosen.column or "", case.words.get(chosen.column or "", ""))
        return word

    def _word(self, chosen: Chosen[Word] | None, case: LogCase) -> Word | None:
        """Our word for a column's; a missing one, or one in no table, falls back as declared."""
        if chosen is None or chosen.column is None:
            return None if chosen is None else chosen.otherwise
        said = case.words[chosen.column]
        if said in chosen.values:
            return chosen.values[said]
        if chosen.spread and said not in self._missing:
            return chosen.spread[_stable(said) % len(chosen.spread)]
        return chosen.spread[0] if chosen.spread else chosen.otherwise


class UnknownWord(Exception):
    """A word of the log that the mapping has no word of ours for."""

    def __init__(self, column: str, word: str) -> None:
        """Tell the column and its word."""
        super().__init__(column, word)
        self.column = column
        self.word = word


def _stable(word: str) -> int:
    """A number that a word always has, on any machine."""
    return int.from_bytes(sha256(word.encode()).digest()[:8], "big")


def _filled(text: str, words: Mapping[str, str]) -> str:
    """The text with each ``{Column}`` replaced by its word."""
    return COLUMN.sub(lambda found: words[found[1]], text)


_PLAIN: Mapping[Did, Callable[[], Ask]] = {
    Did.ACKNOWLEDGE: lambda: Acknowledge(reason=REASON),
    Did.RESUME: lambda: Resume(reason=REASON),
    Did.ESCALATE: lambda: Escalate(reason=REASON),
    Did.REFER_BACK: lambda: ReferBack(reason=REASON, question="What more can be done here?"),
    Did.REOPEN: lambda: Reopen(reason=REASON),
    Did.CLOSE: lambda: Close(reason=REASON),
    Did.WITHDRAW: lambda: Withdraw(reason=REASON),
}
