"""What a paper says where a ladder ends, a rung is gone, or a board is a cluster's own."""

from dataclasses import replace

from escalation.digests.items import Items
from escalation.digests.oversight import card_for
from escalation.digests.papers import _Agreed, _seat, _seeks
from escalation.digests.selection import Selection
from escalation.routing.vocabulary import ForumOwner, Severity
from tests.digests.test_projection import NOW, framework, standing

FRAME = framework()
LADDER = FRAME.publication.effective(None, "ssi-standard")


def test_on_the_last_rung_there_is_nobody_to_send_it_on_to() -> None:
    title = LADDER.rungs[-1].title
    last, before = (_Agreed.of(LADDER, each.id, Severity.LOW) for each in LADDER.rungs[:-3:-1])
    items = Items(FRAME, Selection("bmf-southern-cross", NOW, NOW, None))
    stands, exhausted = (items.of(standing(issue=str(at), exhausted_at=at)) for at in (None, NOW))
    assert "this is the last rung" in _seeks(last, stands, set())
    assert title in _seeks(before, stands, set())
    assert "nowhere left" in _seeks(last, exhausted, set())


def test_who_spoke_on_a_rung_that_the_ladder_has_no_more_has_no_role() -> None:
    assert _seat(LADDER, "service_manager", "provider") == "service_manager"
    assert _seat(LADDER, "abolished", "provider") is None


def test_a_clusters_own_board_oversees_the_cluster() -> None:
    board = FRAME.directory.forums["board-meridian"]
    own = replace(board, of=ForumOwner.CLUSTER, owner="southern-cross")
    for forum, profile in ((board, "scorecard:business:meridian"),
                           (own, "scorecard:cluster:southern-cross")):  # fmt: skip
        card = card_for(forum, FRAME)
        assert card is not None
        assert card.profile == profile
