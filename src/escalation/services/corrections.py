"""Corrections: what was made before a matter was sealed is made again without it.

A digest shows an issue by its id. A figure points at nobody, but two scorecards of the same differ
by a matter that was sealed between them: what counts it is corrected too.
"""

from collections.abc import Iterator

from escalation.services import withholding
from escalation.services.desk import Desk
from escalation.services.kept_digests import Made, keep, question_of
from escalation.store import digests
from escalation.store.digests import StoredDigest
from escalation.store.transaction import Connection, read, snapshot
from escalation.workflow.facts import ENGINE, Actor


def current(desk: Desk, stored: StoredDigest, actor: Actor) -> Made:
    """A digest, or what stands for it once issues that it tells of have been sealed."""
    while True:
        with snapshot(desk.engine) as connection:
            instead = digests.correction(connection, stored.id)
            stale = instead is None and _is_stale(desk, connection, stored)
        if stale:
            return correct(desk, stored, actor)
        if instead is None:
            return Made(stored, new=False)
        stored = instead


def _is_stale(desk: Desk, connection: Connection, stored: StoredDigest) -> bool:
    """Whether it shows an issue that has been sealed since, or counts one just now sealed."""
    content = digests.content(connection, stored.id)
    return bool(withholding.shown(connection, stored, content)) or any(
        _counts(desk, connection, stored, issue)
        for issue in digests.all_recalled(connection)
        if digests.may_count(connection, stored, issue)
    )


def correct(desk: Desk, old: StoredDigest, actor: Actor) -> Made:
    """Make the digest that corrects another: of the same, without what has been sealed since."""
    with snapshot(desk.engine) as connection:
        asked = question_of(desk, connection, old, corrects=old)
        content = asked.content(connection)
    return keep(desk, asked, content, actor)


def correct_next(desk: Desk) -> int:
    """Correct what tells of one of the issues sealed lately; answers how many issues."""
    with read(desk.engine) as connection:
        issue = digests.recalled(connection)
        found = () if issue is None else digests.uncorrected(connection)
    if issue is None:
        return 0
    for old in _telling_of(desk, found, issue):
        correct(desk, old, ENGINE)
    desk.do(lambda connection, _: digests.settle_recall(connection, issue)).result()
    return 1


def _telling_of(desk: Desk, found: tuple[StoredDigest, ...], issue: str) -> Iterator[StoredDigest]:
    """Those that show an issue, or count it."""
    for stored in found:
        with snapshot(desk.engine) as connection:
            tells = digests.shows(connection, stored, issue) or (
                digests.may_count(connection, stored, issue)
                and _counts(desk, connection, stored, issue)
            )
        if tells:
            yield stored


def _counts(desk: Desk, connection: Connection, stored: StoredDigest, issue: str) -> bool:
    """Whether figures of it have an issue in them that has been sealed since.

    What was sealed in the second in which it was made may be in them or not: both are tried.
    """
    perhaps = withholding.sealed_since_made(connection, stored)
    if issue not in perhaps:
        return False
    kept = digests.content(connection, stored.id)
    old = None if stored.corrects is None else digests.one(connection, stored.corrects)
    asked = question_of(desk, connection, stored, corrects=old)
    differs = False
    for later in ({issue, *withholding.sealed_later(connection, stored, kept)}, {*perhaps}):
        without = asked.content(connection, tuple(sorted(later - {issue})))
        if without == kept:
            return False
        differs = differs or asked.content(connection, tuple(sorted(later))) != without
    return differs
