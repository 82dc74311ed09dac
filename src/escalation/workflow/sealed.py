"""What a sealed issue carries: why it is sealed, who may see it, to whom it was referred.

Values only. Source: the domain's "The life of an issue", sealed issues.
"""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from escalation.routing.vocabulary import Sensitivity


class Named(Struct, frozen=True):
    """A person who may see a sealed issue: who named them, when, and why."""

    person: str
    by: str
    at: datetime
    why: str | None = None


class Referral(Struct, frozen=True, kw_only=True):
    """The matter was put before another body, under a law or policy.

    ``by`` is who referred it; one that the ladder file asks for begins with the sealing, without a
    ``reference`` until that body has given one. ``outcome`` is what came of it.
    """

    id: str
    to: str
    under: str
    at: datetime
    by: str
    reference: str | None = None
    outcome: str | None = None
    outcome_at: datetime | None = None


class Sealing(Struct, frozen=True, kw_only=True):
    """Since when an issue is sealed, why, for whom, and where it was referred.

    ``sensitive`` is never empty. The holders of its seats may see it beside those ``named``.
    """

    at: datetime
    sensitive: tuple[Sensitivity, ...]
    named: tuple[Named, ...] = ()
    referrals: tuple[Referral, ...] = ()

    def referral(self, name: str) -> Referral | None:
        """The referral of that id."""
        return next((made for made in self.referrals if made.id == name), None)

    def names(self, person: str) -> bool:
        """Whether somebody has named that person."""
        return any(named.person == person for named in self.named)


def in_order(sensitive: Iterable[Sensitivity]) -> tuple[Sensitivity, ...]:
    """Sensitivities, each once, in the vocabulary's order."""
    given = set(sensitive)
    return tuple(word for word in Sensitivity if word in given)
