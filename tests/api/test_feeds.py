"""Calendar feeds, read by two programs that share no code: icalendar, and vobject with dateutil."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import recurring_ical_events
import vobject
from icalendar import Calendar

from escalation.services.keys import KeyRole
from tests.api.service import Service, fault, problem
from tests.api.sitting import FORUM, done, meeting_of, tabled_issue

FROM, UNTIL = datetime(2026, 3, 1, tzinfo=UTC), datetime(2027, 3, 1, tzinfo=UTC)


def by_icalendar(text: bytes) -> list[datetime]:
    """When the meetings begin, by the first reader."""
    found = recurring_ical_events.of(Calendar.from_ical(text)).between(FROM, UNTIL)
    held = [event for event in found if event.get("STATUS") != "CANCELLED"]
    return sorted(event["DTSTART"].dt.astimezone(UTC) for event in held)


def by_vobject(text: bytes) -> list[datetime]:
    """When the meetings begin, by the second reader: rules expanded, then overridden."""
    starts: dict[tuple[str, datetime], datetime] = {}
    events = vobject.readOne(text.decode()).vevent_list
    for event in sorted(events, key=lambda event: hasattr(event, "recurrence_id")):
        uid, begins = event.uid.value, event.dtstart.value
        if hasattr(event, "status") and event.status.value == "CANCELLED":
            continue
        if hasattr(event, "recurrence_id"):
            starts[uid, event.recurrence_id.value.astimezone(UTC)] = begins.astimezone(UTC)
        elif event.rruleset is None:
            starts[uid, begins.astimezone(UTC)] = begins.astimezone(UTC)
        else:
            for at in event.rruleset.xafter(FROM.replace(tzinfo=None).astimezone(begins.tzinfo)):
                if at.astimezone(UTC) >= UNTIL:
                    break
                starts[uid, at.astimezone(UTC)] = at.astimezone(UTC)
    return sorted(at for at in starts.values() if FROM <= at < UNTIL)


def told(service: Service, forum: str = FORUM) -> list[datetime]:
    """When the meetings begin, as the list of meetings tells it."""
    listed = service.found(f"/v1/forums/{forum}/meetings?limit=200")["data"]
    starts = [datetime.fromisoformat(m["starts_at"]) for m in listed if m["status"] == "scheduled"]
    return [at for at in starts if FROM <= at < UNTIL]


def feed(service: Service, forum: str = FORUM) -> bytes:
    answer = service.get(f"/v1/forums/{forum}/calendar.ics")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    return answer.content


def test_two_readers_expand_every_forums_feed_to_its_own_meetings(shared: Service) -> None:
    for forum in shared.found("/v1/forums")["data"]:
        text = feed(shared, forum["code"])
        expected = told(shared, forum["code"])
        assert expected
        assert by_icalendar(text) == expected, forum["code"]
        assert by_vobject(text) == expected, forum["code"]


def test_what_was_moved_cancelled_or_put_in_between_reaches_both_readers(service: Service) -> None:
    first = meeting_of(tabled_issue(service))
    before = Calendar.from_ical(feed(service)).walk("VEVENT")[0]
    done(service, first, "move", starts_at="2026-03-17T01:00:00Z", place="Cairns", reason="flood")
    second = service.found(f"/v1/forums/{FORUM}/meetings?limit=2")["data"][1]["id"]
    done(service, second, "cancel", reason="Easter")
    extra = {"starts_at": "2026-04-21T00:00:00Z", "reason": "instead"}
    service.post(f"/v1/forums/{FORUM}/meetings", extra)
    other = service.post(
        f"/v1/forums/{FORUM}/meetings", {**extra, "starts_at": "2026-04-28T00:00:00Z"}
    )
    done(service, other.json()["id"], "cancel", reason="not needed")
    text = feed(service)
    expected = told(service)
    assert [at.isoformat() for at in expected[:3]] == [
        "2026-03-17T01:00:00+00:00",
        "2026-04-21T00:00:00+00:00",
        "2026-05-12T00:00:00+00:00",
    ]
    assert by_icalendar(text) == expected
    assert by_vobject(text) == expected
    by_rule, *others = Calendar.from_ical(text).walk("VEVENT")
    assert by_rule["UID"] == before["UID"]
    assert int(str(by_rule["SEQUENCE"])) > int(str(before["SEQUENCE"]))
    [moved] = [event for event in others if "RECURRENCE-ID" in event]
    assert moved["LOCATION"] == "Cairns"
    assert f"/v1/meetings/{first}/agenda" in str(moved["DESCRIPTION"])
    assert [str(event["STATUS"]) for event in others].count("CANCELLED") == 1


def test_a_feeds_token_opens_that_feed_until_it_is_revoked(service: Service) -> None:
    path = f"/v1/forums/{FORUM}/feeds"
    made: dict[str, Any] = service.post(path, {"name": "the chair's phone"}).json()
    token = made["token"]
    assert made["url"].endswith(f"/v1/forums/{FORUM}/calendar.ics?feed={token}")
    at = f"/v1/forums/{FORUM}/calendar.ics?feed={token}"
    assert service.get(at, key=None).content == feed(service)
    elsewhere = f"/v1/forums/ceo-board/calendar.ics?feed={token}"
    problem(service.get(elsewhere, key=None), 401, "unauthenticated")
    [listed] = service.found(path)["data"]
    assert "token" not in listed
    assert token not in service.get(path).text
    assert service.call("DELETE", f"{path}/{made['id']}").status_code == 204
    problem(service.get(at, key=None), 401, "unauthenticated")
    problem(service.call("DELETE", f"{path}/{made['id']}"), 404, "not_found")


def test_a_feed_is_for_who_may_read(shared: Service) -> None:
    at = f"/v1/forums/{FORUM}/calendar.ics"
    problem(shared.get(at, key=None), 401, "unauthenticated")
    problem(shared.get(f"{at}?feed=feed_guessed", key=None), 401, "unauthenticated")
    problem(shared.get("/v1/forums/nowhere/calendar.ics"), 404, "not_found")
    problem(shared.post("/v1/forums/nowhere/feeds", {"name": "n"}), 404, "not_found")
    fault(shared.post(f"/v1/forums/{FORUM}/feeds", {}), 422, "missing", {"pointer": "/name"})


@pytest.mark.parametrize("parameter", ["token", "feeds"])
def test_a_query_that_a_feed_does_not_know_is_refused(shared: Service, parameter: str) -> None:
    answer = shared.get(f"/v1/forums/{FORUM}/calendar.ics?{parameter}=x")
    fault(answer, 400, "unknown_parameter", {"parameter": parameter})


def made_by(service: Service, key: str) -> str:
    """Where a feed is read that is made with a key."""
    made = service.post(f"/v1/forums/{FORUM}/feeds", {"name": "mine"}, key=key).json()
    return f"/v1/forums/{FORUM}/calendar.ics?feed={made['token']}"


def assert_shut(service: Service, at: str) -> None:
    """That a feed answers as one that there never was."""
    same = {"key": None, "request_id": "req-of-a-test"}
    absent = service.get(f"/v1/forums/{FORUM}/calendar.ics?feed=feed_{'0' * 64}", **same)
    answer = service.get(at, **same)
    assert (answer.status_code, answer.text) == (401, absent.text)


def test_a_feed_is_shut_once_the_key_that_made_it_is_gone_and_open_for_the_one_that_follows(
    service: Service,
) -> None:
    body = {"name": "n", "role": "operator", "expires_at": "2026-03-12T00:00:00Z"}
    ends, goes, turns = (service.post("/v1/keys", body, key=service.admin).json() for _ in "123")
    at = {each["id"]: made_by(service, each["key"]) for each in (ends, goes, turns)}
    service.call("DELETE", f"/v1/keys/{goes['id']}", key=service.admin)
    assert_shut(service, at[goes["id"]])
    assert service.get(at[ends["id"]], key=None).status_code == 200
    service.clock.advance(timedelta(days=7))
    later = {"overlap_hours": 0}
    new = service.post(f"/v1/keys/{turns['id']}/rotate", later, key=service.admin).json()
    service.clock.advance(timedelta(days=5))
    assert_shut(service, at[ends["id"]])
    assert service.get(at[turns["id"]], key=None).status_code == 200
    service.call("DELETE", f"/v1/keys/{new['id']}", key=service.admin)
    assert_shut(service, at[turns["id"]])


def test_a_feed_of_who_has_left_or_sits_there_no_more_is_shut(service: Service) -> None:
    member, secretary = "zoran-petrovic", "callum-treloar"
    seat = made_by(service, service.key_of(member, KeyRole.HOLDER))
    desk = made_by(service, service.key_of(secretary, KeyRole.SECRETARIAT))
    for at, path, changes, status in (
        (seat, f"/v1/people/{member}", {"until": "2026-03-01"}, 401),
        (seat, f"/v1/people/{member}", {"until": None}, 200),
        (desk, f"/v1/forums/{FORUM}", {"secretariat": "ewa-kowalczyk"}, 401),
    ):
        answer = service.call("PATCH", path, changes, key=service.admin, if_match="*")
        assert answer.status_code == 200, answer.text
        assert service.get(at, key=None).status_code == status
    assert_shut(service, desk)


def test_a_holder_takes_back_their_own_feeds_alone(service: Service) -> None:
    holder = service.key_of("zoran-petrovic", KeyRole.HOLDER)
    path = f"/v1/forums/{FORUM}/feeds"
    theirs, mine = (service.post(path, {"name": "n"}, key=each).json() for each in ("", holder))
    answer = service.call("DELETE", f"{path}/{theirs['id']}", key=holder)
    assert "secretariat" in problem(answer, 403, "forbidden")["detail"]
    problem(service.call("DELETE", f"{path}/fed_0", key=holder), 404, "not_found")
    other = service.key_of("zoran-petrovic", KeyRole.HOLDER)
    assert service.call("DELETE", f"{path}/{mine['id']}", key=other).status_code == 204
    desk = service.key_of("callum-treloar", KeyRole.SECRETARIAT)
    assert service.call("DELETE", f"{path}/{theirs['id']}", key=desk).status_code == 204
