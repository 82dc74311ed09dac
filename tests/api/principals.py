"""Whose key it is: for whom the matter of the agency rivers is there, and for whom it is not."""

from collections.abc import Mapping

from escalation.services import keys
from escalation.services.desk import Desk
from escalation.services.keys import KeyRole
from tests.builders import CLERK

FORUM = "bmf-southern-cross"
Given = tuple[KeyRole, str | None, Mapping[str, list[str]]]
FOREIGN: Mapping[str, Given] = {
    "operator of another agency": (KeyRole.OPERATOR, None, {"agency": ["schools"]}),
    "operator of another cluster": (KeyRole.OPERATOR, None, {"cluster": ["technology"]}),
    "viewer of another function": (KeyRole.VIEWER, None, {"function": ["finance"]}),
    "viewer of another forum": (KeyRole.VIEWER, None, {"forum": ["bmf-technology"]}),
    "tool of another provider": (KeyRole.INTEGRATION, None, {"provider": ["corptech"]}),
    "holder at another agency": (KeyRole.HOLDER, "jacinta-morrow", {}),
    "holder with a key for another": (KeyRole.HOLDER, "dominic-ferraro", {"agency": ["schools"]}),
    "secretariat of another forum": (KeyRole.SECRETARIAT, "ewa-kowalczyk", {}),
    "secretariat of none": (KeyRole.SECRETARIAT, "jacinta-morrow", {}),
}
OWN: Mapping[str, Given] = {
    "operator": (KeyRole.OPERATOR, None, {}),
    "operator of the agency": (KeyRole.OPERATOR, None, {"agency": ["schools", "rivers"]}),
    "operator of the provider": (KeyRole.OPERATOR, None, {"provider": ["meridian"]}),
    "viewer of the function": (KeyRole.VIEWER, None, {"function": ["payroll"]}),
    "viewer of the cluster": (KeyRole.VIEWER, None, {"cluster": ["southern-cross"]}),
    "viewer of the forum": (KeyRole.VIEWER, None, {"forum": [FORUM]}),
    "tool of both": (KeyRole.INTEGRATION, None, {"agency": ["rivers"], "provider": ["meridian"]}),
    "holder at the provider": (KeyRole.HOLDER, "dominic-ferraro", {}),
    "holder at the agency": (KeyRole.HOLDER, "ruth-goldfinch", {}),
    "member of the forum": (KeyRole.HOLDER, "zoran-petrovic", {}),
    "secretariat": (KeyRole.SECRETARIAT, "callum-treloar", {}),
    "auditor": (KeyRole.AUDITOR, None, {}),
    "framework owner": (KeyRole.FRAMEWORK_OWNER, None, {}),
}


def key_for(desk: Desk, given: Given) -> str:
    """A new key: its secret."""
    role, person, scopes = given
    made = keys.create(desk, name=role.value, role=role, actor=CLERK, person=person, scopes=scopes)
    return made.secret
