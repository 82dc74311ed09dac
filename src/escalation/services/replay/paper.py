"""What a replay ends in: a board's paper, its totals held against what the log itself says."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from escalation.reports import FORMATS
from escalation.reports.heading import Heading
from escalation.routing.directory import Forum
from escalation.routing.vocabulary import ForumKind
from escalation.services.asked_cards import AskedCard
from escalation.services.asked_digests import Asked
from escalation.services.replay.cases import Did, LogCase, Read
from escalation.services.replay.driving import Tally
from escalation.services.replay.stage import Stage
from escalation.store.base import canonical_document
from escalation.store.transaction import snapshot

_BEFORE = timedelta(days=1)
_COUNTED = {
    "logged": (Did.LOG, "issue.logged"),
    "resolved": (Did.RESOLVE, "issue.resolved"),
    "closed": (Did.CLOSE, "issue.closed"),
    "withdrawn": (Did.WITHDRAW, "issue.withdrawn"),
}
"""Measures that a log tells too: the act that it comes to there, and the event that it is here."""
Document = Mapping[str, Any]


def paper_of(stage: Stage, taken: Read, tally: Tally) -> dict[str, Any]:
    """The paper of the highest board over the whole log; of no board, the scorecard of all.

    ``log`` in it has each total as the log tells it, what a rule refused, what the engine and
    forums did beside it, and whether that comes to the total of the paper.
    """
    since, as_at = taken.first_at - _BEFORE, taken.last_at
    instants, desk, body = (as_at, stage.clock.now()), stage.desk, _board(stage)
    with snapshot(stage.engine) as connection:
        asked: Asked | AskedCard
        if body is None:
            asked = AskedCard.of(desk, connection, "scorecard:ssi", instants, since)
        else:
            asked = Asked.of(desk, connection, body.code, instants, since)
        document: dict[str, Any] = json.loads(asked.content(connection))
    measured = document.get("scorecard", document)["figures"]["now"]
    return {**document, "log": _against(taken.cases, tally, measured)}


def rendered(document: Document, name: str, kind: str) -> bytes:
    """The paper of the replay of a log of that name, as ``json`` or one of the formats."""
    body = canonical_document(document)
    if kind == "json":
        return body
    number = f"of the replay of {name}"
    return FORMATS[kind](
        json.loads(body),
        Heading(number, sha256(body).hexdigest(), datetime.fromisoformat(document["as_at"])),
    )


def _board(stage: Stage) -> Forum | None:
    kinds = (ForumKind.CEO_BOARD, ForumKind.GOVERNING_BOARD)
    boards = [each for each in stage.directory.forums.values() if each.kind in kinds]
    return min(boards, key=lambda each: (kinds.index(each.kind), each.code), default=None)


def _against(
    cases: Iterable[LogCase], tally: Tally, measured: Mapping[str, int]
) -> dict[str, dict[str, int | bool]]:
    told = Counter(step.did for case in cases for step in case.steps)
    found: dict[str, dict[str, int | bool]] = {}
    for measure, (did, event) in _COUNTED.items():
        refused = sum(n for (act, _), n in tally.refused.items() if act == did) + tally.lost[did]
        refused += tally.not_logged.total() if did is Did.LOG else 0
        beside, here = tally.beside[event], measured[measure]
        found[measure] = {
            "in_the_log": told[did],
            "refused": refused,
            "by_the_engine": beside,
            "in_the_paper": here,
            "agrees": told[did] - refused + beside == here,
        }
    return found
