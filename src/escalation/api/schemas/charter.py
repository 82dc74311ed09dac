"""The customer service charter as it is shown to anyone."""

from datetime import date
from typing import Annotated

from pydantic import Field

from escalation.api.schemas.shape import Shape


class ChartersStandard(Shape):
    """What the charter promises, in the words that it had in this version."""

    id: str
    title: str
    statement: str
    clause: str | None


class Consulted(Shape):
    """Who was asked while the charter was made."""

    who: str
    on: date
    how: str | None


class CharterVersion(Shape):
    """A version of the charter that there is."""

    id: str
    title: str
    effective: date


class CharterView(Shape):
    """A version of the customer service charter."""

    id: str
    title: str
    effective: date
    until: Annotated[date | None, Field(description="Its last day, where a later one is known.")]
    about: str
    standards: list[ChartersStandard]
    consulted: list[Consulted]
    complaints: Annotated[str, Field(description="How to complain.")]
    review_date: date | None
    versions: list[CharterVersion]
