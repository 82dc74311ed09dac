"""The source file: which tools may post, how each is verified, what its bodies mean here.

Read as strictly as the ladder file. A source that names a preset has everything of the preset
that it does not say itself.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import Field

from escalation.errors import Fault, Invalid
from escalation.routing.document import Document
from escalation.routing.fields import Id, Some, Strict, Title, Zone
from escalation.routing.loader import load
from escalation.routing.sheet import Sheet
from escalation.services.inbound.fields import (
    Check,
    Chosen,
    Expression,
    LogFields,
    Rule,
    SecretName,
    Step,
)
from escalation.services.mail.arriving import SOURCE as MAIL

NAME = "webhook_sources.yaml"
LARGEST = 512 * 1024
"""How many bytes a source file may have."""


class Preset(StrEnum):
    """The tools whose bodies are understood without a line of one's own."""

    JIRA = "jira"
    SERVICENOW = "servicenow"
    ZENDESK = "zendesk"
    FRESHSERVICE = "freshservice"
    PAGERDUTY = "pagerduty"
    GITHUB = "github"
    GITLAB = "gitlab"
    OPEN311 = "open311"
    CLOUDEVENTS = "cloudevents"
    GENERIC = "generic"


class Envelope(StrEnum):
    """How what a tool says is wrapped."""

    JSON = "json"
    CLOUDEVENTS = "cloudevents"


class Reading(Strict):
    """How a body is read: what a preset says, and what a source may say instead."""

    title: Title | None = None
    verify: Annotated[tuple[Check, ...], Field(max_length=5)] = ()
    envelope: Envelope = Envelope.JSON
    each: Some[Expression] | None = Field(
        default=None, description="the list in a body that holds several tickets"
    )
    zone: Zone = Field(default="UTC", description="of times without one")
    it: Some[Expression] | None = Field(
        default=None, description="the ticket within the body, `it` in the other expressions"
    )
    about: Chosen | None = Field(default=None, description="what the tool calls its ticket")
    url: Chosen | None = None
    key: Chosen | None = Field(default=None, description="what the tool calls the delivery")
    order: tuple[Chosen, ...] = Field(
        default=(), description="numbers or instants that order the deliveries about a ticket"
    )
    actor: Chosen | None = Field(default=None, description="who made the change in the tool")
    state: Chosen | None = Field(
        default=None,
        description="the ticket's state in our words, `state` in the conditions of rules; a word "
        "that the table does not have leaves the delivery unmapped",
    )
    issue: LogFields = Field(default_factory=LogFields)
    rules: Annotated[tuple[Rule, ...], Field(max_length=100)] = ()


class Source(Reading):
    """A tool that may post."""

    preset: Preset | None = None
    secrets: Annotated[tuple[SecretName, ...], Field(max_length=10)] = Field(
        default=(), description="names of secrets; each is tried, so that one can be changed"
    )
    system: Id | None = Field(
        default=None, description="the system of external references; the source's name if none"
    )
    ours: Annotated[tuple[Title, ...], Field(max_length=20)] = Field(
        default=(), description="the accounts that write to the tool for us: their changes are ours"
    )
    origins: Annotated[tuple[Title, ...], Field(max_length=20)] = Field(
        default=(), description="who may ask by a handshake whether they may post"
    )


class SourceFile(Strict):
    """A source file."""

    sources: dict[Id, Source]


def read(source: str | bytes, name: str = NAME) -> Mapping[str, Source]:
    """The sources of a file, each with what its preset says filled in.

    A source's ``model_fields_set`` stays what the file says of it.

    Raises:
        TooLarge: it has too many bytes or is nested too deeply.
        Invalid: with every mistake in it, each with its place.
    """
    file, positions = load(source, SourceFile, name, largest=LARGEST, check=_check)
    whole = {key: _filled(entry) for key, entry in file.sources.items()}
    faults = [
        positions.fault("missing_key", ("sources", key), _lacks(missing), key=True)
        for key, entry in whole.items()
        for missing in _missing(entry)
    ]
    if faults:
        raise Invalid(f"{name} is refused, and nothing was changed", errors=faults)
    return whole


@cache
def preset(name: Preset) -> Reading:
    """What a preset says."""
    file = files("escalation.services.inbound") / "presets" / f"{name}.yaml"
    found, _ = load(file.read_bytes(), Reading, file.name, largest=LARGEST)
    return found


def _filled(entry: Source) -> Source:
    """The source with all of its preset that it does not say itself; issue fields one by one.

    A field of an issue that it does say stands wherever a rule of the preset has it. Rules of its
    own have no need of the preset's words for states, which might be others.
    """
    if entry.preset is None:
        return entry
    base = preset(entry.preset)
    taken = {n: getattr(base, n) for n in base.model_fields_set - entry.model_fields_set}
    if "rules" not in taken:
        taken.pop("state", None)
    own = {n: getattr(entry.issue, n) for n in entry.issue.model_fields_set}
    if own and "rules" in taken:
        taken["rules"] = tuple(_in_own_words(rule, own) for rule in base.rules)
    taken["issue"] = base.issue.model_copy(update=own)
    said = {name: getattr(entry, name) for name in Source.model_fields}
    return Source.model_construct(entry.model_fields_set, **{**said, **taken})


def _in_own_words(rule: Rule, own: Mapping[str, Chosen | None]) -> Rule:
    """A rule with these fields in the place of those that its steps log or change."""
    return rule.model_copy(update={"do": tuple(_step_in(step, own) for step in rule.do)})


def _step_in(step: Step, own: Mapping[str, Chosen | None]) -> Step:
    said = step.log or step.change
    if said is None:
        return step
    values = {name: own[name] for name in own.keys() & said.model_fields_set}
    return step.model_copy(update={step.act: said.model_copy(update=values)})


def _missing(entry: Source) -> list[str]:
    needed = [name for name in ("verify", "about", "rules") if not getattr(entry, name)]
    if not entry.secrets and any(check.none is None for check in entry.verify):
        needed.append("secrets")
    return needed


def _lacks(name: str) -> str:
    return f"found no `{name}`, expected it here or in a `preset`"


def _check(document: Document) -> list[Fault]:
    """What is wrong between the parts: rule names that stand twice, `none` beside other checks."""
    sheet = Sheet(document)
    for name in sheet.table("sources"):
        if name == MAIL:
            detail = f"found `{MAIL}`, expected another name: mail that comes in is called so"
            sheet.refuse("wrong_value", ("sources", name), detail)
        seen: set[str] = set()
        for number, _ in enumerate(sheet.items("sources", name, "rules")):
            path = ("sources", name, "rules", number, "name")
            word = sheet.text(*path)
            if word is not None and word in seen:
                sheet.refuse("repeated", path, f"found `{word}` again, expected each name once")
            seen.add(word or "")
        checks = sheet.items("sources", name, "verify")
        if len(checks) > 1 and any(isinstance(c, dict) and "none" in c for c in checks):
            detail = "found `none` beside other checks, expected it alone: it lets everybody in"
            sheet.refuse("wrong_value", ("sources", name, "verify"), detail)
    return sheet.faults
