"""What is hidden from whom: the pairs of services that somebody must not tell apart."""

from collections.abc import Mapping, Sequence

from tests.access.estate import (
    FINANCE,
    FISHERIES,
    RIVERS,
    SCHOOLS,
    TECHNOLOGY,
    Matter,
    done,
    matter,
)
from tests.access.twins import Hide, Pair
from tests.api.principals import FOREIGN, OWN
from tests.api.service import Service

WORD = "quokka"
"""It stands in all that is hidden, and nowhere else."""
HOLDS_IT = "holder at the provider"
"""Who has a seat of the sealed issue, as the account manager of its provider."""


def _foreign(service: Service, _: Sequence[Matter]) -> Matter:
    """Others' matters, one of them sealed."""
    matter(service, FISHERIES, f"{WORD}-sealed", sealed=True)
    return matter(service, RIVERS, WORD)


def _sealed(service: Service, _: Sequence[Matter]) -> Matter:
    """A sealed matter among those that they may see."""
    return matter(service, FISHERIES, WORD, sealed=True)


def _noted(side: str) -> Hide:
    """What one side writes for itself on an issue that they may see."""

    def note(service: Service, own: Sequence[Matter]) -> Matter:
        for each in own:
            path = f"/v1/issues/{each.names['issue']}/acts/note"
            done(service, path, {"text": f"the {WORD} pays", "visibility": side})
        return own[0]

    return note


PAIRS: Mapping[str, Pair] = {
    "what is others'": Pair(
        {"wombat": SCHOOLS, "numbat": FINANCE, "bilby": TECHNOLOGY}, _foreign, FOREIGN, posted=False
    ),
    "what is sealed": Pair(
        {"wombat": SCHOOLS, "numbat": RIVERS},
        _sealed,
        {name: given for name, given in OWN.items() if name != HOLDS_IT},
    ),
    "the agency's notes": Pair(
        {"wombat": RIVERS},
        _noted("agency"),
        {
            name: OWN[name]
            for name in (HOLDS_IT, "operator of the provider", "viewer of the function",
                         "secretariat", "framework owner")
        },
    ),
    "the provider's notes": Pair(
        {"wombat": RIVERS},
        _noted("provider"),
        {name: OWN[name] for name in ("holder at the agency", "viewer of the cluster")},
    ),
}  # fmt: skip
