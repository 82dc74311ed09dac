"""Two services on one database: what one takes away, the other gives to nobody from then on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from escalation.clock import SystemClock
from escalation.services import keys
from escalation.services.keys import KeyRole
from tests.builders import CLERK, copied_postgres, desk_on
from tests.cli.processes import Running, serving

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

COMPLAINT = {
    "title": "The pay is late",
    "agency": "rivers",
    "function": "payroll",
    "channel": "phone",
    "raiser": {"type": "staff", "name": "Ana"},
}


@dataclass
class Two:
    """Two services, and keys that both know."""

    here: Running
    there: Running
    keys: Mapping[str, str]
    ids: Mapping[str, str]

    def at(self, service: Running, who: str) -> httpx.Client:
        return service.client(self.keys[who])


@pytest.fixture(scope="module")
def two(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    folders = [tmp_path_factory.mktemp(name) for name in ("here", "there")]
    for url in copied_postgres(request):
        with desk_on(url, SystemClock()) as desk:
            made = {
                "admin": keys.create(desk, name="admin", role=KeyRole.ADMIN, actor=CLERK),
                "operator": keys.create(desk, name="op", role=KeyRole.OPERATOR, actor=CLERK),
                "holder": keys.create(
                    desk, name="h", role=KeyRole.HOLDER, actor=CLERK, person="dominic-ferraro"
                ),
            }
        settings = {"database_url": url}
        with (
            serving(folders[0], "--no-worker", **settings) as here,
            serving(folders[1], "--no-worker", **settings) as there,
        ):
            secrets = {name: key.secret for name, key in made.items()}
            yield Two(here, there, secrets, {name: key.stored.id for name, key in made.items()})


def logged(two: Two) -> dict[str, Any]:
    with two.at(two.here, "admin") as admin:
        answer = admin.post("/v1/issues", json=COMPLAINT)
    assert answer.status_code == 201, answer.text
    issue: dict[str, Any] = answer.json()
    return issue


def everything(client: httpx.Client, issue: Mapping[str, Any]) -> list[int]:
    """What reads, writes and chores are answered, the writes first."""
    path = f"/v1/issues/{issue['id']}"
    calls = [
        client.post(f"{path}/acts/note", json={"text": "x"}),
        client.post("/v1/ladder-checks", content="x", headers={"content-type": "text/yaml"}),
        client.get(path),
        client.get(f"{path}/timeline"),
    ]
    return [answer.status_code for answer in calls]


def test_a_key_revoked_at_one_service_opens_nothing_at_the_other_from_the_next_request_on(
    two: Two,
) -> None:
    issue = logged(two)
    with two.at(two.there, "operator") as operator, two.at(two.here, "admin") as admin:
        assert everything(operator, issue) == [200, 422, 200, 200]
        assert admin.delete(f"/v1/keys/{two.ids['operator']}").status_code == 204
        assert everything(operator, issue) == [401, 401, 401, 401]


def test_who_is_taken_off_a_seat_at_one_service_can_do_nothing_at_the_other(two: Two) -> None:
    issue = logged(two)
    appointment = "/v1/appointments/app-meridian-300"
    with two.at(two.there, "holder") as holder, two.at(two.here, "admin") as admin:
        assert everything(holder, issue) == [200, 422, 200, 200]
        ended = admin.patch(appointment, json={"until": "2020-01-01"}, headers={"if-match": "*"})
        assert ended.status_code == 200, ended.text
        note, _, read, timeline = everything(holder, issue)
        assert [note, read, timeline] == [404, 404, 404]
