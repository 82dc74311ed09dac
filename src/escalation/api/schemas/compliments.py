"""The compliment report: what it is asked for, and what it tells."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from escalation.api.schemas.queries import Cut
from escalation.api.schemas.reports import PeriodQuery
from escalation.api.schemas.shape import Shape


class ComplimentsQuery(PeriodQuery):
    """Which period, and of whom."""

    party: Annotated[Cut, Field(description="A provider or an agency.")] | None = None
    function: Cut | None = None
    region: Cut | None = None

    @property
    def of(self) -> dict[str, str]:
        """What it is narrowed to."""
        sent = {name: getattr(self, name) for name in ("party", "function", "region")}
        return {name: code for name, code in sent.items() if code is not None}


class Team(Shape):
    """A party with its function and region: never a person."""

    party: str | None
    function: str | None
    region: str | None
    compliments: int


class CodeCount(Shape):
    """How many compliments one code has."""

    code: str | None
    compliments: int


class QuoteView(Shape):
    """Words that may be quoted; `name` only where whoever said them lets it be told."""

    reference: str
    received_at: datetime
    text: str
    name: str | None
    party: str | None
    function: str | None
    region: str | None


class Compliments(Shape):
    """Compliments of a period by team, and the words that may be quoted."""

    schema_: Annotated[str, Field(alias="schema")]
    title: str
    of: dict[str, str]
    since: datetime
    as_at: datetime
    known_at: datetime
    zone: str
    dictionary: str
    titles: dict[str, dict[str, str]]
    compliments: int
    teams: list[Team]
    by: dict[str, list[CodeCount]]
    quotes: list[QuoteView]
    quotes_in_all: int
