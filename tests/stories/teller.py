"""A story of the organisation, told through REST on a virtual clock, without a surprise.

Each step says what stands on the record afterwards, and for whom. ``then="escalated (noted)"`` is:
one entry that listeners are told of by webhook, and one in brackets that stays on the timeline.
The teller fails on any entry of an issue, a meeting, a contact or a piece of feedback, and on any
message, that the step did not name, and on any it named that did not come.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import httpx

from tests.api.service import Service, problem
from tests.stories.listening import Listener
from tests.stories.passing import BRISBANE, brisbane, look, pass_until

ADMIN = "the administrator"
COUNTER = "the counter"
"""Whoever takes things in at a service centre: an operator's key that names nobody."""
Then = str | Mapping[str, str]


@dataclass
class Story:
    """Who does what, and what is told of it."""

    service: Service
    known: dict[str, str] = field(default_factory=dict)
    _keys: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Somebody listens to everything from now on."""
        self._keys = {ADMIN: self.service.admin, COUNTER: self.service.operator}
        self.listener = Listener(self.service)

    # ------------------------------------------------------------ who, and what stands

    @cached_property
    def people(self) -> Mapping[str, str]:
        """The code of everybody, by name."""
        pages = self._pages("/v1/people?limit=200")
        return {person["name"]: person["id"] for person in pages}

    def key(self, who: str) -> str:
        """The key that somebody uses."""
        if who not in self._keys:
            self._keys[who] = self.service.key_of(self.people[who])
        return self._keys[who]

    def asks(
        self, who: str, method: str, path: str, body: Any = None, **more: Any
    ) -> dict[str, Any]:
        """Somebody calls, and is not refused."""
        answer = self.service.call(method, path, body, key=self.key(who), **more)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else {}

    def finds(self, path: str, who: str = ADMIN) -> Any:
        """What somebody finds there."""
        return self.asks(who, "GET", path)

    def issue(self, name: str = "", who: str = ADMIN) -> dict[str, Any]:
        """An issue of the story as it stands; the first one where none is named."""
        found: dict[str, Any] = self.finds(f"/v1/issues/{self.id_of(name)}", who)
        return found

    def id_of(self, name: str = "") -> str:
        """The id behind a name of the story."""
        return self.known[name] if name else next(iter(self.known.values()))

    def holder(self, side: str, name: str = "") -> str | None:
        """Who holds a seat of an issue, by name."""
        held = self.issue(name)["rung"]["seats"][side]["holder"]
        return None if held is None else held["name"]

    def history(self, kind: str, name: str = "") -> list[dict[str, Any]]:
        """What the entries of one type on an issue's timeline say, oldest first."""
        found = self._pages(f"/v1/issues/{self.id_of(name)}/timeline?limit=200")
        return [entry["data"] for entry in found if entry["type"] == f"issue.{kind}"]

    def _pages(self, path: str) -> Iterator[dict[str, Any]]:
        while path:
            page = self.finds(path)
            yield from page["data"]
            path = page["links"].get("next", "")

    # ------------------------------------------------------------ what people do

    def logs(
        self, name: str, who: str = COUNTER, then: Then = "logged", **words: Any
    ) -> dict[str, Any]:
        """Somebody logs a matter, which the story calls by a name."""
        body = {"title": name, "agency": "rivers", "function": "payroll", **words}
        issue = self.asks(who, "POST", "/v1/issues", body)
        self.known[name] = issue["id"]
        self.tells(then, name)
        return issue

    def does(self, who: str, act: str, *, on: str = "", then: Then, **body: Any) -> dict[str, Any]:
        """Somebody acts on an issue; the issue as it then is."""
        answer = self.tries(who, act, on=on, **body)
        assert answer.status_code == 200, answer.text
        self.tells(then, on)
        found: dict[str, Any] = answer.json()
        return found

    def refused(self, who: str, act: str, rule: str, *, on: str = "", **body: Any) -> str:
        """Somebody may not do that, by a named rule, and nothing comes of it; what they read."""
        detail: str = problem(self.tries(who, act, on=on, **body), 409, rule)["detail"]
        self.tells("", on)
        return detail

    def tries(self, who: str, act: str, *, on: str = "", **body: Any) -> httpx.Response:
        """Somebody tries an act on an issue as it stands; what they are answered."""
        match = f'"{self.issue(on)["version"]}"'
        path = f"/v1/issues/{self.id_of(on)}/acts/{act}"
        return self.service.post(path, body, key=self.key(who), if_match=match)

    def says(self, register: str, name: str, **words: Any) -> dict[str, Any]:
        """Somebody says what is no issue, a contact or feedback, which the story names."""
        said = self.asks(COUNTER, "POST", f"/v1/{register}", words)
        self.known[name] = said["id"]
        self.tells(f"({register.removesuffix('s')}.recorded)", name)
        return said

    def raises(
        self, register: str, name: str, issue: str, *, then: Then, **words: Any
    ) -> dict[str, Any]:
        """Somebody makes an issue of what was said."""
        path = f"/v1/{register}/{self.known[name]}/raise"
        raised = self.asks(COUNTER, "POST", path, {"title": issue, **words})
        self.known[issue] = raised["id"]
        self.tells(then)
        return raised

    def comes_back(self, code: str, text: str, *, then: Then) -> None:
        """A raiser without a name comes back with their code and writes."""
        path = "/v1/receipt/messages"
        answer = self.service.post(path, {"text": text}, key=None, receipt_code=code)
        assert answer.status_code == 201, answer.text
        self.tells(then)

    def clock(self, kind: str, name: str = "") -> dict[str, Any]:
        """The clock of a kind that has not ended, of an issue."""
        clocks = self.issue(name)["clocks"]
        [found] = [c for c in clocks if c["kind"] == kind and c["state"] != "ended"]
        return dict(found)

    # ------------------------------------------------------------ forums

    def meeting_of(self, name: str = "") -> str:
        """The meeting that an issue is tabled for."""
        meeting: str = self.issue(name)["rung"]["meeting"]["id"]
        return meeting

    def next_meeting(self, forum: str) -> str:
        """The meeting that a forum holds next."""
        found = self.finds(f"/v1/forums/{forum}/meetings?limit=1&when=upcoming")
        meeting: str = found["data"][0]["id"]
        return meeting

    def items(self, meeting: str) -> list[dict[str, Any]]:
        """What is on a meeting's agenda, and what came of it."""
        found: list[dict[str, Any]] = self.finds(f"/v1/meetings/{meeting}")["items"]
        return found

    def begins(self, meeting: str, then: Then = "", *, minutes: int = 5) -> None:
        """It is some minutes after the meeting has begun."""
        starts_at = datetime.fromisoformat(self.finds(f"/v1/meetings/{meeting}")["starts_at"])
        pass_until(self.service, starts_at + timedelta(minutes=minutes))
        self.tells(then)

    def sits(self, meeting: str, *names: str, then: Then = "", **more: Any) -> dict[str, Any]:
        """These people come to the meeting, whose time has come."""
        self.begins(meeting, then)
        present = [{"person": self.people[name]} for name in names]
        forum = self.finds(f"/v1/meetings/{meeting}")["forum"]
        told = {_forum_code(forum): "(meeting.attended)"}
        return self.rules(meeting, "attend", then=told, present=present, **more)

    def rules(self, meeting: str, act: str, *, then: Then, **body: Any) -> dict[str, Any]:
        """The secretariat records what a meeting does."""
        answer = self._sought(meeting, act, body)
        assert answer.status_code == 200, answer.text
        self.tells(then)
        done: dict[str, Any] = answer.json()
        return done

    def overruled(self, meeting: str, act: str, rule: str, **body: Any) -> None:
        """A meeting may not do that, by a named rule, and nothing comes of it."""
        problem(self._sought(meeting, act, body), 409, rule)
        self.tells("")

    def _sought(self, meeting: str, act: str, body: Mapping[str, Any]) -> httpx.Response:
        """The secretariat tries an act on a meeting as it stands; what it is answered."""
        seen = self.service.get(f"/v1/meetings/{meeting}").headers["etag"]
        path = f"/v1/meetings/{meeting}/acts/{act}"
        return self.service.post(path, _resolved(self, body), if_match=seen)

    # ------------------------------------------------------------ time

    def until(self, local: str, then: Then = "", on: str = "") -> None:
        """Time passes in Brisbane until then, with everything that comes due on the way."""
        pass_until(self.service, brisbane(local))
        self.tells(then, on)

    def looks(self, then: Then = "", on: str = "") -> None:
        """The engine looks at clocks and seats, after the directory has changed."""
        look(self.service)
        self.tells(then, on)

    # ------------------------------------------------------------ what is told of it

    def tells(self, then: Then, on: str = "") -> None:
        """Exactly this has been recorded and sent since the last step."""
        expected = {on or next(iter(self.known), ""): then} if isinstance(then, str) else then
        found = self.hears()
        named = {name: " ".join(words.split()) for name, words in expected.items() if words}
        now = self.service.clock.now().astimezone(BRISBANE)
        assert found == named, f"at {now:%Y-%m-%d %H:%M} there is {found}, expected {named}"

    def hears(self) -> dict[str, str]:
        """What has been recorded and sent since the last step, by what it is about."""
        came: dict[str, list[str]] = {}
        for heard in self.listener.hears():
            word = heard.kind.removeprefix("issue.")
            name = self._name_of(heard.about)
            came.setdefault(name, []).append(word if heard.told else f"({word})")
        return {name: " ".join(words) for name, words in came.items()}

    def _name_of(self, about: str) -> str:
        """What the story calls what an entry is about: a meeting by its forum's code."""
        for name, found in self.known.items():
            if found == about:
                return name
        if about.startswith("mtg_"):
            return _forum_code(self.finds(f"/v1/meetings/{about}")["forum"])
        return "digest" if about.startswith("dig_") else about


def _forum_code(forum: Any) -> str:
    code: str = forum["code"] if isinstance(forum, dict) else forum
    return code


def _resolved(story: Story, body: Mapping[str, Any]) -> dict[str, Any]:
    """A meeting's words with issues by their ids and people by their codes."""
    found = dict(body)
    if "issue" in found:
        found["issue"] = story.id_of(found["issue"])
    for name in ("person", "mover"):
        if name in found:
            found[name] = story.people[found[name]]
    if "assents" in found:
        found["assents"] = [story.people[name] for name in found["assents"]]
    return found
