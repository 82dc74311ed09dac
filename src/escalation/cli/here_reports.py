"""Reports and surveys of the database itself, by the methods of the client."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from escalation.bootstrap import Container
from escalation.cli.opening import me
from escalation.client.listing import Page
from escalation.digests.outcomes import Narrowed
from escalation.services import at_hand
from escalation.services.mail import asking
from escalation.services.reading import outcomes
from escalation.services.reading.outcomes import OutcomeQuestion
from escalation.services.reading.themes import ThemeQuestion
from escalation.services.surveys import importing, reading
from escalation.services.surveys.importing import Sent
from escalation.services.surveys.invitations import Invitations

View = dict[str, Any]


class Reports:
    """What planning takes from a period of the database."""

    def __init__(self, container: Container) -> None:
        """At its desk."""
        self._inside = container

    def outcomes(self, **query: Any) -> View:  # noqa: ANN401 - the query's own
        """Outcomes with cause, remedy, cost effect, further action, plan and cycle."""
        with at_hand.look(self._inside.desk, me()) as look:
            return outcomes.given(look, _question(**query))

    def training(self, **query: Any) -> View:  # noqa: ANN401 - as above
        """Outcomes for want of skills, and the actions that train people."""
        with at_hand.look(self._inside.desk, me()) as look:
            return outcomes.training(look, _question(**query))


class Surveys:
    """Surveys of the database."""

    def __init__(self, container: Container) -> None:
        """At its desk."""
        self._inside = container

    def list(self) -> Iterator[View]:
        """The surveys of the survey file, with their questions."""
        self._inside.surveys.check()
        with at_hand.look(self._inside.desk, me()) as look:
            yield from reading.every(self._inside.surveys, look.known.directory, look.now)

    def rounds(self) -> Iterator[View]:
        """What periodic surveys came to in each period, the newest first."""
        inside = self._inside
        inside.surveys.check()
        with at_hand.look(inside.desk, me()) as look:
            yield from asking.told_of(look, inside.surveys, mails=inside.asks_by_mail)

    def first(self, limit: int, /, *, answered: bool | None = None) -> Page:
        """The first so many who were asked, the newest first."""
        inside = self._inside
        asked = Invitations(inside.vault, inside.surveys, inside.settings.public_url or "")
        with at_hand.look(inside.desk, me()) as look:
            page = asked.page(look, answered=answered, after=None, limit=limit)
        return Page(page.items, None, None)

    def bring_in(
        self,
        raw: bytes,
        *,
        survey: str,
        period: str,
        name: str = "answers.csv",
        tell: Callable[[int], object] | None = None,
    ) -> View:
        """Bring in a file of answers: the whole, or nothing of it; ``tell`` hears of each line."""
        inside = self._inside
        inside.surveys.check()
        sent = Sent(raw, name, survey, period)
        answer = importing.bring_in(
            inside.desk, inside.surveys, sent, me(), tell=tell or importing.silent
        )
        found: View = json.loads(answer.body)
        return found


def _question(
    *, since: datetime | None = None, as_at: datetime | None = None, plan: str | None = None
) -> OutcomeQuestion:
    among = {} if plan is None else {"plan": (plan,)}
    period = ThemeQuestion(since=since, as_at=as_at)
    return OutcomeQuestion(period=period, narrowed=Narrowed(among=among))
