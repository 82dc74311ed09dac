"""Links to digests: signed, bound, counted, and good for nothing once they should not be."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from escalation.services import endpoints
from escalation.store import journal
from escalation.store.transaction import read
from tests.api.service import Service, problem, serving
from tests.builders import CLERK
from tests.digests.test_subscriptions import (
    DAILY,
    DAY,
    SIGNED_FOR,
    sent,
    subscribe,
    to_endpoint,
    windows,
    work,
)

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
HTML = "text/html; charset=utf-8"


@pytest.fixture
def service(furnished_url: str) -> Iterator[Service]:
    """A service on a database of this test's own, once on each database."""
    with serving(furnished_url, **SIGNED_FOR) as service:
        yield service


def posted(service: Service, **changes: Any) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """A subscription of an endpoint, and the links that the endpoint is sent after a day."""
    given = {"when": DAILY, "formats": ["pdf", "json"], **changes}
    made = subscribe(service, recipient=to_endpoint(service), **given)
    service.clock.advance(DAY)
    work(service)
    return made, sent(service)[-1]["links"]


def path_of(link: dict[str, str]) -> str:
    url = link["url"]
    assert url.startswith("https://issues.example/v1/digest-downloads/lnk_")
    return url.removeprefix("https://issues.example")


def test_a_link_opens_its_digest_in_its_format_and_each_use_is_recorded(service: Service) -> None:
    made, links = posted(service)
    answers = [service.get(path_of(link), key=None) for link in links]
    kinds = ["application/pdf", "application/json"]
    assert [each.headers["content-type"] for each in answers] == kinds
    [window] = windows(service, made["id"])
    whole = service.get(f"/v1/digests/{window['digest']}.json")
    assert answers[1].content == whole.content
    service.get(path_of(links[0]), key=None)
    [window] = windows(service, made["id"])
    assert [link["uses"] for link in window["links"]] == [2, 1]
    with read(service.container.engine) as connection:
        entries = journal.entries(connection, links[0]["id"])
    assert [entry.type for entry in entries] == ["link.used", "link.used"]


def test_a_letter_changed_anywhere_opens_nothing(service: Service) -> None:
    _, links = posted(service)
    path = path_of(links[0])
    absent = service.get("/v1/digest-downloads/lnk_0.none", key=None)
    words = problem(absent, 404, "not_found")["detail"]
    token = path.rpartition("/")[2]
    chance = Random(1)  # noqa: S311 - repeatable
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for place in [n for n, letter in enumerate(token) if letter != "."]:
        other = chance.choice([each for each in letters if each != token[place]])
        changed = f"{token[:place]}{other}{token[place + 1 :]}"
        answer = service.get(f"/v1/digest-downloads/{changed}", key=None)
        assert problem(answer, 404, "not_found")["detail"] == words
    for mixed in (token[:-1], f"{token}A", f"{token}=", token.partition(".")[0], f"{token}\u00e9"):
        answer = service.get(f"/v1/digest-downloads/{mixed}", key=None)
        assert answer.status_code == 404
    other = path_of(links[1]).rpartition("/")[2]
    swapped = f"{token.partition('.')[0]}.{other.partition('.')[2]}"
    problem(service.get(f"/v1/digest-downloads/{swapped}", key=None), 404, "not_found")
    assert service.get(path, key=None).status_code == 200


def test_a_link_expires_and_can_be_revoked(service: Service) -> None:
    made, links = posted(service)
    gone = f"/v1/digest-subscriptions/{made['id']}/links/{links[0]['id']}"
    assert service.call("DELETE", gone, key=service.admin).status_code == 204
    problem(service.get(path_of(links[0]), key=None), 404, "not_found")
    problem(service.call("DELETE", gone, key=service.admin), 404, "not_found")
    elsewhere = gone.replace(made["id"], subscribe(service)["id"])
    problem(service.call("DELETE", elsewhere, key=service.admin), 404, "not_found")
    service.clock.advance(timedelta(days=14) - timedelta(seconds=1))
    assert service.get(path_of(links[1]), key=None).status_code == 200
    service.clock.advance(timedelta(seconds=1))
    problem(service.get(path_of(links[1]), key=None), 404, "not_found")
    browsed = service.get(path_of(links[1]), key=None, accept=BROWSER)
    assert (browsed.status_code, browsed.headers["content-type"]) == (404, HTML)
    assert "has expired or was revoked" in browsed.text
    assert "default-src 'none'" in browsed.headers["content-security-policy"]


def test_a_link_of_somebody_who_may_not_read_it_any_more_opens_nothing(service: Service) -> None:
    made, links = posted(service)
    name = made["recipient"]["endpoint"]
    endpoints.remove(service.container.desk, name, actor=CLERK)
    problem(service.get(path_of(links[0]), key=None), 404, "not_found")


def test_a_digest_that_shows_what_was_sealed_since_is_withheld(service: Service) -> None:
    issue = service.log(severity="critical")
    up = {"to": "business_manager_forum", "reason": "r"}
    issue = service.act(issue, "skip", key=service.admin, **up)
    _, links = posted(service)
    assert issue["id"] in service.get(path_of(links[1]), key=None).text
    service.clock.advance(timedelta(minutes=1))
    body = {"sensitive": ["by_hand"], "reason": "r"}
    service.act(service.found(f"/v1/issues/{issue['id']}"), "reclassify", key=service.admin, **body)
    answer = service.get(path_of(links[1]), key=None)
    browsed = service.get(path_of(links[1]), key=None, accept=BROWSER)
    assert (browsed.status_code, browsed.headers["content-type"]) == (403, HTML)
    assert problem(answer, 403, "withheld")
