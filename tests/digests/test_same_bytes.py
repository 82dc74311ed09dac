"""Whatever is told of a past instant is the same bytes for ever, and on either database.

Which papers there are is read from the product's own lists, so that a later one joins by itself.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import select

from escalation.api.app import OPERATIONS
from escalation.digests.cards import PROFILES
from escalation.reports import FORMATS
from escalation.routing.directory import Directory
from escalation.routing.vocabulary import Layer
from escalation.services import digests, framework
from escalation.services.asked_digests import Request
from escalation.services.kept_digests import JSON
from escalation.store import models
from escalation.store.transaction import read
from tests.api.service import Service, serving
from tests.builders import CLERK, CONFIG, DIRECTORY, copied_sqlite
from tests.digests.busy import Busy, busy
from tests.digests.history import HOUR
from tests.fakes import virtual_clock

Told = Mapping[tuple[str, str], str]
"""Hashes of bytes, by what was asked and in which form."""
ACCEPTED = ("application/json", "text/csv", "text/html", "text/markdown")
REPORTS = sorted(each.path for each in OPERATIONS if each.path.startswith("/v1/reports/"))
PRAISE = {"kind": "compliment", "text": "Well done", "party": "meridian", "function": "payroll",
          "channel": "phone", "quote": "anonymous"}  # fmt: skip


def profiles(directory: Directory) -> list[str]:
    """One profile of each kind: of the forums of the directory, and of the product's own words."""
    file = directory.file
    forums = {str(forum.kind): f"forum:{code}" for code, forum in sorted(file.forums.items())}
    codes = {
        "cluster:<code>": "southern-cross",
        "business:<provider>": "meridian",
        "service:<OLA>": "ola-rivers",
        "agency:<code>": "rivers",
        "layer:<layer>": "",
    }
    found = list(forums.values())
    for words in PROFILES.split(", "):
        if words.endswith("layer:<layer>"):
            found += [f"layer:{each.value}" for each in Layer]
        elif "<" in words:
            [ending] = [each for each in codes if words.endswith(each)]
            found.append(re.sub("<.*>", codes[ending], words))
        else:
            found.append(words)
    return found


def papers(service: Service, at: datetime) -> Iterator[tuple[str, str, bytes]]:
    """Every paper as at an instant, in every form; each is what building it again comes to."""
    desk = service.container.desk
    known = framework.in_force(desk).directory
    assert known is not None
    for profile in profiles(known):
        stored = digests.make(desk, Request(profile=profile, as_at=at, known_at=at), CLERK).stored
        for kind in (JSON, *FORMATS):
            yield profile, kind, digests.rendered(desk, stored, kind)
        assert digests.verify(desk, stored.number).ok, profile


def reports(service: Service, at: datetime) -> Iterator[tuple[str, str, bytes]]:
    """Every report of a time that is over, in every form that it has."""
    when = f"as_at={at:%Y-%m-%dT%H:%M:%SZ}&known_at={at:%Y-%m-%dT%H:%M:%SZ}"
    for path in REPORTS:
        answers = [
            (kind, service.get(f"{path}?{when}{of}", accept=kind, key=service.admin))
            for kind in ACCEPTED
            for of in ("", "&of=ssi")
        ]
        good = {kind: answer.content for kind, answer in answers if answer.status_code == 200}
        assert "application/json" in good, (path, [answer.text for _, answer in answers])
        for kind, body in good.items():
            yield path, kind, body


def told(service: Service, at: datetime) -> Told:
    every = [*papers(service, at), *reports(service, at)]
    return {(what, kind): sha256(body).hexdigest() for what, kind, body in every}


def lived(service: Service) -> tuple[Busy, datetime]:
    """Some weeks with some praise in them; and their last instant."""
    history = busy(service.container.desk, service.clock, 11, days=9, acts=5)
    for _ in range(6):
        answer = service.post("/v1/feedback", PRAISE)
        assert answer.is_success, answer.text
    history.look()
    return history, history.seen[-1][0]


def changes(service: Service) -> int:
    with read(service.container.engine) as connection:
        return len(connection.execute(select(models.event.c.id)).all())


def a_thousand_changes_later(service: Service, history: Busy) -> None:
    """A month later too, and forums meet on other days."""
    until, so_far = service.clock.now() + timedelta(days=31), changes(service)
    while changes(service) - so_far < 1_000:
        history.log()
        for _ in range(6):
            history.act()
        history.pass_time(service.clock.now() + 20 * HOUR)
    history.pass_time(max(until, service.clock.now()))
    changed = (CONFIG / DIRECTORY).read_bytes().replace(b"BYDAY=2TU", b"BYDAY=3WE")
    desk = service.container.desk
    assert framework.apply_directory(desk, changed, DIRECTORY, actor=CLERK).changed


@pytest.mark.slow
@pytest.mark.campaign
def test_a_past_instant_is_told_in_the_same_bytes_for_ever_and_on_either_database(
    furnished_sqlite: Path, furnished_postgres_url: str, tmp_path: Path
) -> None:
    urls = (copied_sqlite(furnished_sqlite, tmp_path / "same.db"), furnished_postgres_url)
    found = []
    for url in urls:
        with serving(url, clock=virtual_clock()) as service:
            history, at = lived(service)
            before = told(service, at)
            a_thousand_changes_later(service, history)
            assert told(service, at) == before
            found.append(before)
    assert found[0] == found[1]
    asked = {what for what, _ in found[0]}
    assert len(asked) > 15, "fewer papers than there are kinds of them"
    assert all((what, "pdf") in found[0] for what in asked if not what.startswith("/"))
