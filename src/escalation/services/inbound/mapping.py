"""What a body means: each expression asked, each value judged, and the acts that would follow.

Pure. Nothing is done here; :mod:`escalation.services.inbound.acting` does it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from escalation.errors import Fault
from escalation.routing.vocabulary import (
    Awaiting,
    Channel,
    Degree,
    IssueKind,
    RaiserType,
    Scope,
    Severity,
)
from escalation.routing.wording import not_among
from escalation.services.inbound import values
from escalation.services.inbound.envelopes import Came
from escalation.services.inbound.expressions import NoAnswer, answer_of
from escalation.services.inbound.fields import Expression, Rule, Step, Value
from escalation.services.inbound.source_file import Source
from escalation.services.views import told

LINE, NAME, TEXT, DESCRIPTION = 300, 200, 10_000, 20_000
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """One expression that was asked, where it stands, and what it found."""

    where: str
    expression: str
    found: Any
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """One act that follows, with its values: texts, instants, words."""

    where: str
    act: str
    given: Mapping[str, Any]


@dataclass(slots=True)
class Meaning:
    """What a delivery means here.

    ``order`` is ``None`` where the body says nothing of it; ``faults`` say why it is unmapped.
    """

    key: str | None = None
    ref: str | None = None
    url: str | None = None
    actor: str | None = None
    order: tuple[int, ...] | None = None
    rules: list[str] = field(default_factory=list)
    ignored: str | None = None
    acts: list[Wanted] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def meaning_of(source: Source, came: Came) -> Meaning:
    """What a delivery of a source means."""
    found = _Reader(source, came).read()
    if came.part is not None and found.key is not None:
        found.key = f"{found.key}#{came.part}"
    return found


def _word(kind: type[StrEnum]) -> Callable[[Any], Any]:
    def read(value: object) -> Any:  # noqa: ANN401 - a word of that kind
        text = values.line_of(value, NAME)
        if text is None:
            return None
        words = [str(each) for each in kind]
        if text not in words:
            raise ValueError(not_among(text, words))
        return kind(text)

    return read


def _line(longest: int) -> Callable[[Any], str | None]:
    return lambda value: values.line_of(value, longest)


def _text(longest: int) -> Callable[[Any], str | None]:
    return lambda value: values.text_of(value, longest)


def _visibility(value: object) -> str | None:
    text = values.line_of(value, NAME)
    if text not in {None, "shared", "provider", "agency"}:
        raise ValueError(not_among(text, ["shared", "provider", "agency"]))
    return text


def _words(longest: int) -> Callable[[Any], tuple[str, ...] | None]:
    return lambda value: values.words_of(value, longest, 20)


_READS: Mapping[str, Callable[[Any], Any]] = {
    "title": _line(LINE),
    "description": _text(DESCRIPTION),
    "themes": _words(100),
    "to": _words(NAME),
    "severity": _word(Severity),
    "impact": _word(Degree),
    "urgency": _word(Degree),
    "kind": _word(IssueKind),
    "channel": _word(Channel),
    "scope": _word(Scope),
    "raiser_type": _word(RaiserType),
    "raiser_phone": _line(50),
    "raiser_email": _line(254),
    "awaiting": _word(Awaiting),
    "visibility": _visibility,
    "text": _text(TEXT),
    "summary": _text(TEXT),
    "reasons": _text(TEXT),
    "remedy": _text(TEXT),
    "url": _line(2_000),
}
"""How each value is read; all others are names on one line."""
_REPLACED = re.compile(r"rules\[.*\.(?:log|change)\.([a-z_]+)$")
"""Values of a preset's rules that a source may replace by its own, under `issue`."""
_INSTANTS = frozenset({"until", "occurred_at", "received_at"})
_MUST = {
    "inform": ("text",),
    "note": ("text",),
    "hold": ("awaiting",),
    "resolve": ("summary", "reasons"),
}


class _Reader:
    def __init__(self, source: Source, came: Came) -> None:
        self.source = source
        self.context = came.context
        self.meaning = Meaning()
        self.by_preset = source.preset is not None and "rules" not in source.model_fields_set

    def read(self) -> Meaning:
        found, source = self.meaning, self.source
        for number, expression in enumerate(source.it or ()):
            self.context["it"] = self.ask(f"it[{number}]", expression)
            if self.context["it"] is not None:
                break
        found.key = self.one("key", source.key)
        found.ref = self.one("about", source.about)
        found.url = self.one("url", source.url)
        if found.url is not None and not found.url.startswith(("https://", "http://")):
            found.url = None
        found.actor = self.one("actor", source.actor)
        found.order = self.order()
        self.context["state"] = self.one("state", source.state)
        for number, rule in enumerate(source.rules):
            self.rule(f"rules[{number}]", rule)
        self.judge()
        return found

    def order(self) -> tuple[int, ...] | None:
        """The numbers that order the delivery; those that the body does not say are 0."""
        ranks: list[int] = []
        said = False
        for number, value in enumerate(self.source.order):
            where = f"order[{number}]"
            raw = self.raw(where, value)
            try:
                ranks.append(0 if raw is None else values.rank_of(raw, self.source.zone))
                said |= raw is not None
            except ValueError as error:
                self.wrong(where, str(error))
                return None
        return tuple(ranks) if said else None

    def rule(self, where: str, rule: Rule) -> None:
        if not self.holds(f"{where}.when", rule.when):
            return
        self.meaning.rules.append(rule.name)
        if rule.ignore is not None:
            self.meaning.ignored = self.meaning.ignored or rule.ignore
        for number, step in enumerate(rule.do):
            self.step(f"{where}.do[{number}]", step)

    def step(self, where: str, step: Step) -> None:
        if not self.holds(f"{where}.when", step.when):
            return
        act = step.act
        model: BaseModel = getattr(step, act)
        if act == "log":
            model = model.model_copy(
                update={
                    name: getattr(self.source.issue, name)
                    for name in type(model).model_fields
                    if getattr(model, name) is None
                }
            )
        given = self.given(f"{where}.{act}", model)
        for name in _MUST.get(act, ()):
            if given.get(name) is None:
                self.wrong(f"{where}.{act}.{name}", "found nothing, expected something")
        self.meaning.acts.append(Wanted(where, act, given))

    def given(self, where: str, model: BaseModel) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name in type(model).model_fields:
            value = getattr(model, name)
            if isinstance(value, Value):
                place = self.place(where, name, value)
                value = self.one(place, value, name)
            if value is not None:
                found[name.removesuffix("_")] = value
        return found

    def place(self, where: str, name: str, value: Value) -> str:
        """Where a value of a rule stands: under ``issue`` of the source, or in its rules."""
        own = value is getattr(self.source.issue, name, None)
        return f"issue.{name}" if own else f"{where}.{name}"

    def one(self, where: str, value: Value | None, name: str = "") -> Any:  # noqa: ANN401 - any value
        """A value, judged; a fault and None where it is none."""
        if value is None:
            return None
        raw = self.raw(where, value)
        try:
            if name in _INSTANTS:
                return values.instant_of(raw, self.source.zone)
            if value.html:
                raw = values.text_of(raw, DESCRIPTION, html=True)
            judged: Callable[[Any], Any] = _READS.get(name or where, _line(NAME))
            return judged(raw)
        except ValueError as error:
            self.wrong(where, str(error))
            return None

    def raw(self, where: str, value: Value) -> Any:  # noqa: ANN401 - any JSON
        """What the first expression that finds something finds, by the table of words."""
        found = None
        for expression in value.from_ or ():
            found = self.ask(where, expression)
            if found is not None and found != "":
                break
        if found is None or found == "":
            return value.otherwise
        if not value.values:
            return found
        word = found if isinstance(found, str) else str(found).lower()
        if word in value.values:
            return value.values[word]
        if value.otherwise is None:
            self.wrong(where, not_among(word, value.values))
        return value.otherwise

    def ask(self, where: str, expression: Expression) -> Any:  # noqa: ANN401 - any JSON
        found, problem = None, None
        try:
            found = answer_of(expression, self.context)
        except NoAnswer as error:
            problem = str(error)
        self.meaning.asked.append(Asked(where, expression, shown(found), problem))
        return found

    def holds(self, where: str, condition: Expression | None) -> bool:
        """Whether a condition holds; one that cannot be asked of this body does not."""
        return condition is None or self.ask(where, condition) not in (None, False, "", [], {})

    def judge(self) -> None:
        """What is missing for anything to follow."""
        found = self.meaning
        if not found.rules:
            problem = "No rule is for a body like this"
            if found.ref is None:
                self.wrong("about", "found nothing, expected what the tool calls its ticket")
            self.wrong("rules", f"{problem}: none of their conditions holds.")
        elif found.acts and found.ref is None:
            self.wrong("about", "found nothing, expected what the tool calls its ticket")

    def wrong(self, where: str, detail: str) -> None:
        """A fault, at the place in the file of the sources where it is to be mended."""
        if where == "state" and "state" not in self.source.model_fields_set:
            detail = f"{detail}: say `state` of the source, with all its words, in its place"
        elif where == "state" or where.startswith("issue."):
            detail = f"{detail}: add it to the `values` there, or an `otherwise`"
        elif (replaced := _REPLACED.match(where)) and self.by_preset:
            where = f"issue.{replaced[1]}"
            detail = f"{detail}: the preset does not know it, so say `{where}` in its place"
        self.meaning.faults.append(Fault("unmapped", detail, pointer=where))


def shown(found: Any) -> Any:  # noqa: ANN401 - any JSON
    """What an expression found, short enough to be looked at."""
    if isinstance(found, str):
        short = values.text_of(found, _SHOWN)
        return "" if short is None else short
    if isinstance(found, list):
        return f"a list of {len(found)}"
    if isinstance(found, dict):
        return f"a table of {len(found)}"
    return found


def view_of(meaning: Meaning, came: Came) -> dict[str, Any]:
    """What a body would do, expression by expression, as callers see it."""
    return {
        "key": meaning.key or came.digest,
        "about": meaning.ref,
        "order": None if meaning.order is None else list(meaning.order),
        "actor": meaning.actor,
        "rules": meaning.rules,
        "ignored": meaning.ignored,
        "acts": [{"act": w.act, "where": w.where, "given": plain(w.given)} for w in meaning.acts],
        "expressions": [
            {"where": a.where, "expression": a.expression, "found": a.found, "problem": a.problem}
            for a in meaning.asked
        ],
        "faults": faults_view(meaning.faults),
    }


def faults_view(faults: Sequence[Fault]) -> list[dict[str, str]]:
    """Why a body is unmapped, as callers see it."""
    return [
        {"where": fault.pointer or "", "detail": values.line_of(fault.detail, 500) or ""}
        for fault in faults
    ]


def plain(given: Mapping[str, Any]) -> dict[str, Any]:
    """The values of an act as JSON."""
    return {
        name: told(value) if hasattr(value, "astimezone") else _json(value)
        for name, value in given.items()
    }


def _json(value: Any) -> Any:  # noqa: ANN401 - a value of an act
    if isinstance(value, tuple):
        return list(value)
    return value if isinstance(value, bool | int) or value is None else str(value)
