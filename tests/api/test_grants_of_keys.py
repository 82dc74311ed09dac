"""Nobody gives themselves more than they have: keys are an administrator's to make and change."""

from datetime import timedelta

import pytest

from escalation.api.app import OPERATIONS
from escalation.api.operations import Operation
from escalation.api.permissions import REQUIRED
from escalation.services import keys
from escalation.services.keys import KeyRole
from escalation.services.roles import BY_PERSON, Permission
from tests.api.service import Service
from tests.builders import CLERK

OTHERS = [role for role in KeyRole if role is not KeyRole.ADMIN]
OF_KEYS = [each for each in OPERATIONS if REQUIRED[each.name] is Permission.MANAGE_KEYS]


@pytest.mark.parametrize("operation", OF_KEYS, ids=lambda operation: operation.name)
@pytest.mark.parametrize("role", OTHERS)
def test_no_other_role_does_anything_with_keys_not_even_its_own(
    shared: Service, role: KeyRole, operation: Operation
) -> None:
    desk = shared.container.desk
    person = "dominic-ferraro" if role in BY_PERSON else None
    own = keys.create(desk, name=role.value, role=role, actor=CLERK, person=person)
    before = keys.every(desk)
    path = operation.path.replace("{key}", own.stored.id)
    body = {"name": "more", "role": "admin"} if operation.method == "POST" else None
    answer = shared.call(operation.method, path, body, key=own.secret)
    assert answer.status_code == 403
    after = keys.every(desk)
    assert [(key.id, key.role, key.revoked_at) for key in after] == [
        (key.id, key.role, key.revoked_at) for key in before
    ]
    assert len(OF_KEYS) >= 5


def test_keys_come_in_pages_the_newest_first(service: Service) -> None:
    desk = service.container.desk
    for name in "abcde":
        keys.create(desk, name=name, role=KeyRole.VIEWER, actor=CLERK)
        service.clock.advance(timedelta(seconds=1))
    listed, path = [], "/v1/keys?limit=2"
    while path:
        page = service.get(path, key=service.admin).json()
        assert len(page["data"]) <= 2
        listed += [key["id"] for key in page["data"]]
        path = page["links"].get("next", "")
    assert listed == [key.id for key in reversed(keys.every(desk))]
