"""Reports of a period, and surveys: what is asked of people, who was asked, what they answered."""

from collections.abc import Callable, Iterator
from typing import Any

from escalation.client.line import Asked, Line
from escalation.client.listing import Page, every, some


class Reports:
    """What planning takes from a period."""

    def __init__(self, line: Line) -> None:
        """Over a line to the service."""
        self._line = line

    def outcomes(self, **query: Any) -> dict[str, Any]:  # noqa: ANN401 - the query's own
        """Outcomes with cause, remedy, cost effect, further action, plan and cycle."""
        found: dict[str, Any] = self._line.found("get_outcomes", Asked(query=query))
        return found

    def training(self, **query: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
        """Outcomes for want of skills, and the actions that train people."""
        found: dict[str, Any] = self._line.found("get_training", Asked(query=query))
        return found


class Surveys:
    """What can be done with surveys."""

    def __init__(self, line: Line) -> None:
        """Over a line to the service."""
        self._line = line

    def list(self) -> Iterator[dict[str, Any]]:
        """The surveys of the survey file, with their questions."""
        return every(self._line, "list_surveys", {})

    def rounds(self) -> Iterator[dict[str, Any]]:
        """What periodic surveys came to in each period, the newest first."""
        return every(self._line, "list_survey_rounds", {})

    def first(self, limit: int, /, *, answered: bool | None = None) -> Page:
        """The first so many who were asked, the newest first."""
        return some(self._line, "list_survey_invitations", {"answered": answered}, limit)

    def bring_in(
        self,
        raw: bytes,
        *,
        survey: str,
        period: str,
        name: str = "answers.csv",
        tell: Callable[[int], object] | None = None,
    ) -> dict[str, Any]:
        """Bring in a file (CSV) of answers of a survey: the whole, or nothing of it.

        ``name`` is how messages call it; ``tell`` hears, at the end, of each line twice.
        """
        query = {"survey": survey, "period": period, "name": name}
        asked = Asked(query=query, body=raw, content_type="text/csv")
        found: dict[str, Any] = self._line.found("import_survey", asked)
        if tell is not None:
            tell(2 * raw.count(b"\n"))
        return found
