"""No privilege grows but by an administrator's hand, or by the directory: a walk over both.

Keys are made, followed, taken back and shown by anybody, and seats of the directory change hands.
``ESCALATION_GROWTH`` says how many steps the walk has.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest

from escalation.services.keys import KeyRole
from escalation.services.roles import BY_PERSON, UNSCOPED
from tests.access.estate import RIVERS, SCHOOLS, UNLIMITED
from tests.api.service import Service, serving
from tests.builders import copied_sqlite

STEPS = int(os.environ.get("ESCALATION_GROWTH", "150"))  # noqa: TID251 - a test's own switch
PEOPLE = ("priya-nair", "zoran-petrovic", "ruth-goldfinch", "callum-treloar", "trang-nguyen")
SCOPES: tuple[dict[str, list[str]], ...] = (
    {},
    {"agency": ["rivers"]},
    {"agency": ["schools"], "function": ["payroll"]},
    {"function": ["finance"]},
    {"cluster": ["technology"]},
)
GOVERNS = {KeyRole.ADMIN.value, KeyRole.FRAMEWORK_OWNER.value}
"""Who changes the directory, and by it what others see."""


@dataclass
class Key:
    """A key as the walk knows it: what it was given, and whether it still opens."""

    id: str
    secret: str
    role: str
    person: str | None
    scopes: dict[str, list[str]]
    open: bool = True


@dataclass
class Walk:
    """What somebody with any key tries, step by step, and what must hold after each."""

    service: Service
    random: Random
    keys: dict[str, Key] = field(default_factory=dict)
    tried: dict[str, int] = field(default_factory=dict)
    seats: int = 0

    def begin(self) -> None:
        """One key of each role, and the administrator's that the service began with."""
        [first] = [
            each
            for each in self.service.found("/v1/keys", key=self.service.admin)["data"]
            if each["role"] == KeyRole.ADMIN
        ]
        self.keys[first["id"]] = Key(first["id"], self.service.admin, "admin", None, {})
        for role in KeyRole:
            person = self.random.choice(PEOPLE) if role in BY_PERSON else None
            self._make(self.keys[first["id"]], role.value, person, {})

    def step(self) -> None:
        """Somebody tries something."""
        act = self.random.choice((self.make, self.follow, self.revoke, self.show, self.appoint))
        who = self._someone(living=self.random.random() > 0.2)
        sights, there = self._sights(), self._listed()
        opened, done = who.open, act(who)
        name = f"{act.__name__} {'done' if done else 'refused'}"
        self.tried[name] = self.tried.get(name, 0) + 1
        assert opened or not done
        grown = {key for key, seen in self._sights().items() if seen - sights.get(key, seen)}
        if not done:
            assert self._listed() == there, (act.__name__, who)
        if not done or who.role not in GOVERNS:
            assert grown == set(), (act.__name__, who, grown)
        assert any(key.open and key.role == "admin" for key in self.keys.values())

    def make(self, who: Key) -> bool:
        """A key of any role, for anybody, of any part."""
        role = self.random.choice(list(KeyRole))
        person = self.random.choice(PEOPLE) if role in BY_PERSON else None
        scopes = {} if role in UNSCOPED else self.random.choice(SCOPES)
        return self._make(who, role.value, person, scopes)

    def _make(self, who: Key, role: str, person: str | None, scopes: dict[str, list[str]]) -> bool:
        body = {"name": "n", "role": role, "person": person, "scopes": scopes}
        answer = self.service.post("/v1/keys", body, key=who.secret)
        allowed = who.open and who.role == "admin"
        assert (answer.status_code == 201) is allowed, (who, answer.text)
        if allowed:
            told = answer.json()
            self.keys[told["id"]] = Key(told["id"], told["key"], role, person, scopes)
        return allowed

    def follow(self, who: Key) -> bool:
        """A key that follows another: it has what that had, and nothing else."""
        old = self._someone(living=self.random.random() > 0.2)
        path = f"/v1/keys/{old.id}/rotate"
        answer = self.service.post(path, {"overlap_hours": 0}, key=who.secret)
        allowed = who.open and who.role == "admin" and old.open
        assert (answer.status_code == 201) is allowed, (who, old, answer.text)
        if allowed:
            told = answer.json()
            assert (told["role"], told["person"]) == (old.role, old.person)
            assert {k: v for k, v in (told["scopes"] or {}).items() if v} == old.scopes
            old.open = False
            new = Key(told["id"], told["key"], old.role, old.person, old.scopes)
            self.keys[new.id] = new
        return allowed

    def revoke(self, who: Key) -> bool:
        """A key taken back, their own too; never the last of an administrator."""
        old = self._someone(living=self.random.random() > 0.2)
        admins = [key for key in self.keys.values() if key.open and key.role == "admin"]
        answer = self.service.call("DELETE", f"/v1/keys/{old.id}", key=who.secret)
        allowed = who.open and who.role == "admin" and old.open and admins != [old]
        assert (answer.status_code == 204) is allowed, (who, old, answer.text)
        if allowed:
            old.open = False
        return allowed

    def show(self, who: Key) -> bool:
        """A key opens while it stands, and not once longer."""
        answer = self.service.get("/v1/issues", key=who.secret)
        assert answer.status_code == (200 if who.open else 401), (who, answer.text)
        return who.open

    def appoint(self, who: Key) -> bool:
        """A seat for somebody, given by anybody: only who governs the directory can."""
        self.seats += 1
        seat = {
            "code": f"app-walk-{self.seats}",
            "person": self.random.choice(PEOPLE),
            "role": "service_manager",
            "party": "rivers",
            "function": "human_resources",
            "alternate": True,
        }
        answer = self.service.post("/v1/appointments", seat, key=who.secret)
        governs = who.open and who.role in GOVERNS
        assert answer.status_code != 201 or governs, (who, answer.text)
        assert governs or answer.status_code in {401, 403}, (who, answer.text)
        return answer.status_code == 201

    def _someone(self, *, living: bool) -> Key:
        found = [key for key in self.keys.values() if key.open is living]
        return self.random.choice(found or list(self.keys.values()))

    def _listed(self) -> list[tuple[Any, ...]]:
        admin = next(key for key in self.keys.values() if key.open and key.role == "admin")
        told = self.service.found("/v1/keys", key=admin.secret)["data"]
        return [(k["id"], k["role"], k["person"], k["revoked_at"], k["expires_at"]) for k in told]

    def _sights(self) -> dict[str, set[str]]:
        """What each of some keys sees, each issue within its scopes."""
        found = {}
        for key in list(self.keys.values())[-SOME:]:
            answer = self.service.get("/v1/issues?limit=200", key=key.secret)
            issues = answer.json()["data"] if answer.status_code == 200 else []
            assert bool(issues) <= key.open
            for issue in issues:
                for kind in ("agency", "function"):
                    assert not key.scopes.get(kind) or issue[kind] in key.scopes[kind]
            found[key.id] = {issue["id"] for issue in issues}
        return found


SOME = 6
"""Of the keys, whose sight is compared at each step: the newest."""


@pytest.fixture
def walk(furnished_sqlite: Path, tmp_path: Path) -> Iterator[Walk]:
    url = copied_sqlite(furnished_sqlite, tmp_path / "escalation.db")
    with serving(url, data_dir=tmp_path, **UNLIMITED) as service:
        for kind in (RIVERS, SCHOOLS):
            for function in ("payroll", "finance"):
                service.log(**{**kind.log, "function": function})
        yield Walk(service, Random(STEPS))  # noqa: S311 - to be repeated


@pytest.mark.slow
@pytest.mark.campaign
def test_nobody_has_more_than_an_administrator_or_the_directory_gave_them(walk: Walk) -> None:
    walk.begin()
    for _ in range(STEPS):
        walk.step()
    both = {f"{act} {how}" for act in ("make", "follow", "revoke") for how in ("done", "refused")}
    assert both | {"show done", "show refused", "appoint done"} <= walk.tried.keys(), walk.tried
