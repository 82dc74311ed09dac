"""Calls drawn from the OpenAPI document, each answer held to it by every check of Schemathesis.

python -m tests.access.schemas [--examples 5000] [--roles admin,operator,holder,auditor]
    [--database sqlite|postgres] [--seed 1]
"""

import argparse
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import schemathesis
import structlog
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.config import SchemathesisConfig

from escalation.api.app import OPERATIONS
from escalation.services.keys import KeyRole
from tests.access.estate import SCHOOLS, UNLIMITED, matter, parameters
from tests.access.twins import others
from tests.api.principals import key_for
from tests.api.service import Service, serving
from tests.builders import copied_sqlite, execute, furnish, postgres_copy
from tests.crash.campaign import say
from tests.postgres import postgres

REFUSED_FOR_WHAT_IS_THERE = [400, 401, 403, 404, 409, 412, 422, 428, 429]
"""How an answer may refuse what its schema allows: which codes a directory has, which state an
issue is in, whose key it is, and whether two members agree, no schema says."""
PERSONS: Mapping[KeyRole, str] = {
    KeyRole.HOLDER: "zoran-petrovic",
    KeyRole.SECRETARIAT: "callum-treloar",
}
EVERY_OTHER = 2
"""Of the calls drawn, one in so many is of what is there; the rest of names that are drawn too."""


@dataclass(frozen=True)
class Held:
    """A service that is called, and what there is to call it with: names, codes, a key."""

    service: Service
    names: Mapping[str, str]
    codes: Mapping[str, str]
    key: str

    @classmethod
    def by(cls, service: Service, role: KeyRole) -> "Held":
        """With one matter in it, and a key of that role."""
        names = {**others(service), **matter(service, SCHOOLS, "wombat").names}
        key = key_for(service.container.desk, (role, PERSONS.get(role), {}))
        return cls(service, names, _codes(service), key)

    def call(self, case: schemathesis.Case[Any], *, of_what_is_there: bool) -> None:
        """Make the call and hold the answer to the document; a failure notes on which database."""
        if of_what_is_there and case.path_parameters:
            there = {**self.names, "code": self.codes.get(case.path, "invalid")}
            case.path_parameters = {n: there.get(n, "none") for n in case.path_parameters}
        try:
            headers = {"Authorization": f"Bearer {self.key}"}
            case.call_and_validate(headers=headers, app=self.service.app)
        except BaseException as failure:
            failure.add_note(f"on {self.service.container.engine.dialect.name}")
            raise


def hold(
    services: Sequence[Service],
    role: KeyRole,
    examples: int,
    first: int = 1,
    part: tuple[int, int] = (0, 1),
) -> int:
    """Call each operation as somebody of that role, at most so often; how many calls each took.

    To draw a call takes longer than to make it, so each of the ``services`` is made the same ones.
    ``part`` is the first operation that is called and how far it is to the next.

    Raises:
        Failure: what an answer has that the document does not tell, or lacks.
    """
    held = [Held.by(service, role) for service in services]
    made = 0

    def call(case: schemathesis.Case[Any]) -> None:
        nonlocal made
        made += 1
        for each in held:
            each.call(case, of_what_is_there=bool(made % EVERY_OTHER))

    beginning, step = part
    for found in islice(_document(services[0]).get_all_operations(), beginning, None, step):
        drawn = given(case=found.ok().as_strategy())(call)
        chosen = settings(
            max_examples=examples,
            deadline=None,
            database=None,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        )
        seed(first)(chosen(drawn))()
    return made


def _document(service: Service) -> Any:
    accepted = ["2xx", "3xx", *REFUSED_FOR_WHAT_IS_THERE]
    config = SchemathesisConfig.from_dict(
        {"checks": {"positive_data_acceptance": {"expected-statuses": accepted}}}
    )
    return schemathesis.openapi.from_asgi("/openapi.json", service.app, config=config)


def _codes(service: Service) -> dict[str, str]:
    """An entry of each part of the directory, by the path that takes its code."""
    paths = {each.path for each in OPERATIONS if parameters(each) == ["code"]}
    found = {}
    for path in paths:
        above = service.get(path.partition("/{code}")[0], key=service.admin).json()
        entries = above.get("data") if isinstance(above, dict) else None
        if entries and entries[0].get("code"):
            found[path] = str(entries[0]["code"])
    return found


def main() -> None:
    """Hold every answer to the document; the first that does not is raised with its call."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--examples", type=int, default=5_000)
    parser.add_argument("--roles", default="admin,operator,holder,auditor")
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    for role in asked.roles.split(","):
        with _service(asked.database) as service:
            made = hold([service], KeyRole(role), asked.examples, asked.seed)
        say(f"{asked.database}, {role}: {made} calls, each answer as the document has it")


@contextmanager
def _service(database: str) -> Iterator[Service]:
    """A service on a new furnished database."""
    with tempfile.TemporaryDirectory(prefix="escalation-schemas-") as name:
        folder = Path(name)
        if database == "sqlite":
            furnish(f"sqlite:///{folder / 'template.db'}")
            url = copied_sqlite(folder / "template.db", folder / "escalation.db")
            with serving(url, data_dir=folder, **UNLIMITED) as service:
                yield service
            return
        with postgres() as server:
            execute(server, "CREATE DATABASE schemas")
            furnish(server.url("schemas"))
            with (
                postgres_copy(server, "schemas") as url,
                serving(url, data_dir=folder, **UNLIMITED) as service,
            ):
                yield service


if __name__ == "__main__":
    main()
