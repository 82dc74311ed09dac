"""What is unwise in what decisions are made under: ladders, calendars, agreements."""

from datetime import date, datetime, timedelta

from escalation.services.ailments import Found, unwise
from escalation.services.registry import Known

HORIZON = timedelta(days=548)
"""Calendars should be known for eighteen months."""
REVIEW_SOON = timedelta(weeks=10)


def of_framework(known: Known, now: datetime) -> Found:
    """What is not in force, and calendars that end soon."""
    if known.publication is None or known.directory is None:
        what = "No ladders are published, or no directory is applied: nothing can be logged."
        yield unwise("nothing_in_force", what, "escalation directory apply; ladders publish.")
        return
    horizon = (now + HORIZON).date()
    for name, calendar in known.publication.file.calendars.items():
        if calendar.known_until < horizon:
            yield unwise(
                "short_horizon",
                f"The calendar {name} is known until {calendar.known_until}, less than eighteen"
                " months ahead.",
                "Publish the ladder file with a later known_until.",
            )


def of_reviews(known: Known, now: datetime) -> Found:
    """What the framework says is to be reviewed, and was not by the day that it says."""
    publication, directory = known.publication, known.directory
    if publication is None or directory is None:
        return
    today = now.date()
    soon = today + REVIEW_SOON
    running = [
        *(
            (f"agreement {key}", each.review_date, each.ends)
            for key, each in publication.file.olas.items()
        ),
        *(
            (f"partnering agreement {key}", each.review_date, each.ends)
            for key, each in directory.file.partnering_agreements.items()
        ),
        *(
            (f"ladder {key}", each.review_date, date.max)
            for key, each in publication.file.ladders.items()
        ),
    ]
    ahead = [f"{name} ({day})" for name, day, ends in running if today <= day <= min(soon, ends)]
    if ahead:
        what = f"These are to be reviewed within ten weeks: {', '.join(ahead)}."
        yield unwise("review_soon", what, "Put it before the forum; a later day needs a new file.")
    late = [f"{name} ({review})" for name, review, ends in running if review < today <= ends]
    if late:
        what = f"The day by which these were to be reviewed has passed: {', '.join(late)}."
        yield unwise("review_due", what, "Review them, and put the file in force with a later day.")
