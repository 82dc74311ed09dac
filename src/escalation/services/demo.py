"""The demonstration: a cluster, its ladders, and a dozen issues in the middle of their lives."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from escalation.errors import Broken
from escalation.routing.publication import Publication
from escalation.services import demo_digests, framework, themes
from escalation.services.demo_issues import ISSUES, Story
from escalation.services.demo_themes import THEMES
from escalation.services.desk import Desk
from escalation.services.jobs import Job
from escalation.services.registry import Known
from escalation.store.issues import any_issue
from escalation.store.transaction import read
from escalation.timekeeping.calendar import Calendar
from escalation.workflow.facts import Actor

ACTOR = Actor(kind="import", name="the demonstration")
CALENDAR = "brisbane"
HOUR = 3_600


@dataclass(frozen=True, slots=True)
class Prepared:
    """What there was to do: nothing, after the first time."""

    directory: bool
    ladders: bool
    issues: int
    subscriptions: int = 0


def prepare(desk: Desk, config: Path) -> Prepared:
    """Put the files of ``config`` in force where none is, and log issues where there are none.

    The issues are written in one transaction: all of them, or none. Call it before the desk has
    other work: it decides in the caller's thread.

    Raises:
        Broken: a file is not there.
        Invalid: a file has mistakes.
    """
    known = framework.in_force(desk)
    directory = ladders = False
    if known.directory is None:
        name, source = _file(config, "directory.yaml")
        directory = framework.apply_directory(desk, source, name, actor=ACTOR).changed
    if known.publication is None:
        name, source = _file(config, "escalation_ladders.yaml")
        mode, reason = framework.NEW_ONLY, "the demonstration"
        published = framework.publish(desk, source, name, mode=mode, reason=reason, actor=ACTOR)
        ladders = published.changed
    logged = _log(desk, framework.in_force(desk))
    return Prepared(directory, ladders, logged, demo_digests.subscribe(desk) if logged else 0)


def _file(config: Path, name: str) -> tuple[str, bytes]:
    file = config / name
    try:
        return name, file.read_bytes()
    except OSError as error:
        raise Broken(
            f"The demonstration needs {file}: {error.strerror}."
            " ESCALATION_CONFIG_DIR names the folder it is in."
        ) from error


def _log(desk: Desk, known: Known) -> int:
    """Log the issues of the demonstration, where they fit and none was ever logged; its themes."""
    publication = known.publication
    if publication is None or known.directory is None or not _fits(known, publication):
        return 0
    with read(desk.engine) as connection:
        if any_issue(connection):
            return 0
    calendar, now = publication.calendar(CALENDAR), desk.clock.now()
    jobs = [job for story in ISSUES for job in _jobs(desk, story, calendar, now)]
    for outcome in desk.run(jobs):
        if isinstance(outcome, Exception):
            raise outcome
    for theme in THEMES:
        themes.record(desk, theme, ACTOR)
    return len(ISSUES)


def _fits(known: Known, publication: Publication) -> bool:
    """Whether the files in force are those the issues were written for, and not someone's own."""
    parties = known.directory.parties if known.directory is not None else {}
    return CALENDAR in publication.file.calendars and all(
        story.log.agency in parties for story in ISSUES
    )


def _jobs(desk: Desk, story: Story, calendar: Calendar, now: datetime) -> Iterator[Job]:
    """One issue's logging and what was done since, each at its instant in the past."""
    stem = desk.stem()
    logged = calendar.subtract(now, round(story.hours_ago * HOUR))
    yield Job(stem=stem, actor=ACTOR, ask=story.log, at=logged, answers=False)
    for hours, ask in story.since:
        at = min(now, calendar.add(logged, round(hours * HOUR)))
        yield Job(
            stem=desk.stem(), actor=ACTOR, ask=ask(at), issue=f"iss_{stem}", at=at, answers=False
        )
