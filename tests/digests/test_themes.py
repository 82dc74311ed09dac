"""Themes as people keep them: the register, its figures by a second reader, digests that show them.

The second reader goes by the events of the record alone and shares no code with the product.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from escalation.api.schemas.themes import ThemeEntry, ThemeInFull, ThemeList, ThemeSuggestions
from escalation.reports import FORMATS
from escalation.services import digests, keys
from escalation.services.keys import KeyRole
from escalation.store import models
from escalation.store.transaction import read
from tests.api.service import Service, problem, serving
from tests.api.sitting import FORUM, done, meeting_of, sit, tabled_issue
from tests.builders import CLERK

LATE = {
    "code": "late-payment", "title": "=Paid <b>late</b>", "words": ["late pay", "overdue"],
    "key_result_area": "customers", "layer": "service", "plan": "Service plan 2026",
    "objective": "Pay within thirty days", "owner": "priya-nair", "forum": FORUM,
}  # fmt: skip
FUEL = {
    "code": "fuel", "title": "Fuel cards", "key_result_area": "benefits", "layer": "corporate",
}  # fmt: skip
WORDS = ("late pay", "overdue", "fuel", "else")
KNOWN = {"late-payment": {"late-payment", "late pay", "overdue"}, "fuel": {"fuel"}}


@pytest.fixture
def service(furnished_url: str) -> Iterator[Service]:
    """A service on a database of this test's own, once on each database."""
    with serving(furnished_url) as service:
        yield service


def recorded(service: Service, *themes: Mapping[str, Any]) -> None:
    for theme in themes:
        answer = service.post("/v1/themes", theme)
        assert answer.status_code == 201, answer.text
        ThemeEntry.model_validate(answer.json())


def digest(service: Service, forum: str = FORUM, **asked: Any) -> dict[str, Any]:
    answer = service.post("/v1/digests", {"forum": forum, **asked})
    assert answer.is_success, answer.text
    made: dict[str, Any] = answer.json()
    service.clock.advance(timedelta(minutes=1))
    body = service.get(f"/v1/digests/{made['id']}.json").json()
    return {**made, "document": body}


# ---------------------------------------------------------------- the register


def test_a_theme_is_recorded_changed_and_stays_on_the_record(service: Service) -> None:
    recorded(service, LATE, FUEL)
    service.clock.advance(timedelta(hours=1))
    path, seen = "/v1/themes/late-payment", service.clock.now().isoformat()
    service.clock.advance(timedelta(hours=1))
    changed = service.call(
        "PATCH", path, {"status": "closed", "plan": None, "reason": "it fell"}, if_match='"1"'
    )
    assert changed.status_code == 200, changed.text
    assert changed.headers["etag"] == '"2"'
    stale = service.call("PATCH", path, {"title": "t"}, if_match='"1"')
    assert problem(stale, 412, "precondition_failed")["current"]["version"] == 2
    service.clock.advance(timedelta(hours=1))
    now = service.found(path)
    ThemeInFull.model_validate(now)
    assert (now["status"], now["plan"], now["version"]) == ("closed", None, 2)
    assert [each["status"] for each in now["versions"]] == ["active", "closed"]
    then = service.found(f"{path}?as_at={seen.replace('+', '%2B')}")
    assert (then["status"], then["plan"]) == ("active", "Service plan 2026")
    assert len(then["versions"]) == 1
    page = service.found("/v1/themes?limit=1")
    ThemeList.model_validate(page)
    assert [each["code"] for each in page["data"]] == ["fuel"]
    assert [e["code"] for e in service.found(page["links"]["next"])["data"]] == ["late-payment"]
    for query, codes in (("status=active", ["fuel"]), ("owner=priya-nair", ["late-payment"]),
                         ("key_result_area=benefits", ["fuel"]), ("q=FUEL", ["fuel"]),
                         ("layer=operational", [])):  # fmt: skip
        assert [e["code"] for e in service.found(f"/v1/themes?{query}")["data"]] == codes, query
    table = models.event
    with read(service.container.engine) as connection:
        kinds = connection.scalars(
            select(table.c.type).where(table.c.aggregate == now["id"]).order_by(table.c.number)
        ).all()
    assert kinds == ["theme.recorded", "theme.changed"]
    assert service.found("/v1/audit/verify", key=service.admin)["ok"] is True


def test_what_cannot_be_is_refused_in_its_place(service: Service) -> None:
    recorded(service, LATE)
    problem(service.post("/v1/themes", LATE), 409, "theme_code_taken")
    first = service.post("/v1/themes", FUEL, idempotency_key="once")
    again = service.post("/v1/themes", FUEL, idempotency_key="once")
    assert (again.status_code, again.content) == (201, first.content)
    wrong = service.post("/v1/themes", {**LATE, "code": "x", "owner": "nobody", "forum": "none"})
    places = [each["source"]["pointer"] for each in problem(wrong, 422, "invalid")["errors"]]
    assert places == ["/owner", "/forum"]
    for body, pointer in (({}, ""), ({"title": None}, "/title"), ({"reason": "r"}, "")):
        answer = service.call("PATCH", "/v1/themes/fuel", body, if_match="*")
        [fault] = problem(answer, 422, "invalid")["errors"]
        assert fault["source"].get("pointer", "") == pointer
    problem(service.call("PATCH", "/v1/themes/none", {}, if_match="*"), 404, "not_found")
    problem(service.get("/v1/themes/none"), 404, "not_found")
    ahead = "2030-01-01T00:00:00Z"
    for query in (f"as_at={ahead}", f"known_at={ahead}", f"since={ahead}"):
        problem(service.get(f"/v1/themes?{query}"), 422, "invalid")
    problem(service.get("/v1/themes", key=None), 401, "unauthenticated")
    viewer = service.key_of("priya-nair", KeyRole.VIEWER)
    problem(service.post("/v1/themes", FUEL, key=viewer), 403, "forbidden")


# ---------------------------------------------------------------- figures, by a second reader


def lived(service: Service, seed: int, days: int = 40) -> list[datetime]:
    """Some that came in with themes, were themed later, sealed or raised; instants in between."""
    random, ids, said, seen = Random(seed), [], [], []  # noqa: S311 - to be repeated
    for day in range(days):
        service.clock.advance(timedelta(hours=random.randrange(3, 40), minutes=day))
        for _ in range(random.randrange(3)):
            words = random.sample(WORDS, random.randrange(3))
            technology = {"agency": "meridian", "provider": "corptech", "function": "technology"}
            where = technology if random.random() < 0.3 else {"agency": random.choice(AGENCIES)}
            ids.append(service.log(themes=words, **where)["id"])
        family = random.choice(["contacts", "feedback"])
        about = {"text": "t", "party": random.choice([*AGENCIES, "corptech"]),
                 "themes": random.sample(WORDS, 2), "function": "payroll"}  # fmt: skip
        kind = {"kind": "suggestion"} if family == "feedback" else {}
        said.append((family, service.post(f"/v1/{family}", {**about, **kind}).json()["id"]))
        if random.random() < 0.3:
            family, name = said.pop(random.randrange(len(said)))
            raised = {"agency": "rivers", "provider": "meridian"}
            answer = service.post(f"/v1/{family}/{name}/raise", raised)
            assert answer.is_success, answer.text
            ids.append(answer.json()["id"])
        if random.random() < 0.4 and ids:
            themed = {"themes": random.sample(WORDS, random.randrange(3))}
            service.call("PATCH", f"/v1/issues/{random.choice(ids)}", themed, if_match="*")
        if random.random() < 0.1 and ids:
            secret = {"reason": "r", "sensitive": ["privacy"]}
            path = f"/v1/issues/{random.choice(ids)}/acts/reclassify"
            service.post(path, secret, key=service.admin, if_match="*")
        service.clock.advance(timedelta(minutes=5))
        seen.append(service.clock.now())
    return seen


AGENCIES = ["rivers", "schools", "transit"]


def by_hand(service: Service, at: datetime, since: datetime, clusters: set[str]) -> dict[str, Any]:
    """How often each theme came up, told from the events of the record alone."""
    table, chains = models.event, defaultdict[str, list[tuple[datetime, str, Any]]](list)
    with read(service.container.engine) as connection:
        rows = connection.execute(select(table).order_by(table.c.aggregate, table.c.number)).all()
    for row in rows:
        chains[row.aggregate].append((row.effective_at, row.type, json.loads(row.payload)))
    sealed = {a for a, chain in chains.items() for _, _, p in chain if _seals(p)}
    found = {code: Counter[str]() for code in KNOWN}
    for aggregate, chain in chains.items():
        raised = {p["issue"] for _, type_, p in chain if type_.endswith(".raised")}
        known = [each for each in chain if each[0] <= at]
        counts = aggregate[:3] in NAMED and known and since < known[0][0] <= at
        by_then = any(type_.endswith(".raised") for _, type_, _ in known)
        hidden = aggregate in sealed or raised & sealed or by_then
        if counts and not hidden and _cluster(known[0][2]) in clusters:
            words = _words(known)
            for code, carried in KNOWN.items():
                found[code][NAMED[aggregate[:3]]] += bool(words & carried)
    return found


NAMED = {"iss": "issues", "con": "contacts", "fbk": "feedback"}


def _words(known: list[tuple[datetime, str, Any]]) -> set[str]:
    words = set(known[0][2].get("themes") or ())
    for _, _, payload in known[1:]:
        changes = payload.get("changes", {})
        words = set(changes["themes"]["to"]) if "themes" in changes else words
    return words


def _seals(payload: Mapping[str, Any]) -> bool:
    return bool(payload.get("sensitive")) or "sensitive" in payload.get("changes", {})


def _cluster(told: Mapping[str, Any]) -> str:
    provider = told.get("provider") or ("corptech" if told.get("party") == "corptech" else "")
    return "technology" if provider == "corptech" else "southern-cross"


def test_figures_are_those_of_the_record(service: Service) -> None:
    recorded(service, LATE, FUEL)
    seen = lived(service, 3)
    service.clock.advance(timedelta(minutes=1))
    both, told = {"southern-cross", "technology"}, Counter[str]()
    for at, earlier in zip(seen[20::5], seen[10::5], strict=False):
        when = {"as_at": at.isoformat(), "since": earlier.isoformat()}
        before = earlier - (at - earlier)
        for forum, clusters in ((FORUM, {"southern-cross"}), ("ceo-board", both)):
            found = digest(service, forum, **when)["document"]["sections"]["themes"]
            for period, end, since in (("now", at, earlier), ("before", earlier, before)):
                counted = _as_at(service, at, since, end, clusters)
                for code in KNOWN:
                    item = next((each for each in found if each["code"] == code), None)
                    count = {} if item is None else item[period]
                    for name in ("issues", "contacts", "feedback"):
                        assert count.get(name, 0) == counted[code][name], (forum, at, period, code)
                    told[period] += counted[code].total()
        query = "&".join(f"{name}={value.replace('+', '%2B')}" for name, value in when.items())
        listed = service.found(f"/v1/themes?{query}", key=service.admin)["data"]
        counted = by_hand(service, at, earlier, both)
        for theme in listed:
            often = {**theme["frequency"]["now"]}
            assert often.pop("total") == counted[theme["code"]].total()
            assert often == {name: counted[theme["code"]][name] for name in often}
    assert min(told.values()) > 10, "the history has no themes"


def _as_at(
    service: Service, at: datetime, since: datetime, end: datetime, clusters: set[str]
) -> dict[str, Any]:
    """Counts between two instants with the themes that each has as at a third."""
    whole = by_hand(service, at, since, clusters)
    later = by_hand(service, at, end, clusters)
    return {
        code: Counter({n: whole[code][n] - later[code][n] for n in whole[code]}) for code in whole
    }


def test_a_digest_with_themes_is_the_same_for_ever(service: Service) -> None:
    before = digest(service)
    assert "themes" not in before["document"]["sections"]
    recorded(service, LATE, FUEL)
    lived(service, 5, days=12)
    made = [digest(service), digest(service, "ceo-board")]
    service.call("PATCH", "/v1/themes/fuel", {"words": ["else"], "title": "Other"}, if_match="*")
    lived(service, 6, days=6)
    for each in (before, *made):
        verdict = digests.verify(service.container.desk, each["id"])
        assert verdict.ok, each["number"]
    asked = {name: made[0][name] for name in ("as_at", "known_at", "since")}
    assert digest(service, **asked)["id"] == made[0]["id"]


# ---------------------------------------------------------------- actions, and what came of them


def acted(service: Service) -> dict[str, Any]:
    """An action of the forum that serves the theme ``late-payment``."""
    issue = tabled_issue(service)
    sit(service, meeting_of(issue))
    asked = {"text": "Pay <i>weekly</i>", "owner": "priya-nair", "due_on": "2026-03-20",
             "kind": "process", "plan": "Service plan 2026"}  # fmt: skip
    done(service, meeting_of(issue), "decide", issue=issue["id"], text="Pay.", actions=[asked])
    [action] = service.found("/v1/actions?kind=process")["data"]
    assert (action["plan"], action["theme"]) == ("Service plan 2026", None)
    path = f"/v1/actions/{action['id']}"
    answer = service.call("PATCH", path, {"theme": "late-payment"}, if_match='"1"')
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    assert (found["theme"], found["version"], found["kind"]) == ("late-payment", 2, "process")
    assert service.found(path) == found
    return found


def test_whether_a_theme_fell_after_its_action_was_done_is_shown_in_every_format(
    service: Service,
) -> None:
    recorded(service, LATE, FUEL)
    action = acted(service)
    for _ in range(6):
        service.log(themes=["overdue"])
    service.clock.advance(timedelta(days=1))
    loops = [digest(service)]
    assert service.post(f"/v1/actions/{action['id']}/acts/done", {}, if_match="*").is_success
    service.clock.advance(timedelta(days=3))
    loops.append(digest(service))
    service.log(themes=["overdue"])
    service.clock.advance(timedelta(days=40))
    loops.append(digest(service))
    items = [each["document"]["sections"]["themes"] for each in loops]
    late = [next(item for item in some if item["code"] == "late-payment") for some in items]
    assert [each["loop"]["state"] for each in late] == ["action_open", "too_soon", "fell"]
    assert (late[2]["loop"]["before"], late[2]["loop"]["after"]) == (6, None)
    assert [a["done_at"] is not None for each in late for a in each["actions"]] == [0, 1, 1]
    theme = service.found("/v1/themes/late-payment")
    ThemeInFull.model_validate(theme)
    assert theme["loop"] == late[2]["loop"] | {"days": theme["loop"]["days"]}
    files = {kind: service.get(f"/v1/digests/{loops[2]['id']}.{kind}") for kind in FORMATS}
    assert all(each.status_code == 200 and each.content for each in files.values())
    assert "Fell: the loop is closed (6 in 43 days before, fewer than 5 after)" in files["md"].text
    assert r"=Paid \<b\>late" in files["md"].text
    assert "&lt;b&gt;late" in files["html"].text
    assert '"\'=Paid <b>late</b>"' in files["csv"].text
    for each in loops:
        assert digests.verify(service.container.desk, each["id"]).ok


def test_what_an_action_serves_changes_from_then_on(service: Service) -> None:
    recorded(service, LATE, FUEL)
    action = acted(service)
    path = f"/v1/actions/{action['id']}"
    service.clock.advance(timedelta(minutes=1))
    first = digest(service)
    assert service.call("PATCH", path, {"theme": "fuel", "kind": None}, if_match="*").is_success
    service.clock.advance(timedelta(minutes=1))
    texts = {
        t["code"]: [a["text"] for a in t["actions"]] for t in service.found("/v1/themes")["data"]
    }
    assert texts == {"fuel": ["Pay <i>weekly</i>"], "late-payment": []}
    assert digests.verify(service.container.desk, first["id"]).ok
    narrowed = {"theme=fuel": 1, "theme=late-payment": 0, "year=2026": 1, "year=2027": 0,
                "plan=Service plan 2026": 1, "kind=process": 0}  # fmt: skip
    for query, count in narrowed.items():
        assert len(service.found(f"/v1/actions?{query}")["data"]) == count, query
    assert service.call("PATCH", path, {"theme": None}, if_match="*").json()["theme"] is None
    [fault] = problem(service.call("PATCH", path, {"theme": "no"}, if_match="*"), 422, "invalid")[
        "errors"
    ]
    assert fault["source"] == {"pointer": "/theme"}
    problem(service.call("PATCH", path, {}, if_match="*"), 422, "invalid")
    problem(
        service.call("PATCH", path, {"kind": "system"}, if_match='"1"'), 412, "precondition_failed"
    )
    problem(
        service.call("PATCH", "/v1/actions/acn_none", {"kind": "system"}, if_match="*"),
        404,
        "not_found",
    )


# ---------------------------------------------------------------- suggestions


def test_words_are_suggested_from_what_is_seen_and_never_from_what_is_sealed(
    service: Service,
) -> None:
    for number in range(20):
        service.log(title=("Leave balance", "Pay slip", "Roster")[number % 3], description="")
    service.clock.move_to(datetime(2026, 4, 20, tzinfo=UTC))
    cards = [service.log(title="Fuel cards blocked", description="") for _ in range(6)]
    for _ in range(6):
        secret = {"title": "Wallaby payments", "description": "", "sensitive": ["privacy"]}
        service.log(**secret)
    other = [service.log(title="Wombat", description="", agency="schools") for _ in range(6)]
    service.clock.advance(timedelta(minutes=1))
    found = service.found("/v1/theme-suggestions", key=service.admin)
    ThemeSuggestions.model_validate(found)
    by_words = {tuple(sorted(each["words"])): each for each in found["suggestions"]}
    assert set(by_words) == {
        ("blocked", "cards", "cards blocked", "fuel", "fuel cards"), ("wombat",)
    }  # fmt: skip
    fuel = by_words["blocked", "cards", "cards blocked", "fuel", "fuel cards"]
    assert {each["id"] for each in fuel["issues"]} == {each["id"] for each in cards}
    assert (fuel["now"], fuel["before"], found["issues"]) == (6, 0, {"now": 12, "before": 20})
    scoped = keys.create(
        service.container.desk, name="s", role=KeyRole.VIEWER, actor=CLERK,
        scopes={"agency": ["schools"]},
    ).secret  # fmt: skip
    theirs = service.found("/v1/theme-suggestions", key=scoped)
    assert theirs["issues"] == {"now": len(other), "before": 0}
    assert theirs["suggestions"] == []
    recorded(service, FUEL | {"words": ["fuel cards blocked"]})
    service.clock.advance(timedelta(minutes=1))
    again = service.found("/v1/theme-suggestions", key=service.admin)["suggestions"]
    assert [each["words"] for each in again] == [["wombat"]]
