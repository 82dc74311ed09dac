"""A client of the REST interface, for scripts: ten lines where a contact centre needs ten.

::

    with Client("https://escalation.example.org", key) as service:
        issue = service.issues.log(title="The pay is late", agency="rivers", function="payroll")
        service.issues.act(issue, "acknowledge")
"""

from escalation.client.refusals import NoAnswerOfOurs, Stale, Unreachable
from escalation.client.service import Client
from escalation.errors import (
    Busy,
    EscalationError,
    Fault,
    Forbidden,
    Invalid,
    NotFound,
    Refused,
    TooMany,
    Unauthenticated,
)

__all__ = [
    "Busy",
    "Client",
    "EscalationError",
    "Fault",
    "Forbidden",
    "Invalid",
    "NoAnswerOfOurs",
    "NotFound",
    "Refused",
    "Stale",
    "TooMany",
    "Unauthenticated",
    "Unreachable",
]
