"""When a subscription's windows end: read from what was asked or kept."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, NoReturn

from escalation.digests.windows import CLOSEST, BeforeMeetings, ByRule, Course, Occasions, begun
from escalation.errors import Fault, Invalid
from escalation.routing.directory import Forum
from escalation.routing.wording import not_among
from escalation.services.views import told
from escalation.timekeeping.duration import Duration, Unit
from escalation.timekeeping.instants import zone_named
from escalation.timekeeping.recurrence import Recurrence
from escalation.workflow.facts import Agreement

FARTHEST = 60
"""Business days before a meeting at most."""


class OccasionKind(StrEnum):
    """What says when a window ends."""

    BEFORE_MEETINGS = "before_meetings"
    RECURRING = "recurring"


def refuse(code: str, detail: str, pointer: str) -> NoReturn:
    """Refuse a subscription for one wrong value.

    Raises:
        Invalid: always.
    """
    fault = Fault(code, detail, pointer=pointer)
    raise Invalid("There is no such subscription to be had; nothing was changed.", errors=[fault])


def kept(asked: Mapping[str, Any], forum: str | None) -> Mapping[str, Any]:
    """What is kept of what was asked; meetings are those of the digest's own forum unless said.

    Raises:
        Invalid: a digest of no forum is to be made before meetings of none.
    """
    if asked["kind"] == OccasionKind.RECURRING:
        return asked
    code = asked.get("forum") or forum
    if code is None:
        refuse("missing", "found no `forum`, expected whose meetings", "/when/forum")
    return {**asked, "forum": code}


def read(occasion: Mapping[str, Any], under: Agreement) -> Occasions | None:
    """What is kept, as it holds now; nothing where the forum is no more."""
    if occasion["kind"] == OccasionKind.RECURRING:
        start = datetime.fromisoformat(occasion["start"])
        return ByRule(Recurrence(occasion["rule"], start, occasion["zone"]))
    body = under.directory.forums.get(occasion["forum"])
    return None if body is None else BeforeMeetings(under, body, Duration.parse(occasion["by"]))


def checked(occasion: Mapping[str, Any], under: Agreement) -> Occasions:
    """What is to be kept, once it has been found to say something.

    Raises:
        Invalid: with the place of what is wrong.
    """
    if occasion["kind"] == OccasionKind.RECURRING:
        return ByRule(_recurrence(occasion))
    return BeforeMeetings(under, _body(occasion, under), _wait(occasion["by"]))


def first_course(occasions: Occasions, now: datetime, since: datetime | None) -> Course:
    """Where a new subscription begins, once its rule has been found to come round.

    Raises:
        Invalid: it never does again, or too often; or the first window would begin ahead of now.
    """
    if since is not None and since >= now:
        refuse("in_the_future", f"found {told(since)}, expected an instant before now", "/since")
    course = begun(occasions, now, since)
    if isinstance(occasions, ByRule):
        if course.promised is None:
            refuse(
                "never", "its last occurrence has passed: it never comes round again", "/when/rule"
            )
        close = occasions.too_close(now)
        if close is not None:
            both = " and ".join(str(told(each)) for each in close)
            detail = f"found {both}, expected at least {int(CLOSEST.total_seconds() / 60)} minutes"
            refuse("too_often", f"{detail} from one to the next", "/when/rule")
    elif course.promised is None:
        refuse("never", "the forum does not meet again", "/when/forum")
    return course


def _recurrence(occasion: Mapping[str, Any]) -> Recurrence:
    try:
        zone_named(occasion["zone"])
    except ValueError as error:
        refuse("unknown_zone", str(error), "/when/zone")
    try:
        start = datetime.fromisoformat(occasion["start"])
        return Recurrence.parse(occasion["rule"], start, occasion["zone"])
    except ValueError as error:
        refuse("wrong_rule", str(error), "/when/rule")


def _body(occasion: Mapping[str, Any], under: Agreement) -> Forum:
    forums = under.directory.forums
    if occasion["forum"] not in forums:
        refuse("unknown_reference", not_among(occasion["forum"], forums), "/when/forum")
    return forums[occasion["forum"]]


def _wait(text: str) -> Duration:
    try:
        wait = Duration.parse(text)
    except ValueError as error:
        refuse("wrong_duration", str(error), "/when/by")
    if wait.unit is not Unit.BUSINESS_DAY or wait.count > FARTHEST:
        detail = f"found {text!r}, expected 1 to {FARTHEST} business days"
        refuse("wrong_duration", detail, "/when/by")
    return wait
