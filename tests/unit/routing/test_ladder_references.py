import pytest

from tests.unit.routing.samples import LADDERS, Change, ladders, place_of, refused_ladders

BOTH = "{function: plain, agreement: whole}"
FORUM = "forum: {kind: business_manager_forum, of: cluster}"
TARGET = "target: {critical: 4 hours, high: 1 day, medium: 2 business days, low: 5 business days}"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("- rung: directors", "- rung: director"), "found the rung `director`, expected"),
        (("- rung: forum", "- rung: forums"), "the nearest is `forum`"),
        (("- rung: forum", "- rung: board"), "the last rung, which is never skipped"),
        (("when: {severity: critical}", "when: {}"), "found no condition, expected at least one"),
        (("when: {severity: critical}", "when: {colour: red}"), "found `colour`, expected"),
        (("- id: directors", "- id: managers"), "found the rung `managers` again"),
        (("medium: 2 business days, ", ""), "found no `medium`, expected it in"),
        (("{provider: service_manager, agency", "{agency"), "found no `provider`, expected it in"),
        ((f"        {TARGET}\n", ""), "found no `target`, expected it in"),
        (("        grace: 1 business day\n", "        target: 1 day\n"), "officers' rung's alone"),
        (("empty_seat: alternate", "grace: 1 day"), "a forum rung's alone; expected none here"),
        ((FORUM, "forum: {kind: client_forum, of: cluster}"), "found the forum `client_forum`"),
        ((FORUM, "forum: {kind: ceo_board, of: cluster}"), "expected `initiative`, whose body"),
        ((FORUM, "forum: {kind: ceo_bored, of: cluster}"), "the nearest is `ceo_board`"),
        ((FORUM, "forum: {kind: ceo_board, of: clutser}"), "the nearest is `cluster`"),
        (("layer: operational", "layer: operatonal"), "the nearest is `operational`"),
        (("  meanings: {critical: worst, high: bad, ", "  meanings: {"), "found no `critical`"),
        (("    low: {high: medium, medium: low, low: low}\n", ""), "found no `low`"),
        (("low: {high: medium, medium: low, low: low}", "low: {high: low, low: low}"), "`medium`"),
        (("inform: 5 business days", "inform: {critical: 1 day, high: 2 days, low: 3 days}"),
         "found no `medium`, expected it in `base.clocks.inform`"),
        (("      dependency: 30 business days\n", ""), "found no `dependency`"),
    ],
)  # fmt: skip
def test_parts_of_a_ladder_that_do_not_fit_are_refused(change: Change, words: str) -> None:
    messages = refused_ladders(change)
    assert any(words in message for message in messages)


def test_each_scope_has_one_default_ladder() -> None:
    other = LADDERS[LADDERS.index("  whole:") : LADDERS.index("olas:")]
    messages = refused_ladders(("olas:", other.replace("whole:", "other:", 1) + "olas:"))
    assert "found a second default ladder for the scope `agreement`" in messages[0]
    messages = refused_ladders(("default: true\n", "default: false\n"))
    place = place_of(LADDERS, "ladders:")
    assert [message.split(": ")[0] for message in messages] == [f"ladders.yaml:{place}"]
    assert "found no default ladder for the scope `function`" in messages[0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("    calendar: coast", "    calendar: cost"), "the nearest is `coast`"),
        (("ends: 2027-06-30", "ends: 2024-06-30"), "a date from `2025-07-01` on"),
        (("    client: health", "    client: alpha"), "the provider itself"),
        ((BOTH, "{function: plane, agreement: whole}"), "`plain`"),
        ((BOTH, "{function: whole, agreement: whole}"), "a ladder of scope `agreement`"),
        ((BOTH, "{function: plain}"), "found no `agreement`"),
        ((BOTH, "{agreement: whole}"), "expected a ladder for it"),
        (("    overrides:\n      function:", "    overrides:\n      funtion:"), "`function`"),
        (("omit: [forum]", "omit: [board]"), "the last rung, which is never omitted"),
        (("omit: [forum]", "omit: [form]"), "the nearest is `forum`"),
        (("after: directors", "after: director"), "the nearest is `directors`"),
        (("            id: pair\n", "            id: managers\n"), "the rung `managers` again"),
        (("            target: 3 business days\n", ""), "found no `target`"),
        (("          managers:\n", "          forum:\n"), "found `forum`, expected `managers`"),
        (("            lead: agency\n", "            grace: 1 day\n"), "a forum rung's alone"),
        (("            warnings: [50%", "            grace: 1 day\n            warnings: [50%"),
         "a forum rung's alone"),
        (("          managers:\n", "          board:\n"), "an officers' rung's alone"),
        (("            lead: agency\n", "            leed: agency\n"), "the nearest is `lead`"),
        (("          review: 14 days\n", "          statutory: {}\n"), "found `statutory`"),
    ],
)  # fmt: skip
def test_an_agreement_that_does_not_fit_its_ladder_is_refused(change: Change, words: str) -> None:
    messages = refused_ladders(change)
    assert any(words in message for message in messages)


def test_an_override_may_move_a_forum_rung_to_another_body() -> None:
    board = """\
          managers:
            target: {medium: 1 business day}
            lead: agency
"""
    moved = "          board:\n            forum: {kind: governing_board, of: provider}\n"
    published = ladders((board, moved))
    forum = published.effective("ola-health", "function").rung("board").forum
    assert forum is not None
    assert forum.of == "provider"
    (message,) = refused_ladders((board, moved.replace("of: provider", "of: cluster")))
    assert "expected `provider`, whose body a `governing_board` is" in message


def test_a_rung_may_be_inserted_after_one_that_is_omitted() -> None:
    published = ladders(("after: directors", "after: forum"))
    rungs = [rung.id for rung in published.effective("ola-health", "function").rungs]
    assert rungs == ["managers", "directors", "pair", "board"]


def test_rungs_inserted_after_one_another_keep_their_order() -> None:
    pair = LADDERS[
        LADDERS.index("          - after: directors") : LADDERS.index(
            "        rungs:\n          managers"
        )
    ]
    second = pair.replace("id: pair", "id: second")
    third = pair.replace("id: pair", "id: third").replace("after: directors", "after: pair")
    published = ladders((pair, pair + second + third))
    rungs = [rung.id for rung in published.effective("ola-health", "function").rungs]
    assert rungs == ["managers", "directors", "pair", "third", "second", "board"]
