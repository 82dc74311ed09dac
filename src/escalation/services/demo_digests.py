"""The demonstration's subscription: a secretariat has its digest before each meeting."""

from escalation.errors import Invalid
from escalation.services.callers import Caller
from escalation.services.desk import Desk
from escalation.services.roles import KeyRole
from escalation.services.subscribing import subscriptions
from escalation.services.subscribing.checks import Asking, Wanted
from escalation.workflow.viewing import EVERYTHING

FORUM = "bmf-southern-cross"
_WANTED = Wanted(
    forum=FORUM,
    profile=None,
    recipient={"kind": "secretariat"},
    occasion={"kind": "before_meetings", "by": "3 business days"},
    formats=("pdf", "xlsx"),
    marking="OFFICIAL",
)


def subscribe(desk: Desk) -> int:
    """Subscribe the secretariat of the forum, where the directory has it; answers how many."""
    caller = Caller(id="", name="the demonstration", role=KeyRole.ADMIN, viewer=EVERYTHING)
    try:
        subscriptions.create(desk, _WANTED, Asking(caller, frozenset()))
    except Invalid:  # somebody's own directory, without that forum
        return 0
    return 1
