"""Themes without a database: what is counted, what is said of it, and which words are suggested."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import log, sqrt
from random import Random
from typing import Any

import pytest

from escalation.digests import key_themes, suggestions, themes
from escalation.digests.key_themes import Gathered
from escalation.digests.measures import Result
from escalation.digests.suggestions import Text
from escalation.digests.themes import (
    Agreed,
    Loop,
    Mention,
    Periods,
    Priority,
    Source,
    Theme,
    ThemeStatus,
)
from escalation.routing.vocabulary import Layer

NOW = datetime(2026, 6, 30, tzinfo=UTC)
DAY = timedelta(days=1)
BOTH = Periods(NOW - 30 * DAY, NOW, NOW - 60 * DAY)


def theme(code: str, **changes: Any) -> Theme:
    given: dict[str, Any] = {
        "id": f"thm_{code}", "code": code, "version": 1, "title": code, "description": "",
        "words": (), "key_result_area": Result.CUSTOMERS, "plan": None, "objective": None,
        "layer": Layer.SERVICE, "owner": None, "forum": None, "status": ThemeStatus.ACTIVE,
        "changed_by": "Clerk", "recorded_at": NOW,
    }  # fmt: skip
    return Theme(**{**given, **changes})


def came(days_ago: float, *words: str, source: Source = Source.ISSUE, of: str = "sc") -> Mention:
    return Mention(NOW - days_ago * DAY, words, source, of)


def agreed(done_days_ago: float | None, name: str = "acn_1") -> Agreed:
    done = None if done_days_ago is None else NOW - done_days_ago * DAY
    return Agreed(name, "Pay sooner", "priya-nair", None, "bmf", done)


def test_what_has_several_words_of_a_theme_counts_once_and_case_tells_nothing() -> None:
    late = theme("late-payment", words=("Late payment", "overdue"))
    other = theme("fuel")
    found = themes.mentions_by_theme(
        [late, other],
        [came(1, "overdue", "LATE PAYMENT"), came(2, "fuel", "late-payment"), came(3, "else")],
    )
    assert {name: len(each) for name, each in found.items()} == {late.id: 2, other.id: 1}


def test_a_period_has_its_end_and_not_its_beginning() -> None:
    some = [came(days) for days in (0, 30, 60, -1)]
    found = themes.frequency(some, BOTH)
    assert (found["now"]["total"], found["before"]["total"]) == (1, 1)


@pytest.mark.parametrize(
    ("now", "before", "way"),
    [(0, 0, "none"), (2, 0, "new"), (3, 2, "rising"), (2, 2, "level"), (1, 2, "falling")],
)
def test_the_trend_is_what_now_is_beside_then(now: int, before: int, way: str) -> None:
    some = [came(1)] * now + [came(40)] * before
    assert themes.frequency(some, BOTH)["trend"] == way


def test_what_began_with_the_record_has_no_period_before() -> None:
    found = themes.frequency([came(0, source=Source.FEEDBACK)], Periods(NOW - DAY, NOW, NOW - DAY))
    assert found["before"] is None
    assert found["now"] == {"issues": 0, "contacts": 0, "feedback": 1, "total": 1}


@pytest.mark.parametrize(
    ("actions", "before", "after", "state", "told"),
    [
        ([], 9, 1, Loop.NO_ACTION, (None, None, None)),
        ([agreed(50), agreed(None)], 9, 1, Loop.ACTION_OPEN, (None, None, None)),
        ([agreed(29)], 9, 1, Loop.TOO_SOON, (None, None, None)),
        ([agreed(50)], 4, 4, Loop.TOO_FEW, (50, None, None)),
        ([agreed(50)], 9, 6, Loop.FELL, (50, 9, 6)),
        ([agreed(50)], 9, 1, Loop.FELL, (50, 9, None)),
        ([agreed(50)], 9, 0, Loop.FELL, (50, 9, 0)),
        ([agreed(50)], 6, 6, Loop.SAME, (50, 6, 6)),
        ([agreed(60), agreed(50)], 5, 7, Loop.ROSE, (50, 5, 7)),
        ([agreed(200)], 6, 5, Loop.FELL, (90, 6, 5)),
    ],
)
def test_whether_the_loop_was_closed(
    actions: list[Agreed], before: int, after: int, state: Loop, told: tuple[int | None, ...]
) -> None:
    end = max((NOW - each.done_at for each in actions if each.done_at), default=50 * DAY)
    end = min((NOW - each.done_at for each in actions if each.done_at), default=end)
    span = min(end, 90 * DAY)
    some = [Mention(NOW - end, (), Source.ISSUE, None)] * before  # at its very end: before it
    some += [Mention(NOW - end + span, (), Source.ISSUE, None)] * after
    some += [Mention(NOW - end - span, (), Source.ISSUE, None)] * 50  # longer ago than is looked
    found = themes.loop(some, actions, NOW)
    assert found["state"] == state.value
    assert found["closed"] is (state is Loop.FELL)
    assert (found["days"], found["before"], found["after"]) == told


def test_small_counts_of_clusters_are_withheld_with_what_would_give_them_away() -> None:
    some = [came(1, of="a")] * 7 + [came(1, of="b")] * 6 + [came(1, of="c")] * 2
    some += [came(40, of="c")] * 9 + [came(1, of="elsewhere")] * 9
    some += [Mention(NOW, (), Source.CONTACT, None)] * 9
    counts = themes.by_cluster(some, BOTH, ("a", "b", "c", "d"))
    assert counts == {"a": 7, "b": None, "c": None, "d": 0}


def test_key_themes_are_active_and_came_up_or_are_the_forums_own_the_frequent_first() -> None:
    register = [
        theme("a"), theme("b"), theme("c", forum="bmf"), theme("d", status=ThemeStatus.CLOSED),
        theme("e"), theme("f"), theme("g", forum="other"),
    ]  # fmt: skip
    some = [came(1, "d"), came(1, "b"), came(2, "b"), came(1, "e"), came(40, "e"), came(40, "f")]
    acted = {"thm_b": [agreed(None)]}
    found = key_themes.told(Gathered(register, acted, some, BOTH, NOW.date()), "bmf")
    assert [each["code"] for each in found] == ["b", "e", "f", "c"]
    assert [action["text"] for action in found[0]["actions"]] == ["Pay sooner"]
    assert "by_cluster" not in found[0]
    begun = Periods(BOTH.since, NOW, BOTH.since)
    [first, *_] = key_themes.told(Gathered(register, {}, some, begun, NOW.date(), ("sc",)), "bmf")
    assert first["by_cluster"] == {"sc": None}


@pytest.mark.parametrize(("days", "first"), [(0, "quiet"), (-1, "loud")])
def test_what_a_forum_agreed_to_put_first_stands_first_to_the_last_day_of_it(
    days: int, first: str
) -> None:
    until = NOW.date() + days * DAY
    quiet = theme("quiet", priority=Priority("PF-2026-014", until))
    register = [theme("loud"), quiet]
    found = key_themes.told(Gathered(register, {}, [came(1, "loud")], BOTH, NOW.date()), "bmf")
    assert found[0]["code"] == first
    told = [item["priority"] for item in found if "priority" in item]
    assert told == ([{"decision": "PF-2026-014", "until": until.isoformat()}] if days == 0 else [])


# ---------------------------------------------------------------- suggestions


def issues(*titles: str, word: str = "") -> list[Text]:
    return [Text(f"iss_{n}", f"SSI-{n}", title, word) for n, title in enumerate(titles)]


def by_hand(word: str, now: list[Text], before: list[Text]) -> float:
    """The score of a word, from the formula as the documentation tells it."""
    cells = []
    for texts in (now, before):
        has = sum(word in text.title.lower().split() for text in texts)
        cells += [has + 0.5, len(texts) - has + 0.5]
    a, b, c, d = cells
    return (log(a / b) - log(c / d)) / sqrt(sum(1 / each for each in cells))


def test_words_that_come_up_more_than_they_did_are_suggested_with_their_issues() -> None:
    filler = ["pay slip wrong", "leave balance", "roster changed", "pay run delayed"]
    before = issues(*filler * 10)
    now = issues(*filler * 3, *["fuel cards blocked"] * 6)
    [found] = suggestions.suggested(now, before, [])
    assert found.words[0] in {"blocked", "cards blocked", "fuel cards"}
    assert set(found.words) == {"fuel", "cards", "blocked", "fuel cards", "cards blocked"}
    assert found.score == round(by_hand("fuel", now, before), 2)
    assert (found.now, found.before) == (6, 0)
    assert {each.title for each in found.issues} == {"fuel cards blocked"}
    assert suggestions.suggested(list(reversed(now)), before, [])[0].words == found.words
    assert suggestions.suggested(now, before, ["Fuel cards are blocked"]) == []


def test_nothing_is_suggested_of_few_issues_of_stop_words_or_where_nothing_changed() -> None:
    before = issues(*["pay slip wrong"] * 20)
    assert suggestions.suggested(issues(*["fuel card"] * 2), before, []) == []
    assert suggestions.suggested(issues(*["which were 42 99 of us"] * 9), before, []) == []
    assert suggestions.suggested(before, before, []) == []
    assert suggestions.suggested(before, [], []) == [], "there is nothing to hold it against"


def test_what_is_suggested_is_what_the_formula_says_of_every_word() -> None:
    random = Random(7)  # noqa: S311 - to be repeated
    names = [f"{letter * 3}{other}" for letter in "bcdfgh" for other in "klm"]

    def titles(count: int, more: list[str]) -> list[Text]:
        return issues(*(" ".join(random.sample(names + more, 4)) for _ in range(count)))

    now, before = titles(60, names[:4] * 4), titles(200, [])
    told = {w for each in suggestions.suggested(now, before, []) for w in each.words}
    seen = Counter(word for text in now for word in set(text.title.split()))
    wanted = {w for w in seen if seen[w] >= 3 and by_hand(w, now, before) >= 1.96}
    assert {word for word in told if " " not in word} == wanted
    assert wanted


def test_at_most_ten_are_suggested_the_most_telling_first() -> None:
    now = issues(*(f"{letter * 4}" for letter in "bcdfghjklmnp" for _ in range(12)))
    found = suggestions.suggested(now, issues(*["other"] * 300), [])
    assert len(found) == suggestions.MOST
    assert all(one.score >= other.score for one, other in pairwise(found))
