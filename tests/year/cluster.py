"""A year of the demonstration cluster, lived through REST on a virtual clock.

People log issues, act on them by chance, go on leave and are acted for; every forum meets when
its rule says, some meetings are moved, cancelled or have no quorum. The engine's clocks fire on
the way. ``python -m tests.year.campaign`` tells how it is run at full length.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from escalation.routing.directory import Directory
from escalation.routing.membership import seats_of
from escalation.services import framework, planning
from tests.api.service import PATIENCE, Service
from tests.builders import CLERK, CONFIG, DIRECTORY

HOUR = timedelta(hours=1)
FUNCTIONS = ("payroll", "finance", "human_resources", "procurement")
AGENCIES = ("rivers", "schools", "transit", "wellbeing", "records", "fisheries")
OUTCOME = {"summary": "It was put right.", "reasons": "It was owed."}


@dataclass
class Year:
    """The service, chance, and what has happened so far."""

    service: Service
    random: Random
    open: list[str] = field(default_factory=list)
    logged: list[str] = field(default_factory=list)
    meetings: dict[str, str] = field(default_factory=dict)
    ahead: list[dict[str, Any]] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)

    @property
    def now(self) -> datetime:
        """The instant that the clock stands at."""
        return self.service.clock.now()

    # -- before it begins ----------------------------------------------------------------------

    def plan_leave(self, people: int, days: int) -> None:
        """So many people are away twice each; somebody of their party acts for them."""
        document = Directory.read((CONFIG / DIRECTORY).read_bytes(), DIRECTORY).document()
        seats = {
            key: entry
            for key, entry in document["appointments"].items()
            if not entry.get("alternate") and "until" not in entry
        }
        by_party: dict[str, list[str]] = {}
        for entry in seats.values():
            by_party.setdefault(entry["party"], []).append(entry["person"])
        away = self.random.sample(sorted({e["person"] for e in seats.values()}), people)
        acting = document.setdefault("acting_appointments", {})
        first = self.now.date()
        for key, entry in seats.items():
            others = [p for p in by_party[entry["party"]] if p not in away]
            if entry["person"] not in away or not others:
                continue
            for number, start in enumerate(self._two_days(first, days)):
                acting[f"leave-{key}-{number}"[:60]] = {
                    "person": self.random.choice(others),
                    "for": key,
                    "from": start.isoformat(),
                    "until": (start + timedelta(days=14)).isoformat(),
                }
        framework.apply_directory(
            self.service.container.desk, json.dumps(document), DIRECTORY, actor=CLERK
        )

    def _two_days(self, first: date, days: int) -> tuple[date, date]:
        half = days // 2
        earlier = first + timedelta(days=self.random.randrange(1, max(2, half - 20)))
        return earlier, earlier + timedelta(days=max(half, 20))

    # -- time ------------------------------------------------------------------------------------

    def live(self, days: int, issues: int) -> None:
        """Hour by hour: clocks, then meetings that begin, then people."""
        end = self.now + timedelta(days=days)
        rate = issues / (days * 5 / 7 * 8)
        while self.now < end:
            self.engine()
            self.meet()
            if self.now.weekday() < 5 and self.now.hour < 8:  # 10 to 18 o'clock in Brisbane
                self.people(rate)
            self.service.clock.advance(HOUR)
        self.engine()

    def engine(self) -> None:
        """One round of the worker's own work, until nothing is left of it."""
        desk = self.service.container.desk
        while desk.sweep().result(PATIENCE) + desk.reseat().result(PATIENCE):
            pass
        if self.now.hour == 0:
            planning.plan_ahead(desk, timeout=PATIENCE)

    # -- people ------------------------------------------------------------------------------------

    def people(self, rate: float) -> None:
        """Some log, some act on what is open."""
        while self.random.random() < rate:
            rate -= 1
            self.log()
        for name in self.random.sample(self.open, min(len(self.open), 2 + len(self.open) // 40)):
            self.act(name)

    def log(self) -> None:
        """An issue of any agency, function and severity."""
        body = {
            "agency": self.random.choice(AGENCIES),
            "function": self.random.choice(FUNCTIONS[:3]),
            "severity": self.random.choices(("critical", "high", "medium", "low"), (1, 3, 8, 4))[0],
        }
        issue = self.service.log(**body)
        self.open.append(issue["id"])
        self.logged.append(issue["id"])

    def act(self, name: str) -> None:
        """What somebody in earnest would do next with an issue; now and then something else."""
        issue = self.service.found(f"/v1/issues/{name}")
        if issue["status"] in {"closed", "withdrawn"}:
            self.open.remove(name)
            return
        act, body = self._next(issue)
        if act not in issue["available_acts"]:
            self.done["not open"] += 1
            return
        match = {"if_match": f'"{issue["version"]}"'}
        answer = self.service.post(
            f"/v1/issues/{name}/acts/{act}", body, key=self.service.admin, **match
        )
        assert answer.status_code in {200, 409}, answer.text
        self.done[act if answer.status_code == 200 else answer.json()["code"]] += 1

    def _next(self, issue: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        drawn = self.random.random()
        until = (self.now + timedelta(days=self.random.randrange(1, 8))).isoformat()
        if issue["status"] == "open" and drawn < 0.7:
            return "acknowledge", {}
        if issue["status"] == "resolved":
            return ("dispute", {"grounds": "It was not."}) if drawn < 0.2 else ("close", {})
        acts: list[tuple[float, str, dict[str, Any]]] = [
            (0.25, "resolve", {"outcome": OUTCOME, "reason": "done"}),
            (0.35, "inform", {"text": "We are on it.", "channel": "phone"}),
            (0.45, "hold", {"until": until, "awaiting": "agency", "reason": "papers"}),
            (0.50, "resume", {}),
            (0.60, "escalate", {"reason": "It is stuck."}),
            (0.63, "skip", {"to": "partnering_forum", "reason": "It is everybody's."}),
            (0.67, "refer-back", {"question": "Since when?", "reason": "unclear"}),
            (0.72, "report-up", {}),
            (0.78, "propose", {"outcome": OUTCOME, "seat": "provider"}),
            (0.84, "agree", {"seat": "agency"}),
            (0.87, "dissent", {"grounds": "No.", "seat": "agency"}),
            (0.90, "withdraw", {"reason": "Found it."}),
            (1.00, "note", {"text": "Remember."}),
        ]
        return next((act, body) for limit, act, body in acts if drawn <= limit)

    # -- forums ------------------------------------------------------------------------------------

    def meet(self) -> None:
        """Every meeting that begins within this hour; some are moved or cancelled days before."""
        if self.now.hour == 0:
            self.ahead = list(self._upcoming())
        for meeting in self.ahead:
            name, starts_at = meeting["id"], datetime.fromisoformat(meeting["starts_at"])
            if name not in self.meetings and starts_at - self.now < timedelta(days=5):
                self.meetings[name] = self._fate(name, starts_at)
            elif self.meetings.get(name) == "meets" and starts_at - self.now < HOUR:
                self.service.clock.move_to(max(starts_at, self.now))
                self.engine()
                self.sit(name)

    def _upcoming(self) -> Iterator[dict[str, Any]]:
        for forum in self.service.found("/v1/forums")["data"]:
            path = f"/v1/forums/{forum['code']}/meetings?limit=2"
            listed = self.service.found(path)["data"]
            yield from (meeting for meeting in listed if meeting["status"] == "scheduled")

    def _fate(self, meeting: str, starts_at: datetime) -> str:
        drawn = self.random.random()
        if drawn < 0.15:
            self.at(meeting, "cancel", reason="a flood")
            return "cancelled"
        if drawn < 0.3:
            later = (starts_at + timedelta(days=1)).isoformat()
            self.at(meeting, "move", starts_at=later, reason="a holiday of the chair")
            self.ahead = list(self._upcoming())
        return "meets"

    def sit(self, meeting: str) -> None:
        """Attendance, each item dealt with in one way or another, and closed."""
        self.meetings[meeting] = "met"
        found = self.service.found(f"/v1/meetings/{meeting}")
        come = self.who_come(found["forum"]["code"])
        attended = self.at(meeting, "attend", present=[{"person": name} for name in come])
        if attended is None or not attended["quorate"]:
            assert self.at(meeting, "close", inquorate=True, reason="too few came") is not None
            return
        for item in found["items"]:
            if item["outcome"] is None:
                self._deal_with(meeting, item)
        for item in self.service.found(f"/v1/meetings/{meeting}")["items"]:
            if item["outcome"] is None:
                assert self.at(meeting, "close") is None, "not before each item is dealt with"
                self.at(meeting, "note-not-reached", **_subject(item), reason="time")
        assert self.at(meeting, "close") is not None, meeting

    def who_come(self, code: str) -> list[str]:
        """Those who hold the forum's seats now, acting terms and all; now and then one alone."""
        directory = framework.in_force(self.service.container.desk).directory
        assert directory is not None
        seats = seats_of(directory, directory.forum(code), self.now)
        people = list(dict.fromkeys(seat.person for seat in seats if seat.person is not None))
        return people if self.random.random() > 0.05 else people[:1]

    def _deal_with(self, meeting: str, item: dict[str, Any]) -> None:
        subject, drawn = _subject(item), self.random.random()
        if item["kind"] != "issue":
            self.at(meeting, "note", **subject, text="Noted.")
        elif drawn < 0.75:
            effect = self.random.choices(("resolve", "return", "climb", "keep"), (6, 1, 1, 1))[0]
            action = {"text": "See to it", "owner": "priya-nair", "due_on": "2027-06-30"}
            self.at(meeting, "decide", **subject, text="So be it.", reasons="owed", effect=effect,
                    actions=[action] if drawn < 0.2 else [])  # fmt: skip
        elif drawn < 0.9:
            self.at(meeting, "defer", **subject, reason="no papers")

    def at(self, meeting: str, act: str, **body: Any) -> dict[str, Any] | None:
        """An act on a meeting; nothing where it is refused by a rule."""
        path = f"/v1/meetings/{meeting}/acts/{act}"
        seen = self.service.get(f"/v1/meetings/{meeting}").headers["etag"]
        answer = self.service.post(path, body, key=self.service.admin, if_match=seen)
        assert answer.status_code in {200, 409}, answer.text
        told: dict[str, Any] = answer.json()
        self.done[f"meeting {act}" if answer.status_code == 200 else told["code"]] += 1
        return told if answer.status_code == 200 else None


def _subject(item: dict[str, Any]) -> dict[str, str]:
    if item.get("issue"):
        return {"issue": item["issue"]["id"]}
    return {"item": item["item"]}
