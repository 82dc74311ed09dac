"""Ties between issues: links, an upstream issue that another depends on, duplicates merged.

A tie stands on both issues; ``as`` says what the other is to this one (``TIES``). What an act on
one issue makes of another is decided with it and written in the same transaction. Source: the
domain's "The life of an issue", on merging and on issues that depend on an upstream one.
"""

from collections.abc import Callable, Mapping
from typing import Any

from escalation.routing.vocabulary import Awaiting
from escalation.workflow.acts import end_hold, finish, promised_ends
from escalation.workflow.case import Case
from escalation.workflow.commands import (
    Hold,
    Link,
    Merge,
    Unlink,
)
from escalation.workflow.consequences import (
    Absorbed,
    Consequence,
    Tied,
    Untied,
    UpstreamSettled,
)
from escalation.workflow.draft import Draft
from escalation.workflow.events import EventType
from escalation.workflow.facts import Issue
from escalation.workflow.plan import LinkRow, Tell
from escalation.workflow.states import TERMINAL, Status

TIES: Mapping[str, str] = {
    "related": "related",
    "depends_on": "upstream_of",
    "duplicate_of": "duplicated_by",
}
"""Each tie that may be made, and what it is from the other issue."""
_BACK: Mapping[str, str] = {**TIES, **{back: as_ for as_, back in TIES.items()}}
"""Each tie that may stand on an issue, and what stands on the other one then."""


# -- the rules -----------------------------------------------------------------------------------


def same_issue(case: Case[Link | Merge]) -> str | None:
    """An issue is tied to another one."""
    if case.ask.issue != case.issue.id:
        return None
    return f"{case.issue.reference} is the issue itself; name another one."


def already_linked(case: Case[Link]) -> str | None:
    """The same tie is made once."""
    if not any(_is(tie, case.ask.issue, case.ask.as_) for tie in case.issue.links):
        return None
    words = case.ask.as_.replace("_", " ")
    return f"It is linked to {case.ask.reference} as `{words}` already."


def dependency_cycle(case: Case[Link]) -> str | None:
    """Nothing depends on itself, however many issues lie between."""
    if case.ask.as_ != "depends_on":
        return None
    other = case.facts.beside[case.ask.issue]
    back = any(_is(tie, case.issue.id, "depends_on") for tie in other.links)
    if not back and case.issue.id not in case.ask.beyond:
        return None
    return f"{other.reference} depends on {case.issue.reference}, by itself or by way of others."


def not_linked(case: Case[Unlink]) -> str | None:
    """Only a link that there is can be undone."""
    if any(_is(tie, case.ask.issue, case.ask.as_) for tie in case.issue.links):
        return None
    words = case.ask.as_.replace("_", " ")
    return f"{case.issue.reference} is not linked to {case.ask.reference} as `{words}`."


def waited_for(case: Case[Unlink]) -> str | None:
    """A dependency stays as long as a hold waits for it."""
    here, other = case.issue, case.facts.beside[case.ask.issue]
    ends = {"depends_on": (here, other), "upstream_of": (other, here)}.get(case.ask.as_)
    if ends is None:
        return None
    waits, upstream_one = ends
    if waits.hold is None or waits.hold.get("issue") != upstream_one.id:
        return None
    return f"{waits.reference} is on hold for {upstream_one.reference}: resume it first."


def upstream(issue: Issue) -> frozenset[str]:
    """The issues that one depends on itself."""
    return frozenset(tie["issue"] for tie in issue.links if tie["as"] == "depends_on")


def primary_merged_away(case: Case[Merge]) -> str | None:
    """A duplicate is merged into an issue that stands for itself."""
    into = case.facts.beside[case.ask.issue].merged_into
    if into is None:
        return None
    return f"{case.ask.reference} was itself merged into {into['reference']}; merge into that one."


def primary_has_ended(case: Case[Merge]) -> str | None:
    """Raisers join an issue from which they will still hear."""
    other = case.facts.beside[case.ask.issue]
    if other.status not in TERMINAL:
        return None
    return f"{other.reference} is {other.status}: reopen it first, or link the two instead."


def only_one_is_sealed(case: Case[Merge]) -> str | None:
    """A sealed issue and one that is not are not merged: each would tell of the other."""
    other = case.facts.beside[case.ask.issue]
    if (other.sealing is None) == (case.issue.sealing is None):
        return None
    return f"One of {case.issue.reference} and {other.reference} is sealed: link them from there."


def merged_into_another(case: Case[Any]) -> str | None:
    """What was merged goes on in the issue that it was merged into."""
    into = case.issue.merged_into
    if into is None:
        return None
    return f"It was merged into {into['reference']}, which its raiser has joined: act on that one."


def others_have_joined(case: Case[Any]) -> str | None:
    """A raiser does not take back what others have joined by a merge."""
    if not case.issue.joined:
        return None
    others = ", ".join(raiser["reference"] for raiser in case.issue.joined)
    return f"The raisers of {others} have joined it and are owed its outcome: resolve it instead."


def dependency_not_named(case: Case[Hold]) -> str | None:
    """A hold for a dependency waits for an open issue that this one depends on.

    An import tells what has been: the systems that it comes from have no such tie.
    """
    ask = case.ask
    if ask.awaiting is not Awaiting.DEPENDENCY or case.actor.kind == "import":
        return None
    if ask.issue is None:
        return "Name the issue that it waits for with `issue`; link it as `depends_on` first."
    other = case.facts.beside[ask.issue]
    if not any(_is(tie, ask.issue, "depends_on") for tie in case.issue.links):
        return f"It does not depend on {other.reference}: link it as `depends_on` first."
    if not other.unresolved:
        return f"{other.reference} is {other.status} already; there is nothing to wait for."
    return None


def _is(tie: Mapping[str, Any], issue: str, as_: str) -> bool:
    return (tie["issue"], tie["as"]) == (issue, as_)


# -- the acts ------------------------------------------------------------------------------------


def link(draft: Draft, case: Case[Link], status: Status) -> None:  # noqa: ARG001 - one shape for all
    """A tie to another issue, told on both; one that is sealed is told of on its own side only."""
    ask = case.ask
    _tie(draft, ask.issue, ask.reference, ask.as_)
    draft.links.append(LinkRow(ask.issue, ask.as_))
    if case.issue.sealing is not None and case.facts.beside[ask.issue].sealing is None:
        return  # the other, which anybody may see, says nothing of a sealed one
    back = Tied(issue=case.issue.id, reference=case.issue.reference, as_=TIES[ask.as_])
    draft.tells.append(Tell(ask.issue, back))


def unlink(draft: Draft, case: Case[Unlink], status: Status) -> None:  # noqa: ARG001 - one shape for all
    """The tie is gone from both; that it was made and undone stays on their timelines."""
    ask, here, back = case.ask, case.issue, _BACK[case.ask.as_]
    _untie(draft, ask.issue, ask.reference, ask.as_)
    draft.unlinks.append(LinkRow(ask.issue, ask.as_))
    if any(_is(tie, here.id, back) for tie in case.facts.beside[ask.issue].links):
        untied = Untied(issue=here.id, reference=here.reference, as_=back)
        draft.tells.append(Tell(ask.issue, untied))


def merge(draft: Draft, case: Case[Merge], status: Status) -> None:
    """It closes as a duplicate; whoever waits for its outcome waits for the other's."""
    into = {"issue": case.ask.issue, "reference": case.ask.reference}
    draft.set(merged_into=into)
    if draft["outcome"] is None:
        draft.set(outcome=_outcome(case))
    draft.links.append(LinkRow(case.ask.issue, "duplicate_of"))
    draft.event(EventType.MERGED, {"into": into, "rung": draft["rung"]})
    finish(draft, status, EventType.CLOSED)
    draft.tells.append(Tell(case.ask.issue, Absorbed(duplicate=case.issue)))


def _outcome(case: Case[Merge]) -> dict[str, Any]:
    told = {
        "summary": "A duplicate of another issue, which is dealt with for both.",
        "reasons": case.ask.reason,
        "duplicate_of": case.ask.issue,
    }
    return {name: value for name, value in told.items() if value is not None}


# -- what an act on another issue makes of this one ----------------------------------------------


def tied(draft: Draft, told: Tied) -> None:
    """The other end of a link."""
    _tie(draft, told.issue, told.reference, told.as_)


def _tie(draft: Draft, issue: str, reference: str, as_: str) -> None:
    made = {"issue": issue, "reference": reference, "as": as_, "at": draft.now.isoformat()}
    draft.set(links=(*draft["links"], made))
    draft.event(EventType.LINKED, {"issue": reference, "as": as_})


def other_end_untied(draft: Draft, told: Untied) -> None:
    """The other end of a link that was undone."""
    _untie(draft, told.issue, told.reference, told.as_)
    draft.unlinks.append(LinkRow(told.issue, told.as_))


def _untie(draft: Draft, issue: str, reference: str, as_: str) -> None:
    draft.set(links=tuple(tie for tie in draft["links"] if not _is(tie, issue, as_)))
    draft.event(EventType.UNLINKED, {"issue": reference, "as": as_})


def absorbed(draft: Draft, told: Absorbed) -> None:
    """The duplicate's raisers join, and the agencies that it touches are affected by this one."""
    one, here = told.duplicate, draft.facts.issue
    joins = {
        "issue": one.id,
        "reference": one.reference,
        "raiser": one.raiser,
        "at": draft.now.isoformat(),
    }
    draft.set(joined=(*here.joined, joins, *one.joined))
    agencies = dict.fromkeys((*here.also_affects, one.agency, *one.also_affects))
    agencies.pop(here.agency, None)
    if tuple(agencies) != here.also_affects:
        draft.set(also_affects=tuple(agencies))
    duplicate = {"issue": one.id, "reference": one.reference}
    draft.event(EventType.MERGED, {"absorbed": duplicate, "rung": draft["rung"]})


def upstream_settled(draft: Draft, told: UpstreamSettled) -> None:
    """What it depends on is settled: that is told, and a hold which waited for it ends."""
    here = draft.facts.issue
    if not here.unresolved:
        return
    settled = {"issue": told.issue, "reference": told.reference, "status": told.how.value}
    draft.event(EventType.UPSTREAM_SETTLED, settled)
    waited = here.hold is not None and here.hold.get("issue") == told.issue
    if waited and all(end > draft.now for end in promised_ends(draft)):
        end_hold(draft, f"what it waited for is {told.how}")  # one past its end ends by itself


FOLLOWS: Mapping[type[Consequence], Callable[[Draft, Any], None]] = {
    Tied: tied,
    Untied: other_end_untied,
    Absorbed: absorbed,
    UpstreamSettled: upstream_settled,
}
"""What each consequence of another issue's act does."""
