"""Who keeps out of an item: by hand, because it is about them, or because they handled it before.

Domain, section 4: in a forum prior handlers of a disputed issue are recorded as recused, and
never block.
"""

from collections.abc import Iterable

from escalation.workflow.facts import Facts as IssueFacts
from escalation.workflow.meetings.facts import MeetingFacts, Recusal
from escalation.workflow.states import Act


def recused_on(facts: MeetingFacts, subject: str, people: Iterable[str]) -> tuple[Recusal, ...]:
    """Those of ``people`` who keep out of an item, each with the first reason there is."""
    found: dict[str, str] = {
        each.person: each.reason
        for each in facts.meeting.procedure.recusals
        if each.subject == subject
    }
    issue = facts.issues.get(subject)
    if issue is not None:
        about = issue.issue.about_person
        if about is not None:
            found.setdefault(about, "the issue is about them")
        for person in _prior_handlers(issue):
            found.setdefault(person, "they handled it before it was disputed")
    return tuple(
        Recusal(subject, person, found[person])
        for person in dict.fromkeys(people)
        if person in found
    )


def _prior_handlers(issue: IssueFacts) -> tuple[str, ...]:
    """Everybody who held a seat before the last dispute; nobody where there was none."""
    visits = issue.issue.visits
    disputed = [n for n, visit in enumerate(visits) if visit.how == Act.DISPUTE]
    if not disputed:
        return ()
    return tuple(dict.fromkeys(p for visit in visits[: disputed[-1]] for p in visit.holders))
