"""Calls drawn from the OpenAPI document, each answer held to it by every check of Schemathesis.

python -m tests.access.schemas [--examples 5000] [--roles admin,operator,holder,auditor]
    [--database sqlite|postgres] [--seed 1] [--part 1/1]

Calls are drawn once and made by each role, at a service of its own. ``--part 2/3`` is every third
operation, the second first: parts are run side by side, or one after another.
"""

import argparse
import sys
import tempfile
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import requests
import schemathesis
import structlog
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.python import asgi

from escalation.api.app import OPERATIONS
from escalation.clock import monotonic
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
    """A service that is called, and what there is to call it with: names, codes, a session."""

    service: Service
    role: KeyRole
    names: Mapping[str, str]
    codes: Mapping[str, str]
    session: requests.Session
    key: str

    @classmethod
    @contextmanager
    def by(cls, service: Service, role: KeyRole) -> Iterator["Held"]:
        """With one matter in it, and a key of that role."""
        names = {**others(service), **matter(service, SCHOOLS, "wombat").names}
        key = key_for(service.container.desk, (role, PERSONS.get(role), {}))
        app: Any = service.app  # FastAPI's scope is a mutable mapping, the client's a dictionary
        with asgi.get_client(app) as session:
            session.trust_env = False  # else each call looks through the environment for a proxy
            yield cls(service, role, names, _codes(service), session, key)

    def call(self, case: schemathesis.Case[Any], *, of_what_is_there: bool) -> None:
        """Make the call and hold the answer to the document; a failure notes whose, and where."""
        if of_what_is_there and case.path_parameters:
            there = {**self.names, "code": self.codes.get(case.path, "invalid")}
            case.path_parameters = {n: there.get(n, "none") for n in case.path_parameters}
        try:
            headers = {"Authorization": f"Bearer {self.key}"}
            app = self.service.app
            case.call_and_validate(headers=headers, session=self.session, app=app)
        except BaseException as failure:
            failure.add_note(f"{self.role} on {self.service.container.engine.dialect.name}")
            raise


def operations(service: Service, part: tuple[int, int] = (0, 1)) -> Sequence[Any]:
    """Those of the document; ``part`` is the first of them and how far it is to the next."""
    beginning, step = part
    return list(islice(_document(service).get_all_operations(), beginning, None, step))


def hold(operation: Any, held: Sequence[Held], examples: int, first: int = 1) -> int:
    """Call an operation at most so often; how many calls were made.

    To draw a call takes longer than to make it, so all who are ``held`` make the same ones.

    Raises:
        Failure: what an answer has that the document does not tell, or lacks.
    """
    made = 0

    def call(case: schemathesis.Case[Any]) -> None:
        nonlocal made
        drawn = made // len(held)
        for each in held:
            made += 1
            each.call(case, of_what_is_there=drawn % EVERY_OTHER == 0)

    drawn = given(case=operation.ok().as_strategy())(call)
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


def main() -> int:
    """Hold every answer to the document; 1 where some do not, each told with its call."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--examples", type=int, default=5_000)
    parser.add_argument("--roles", default="admin,operator,holder,auditor")
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--part", default="1/1", help="2/3: every third operation")
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    number, _, parts = asked.part.partition("/")
    wrong: list[str] = []
    made = 0
    begun = monotonic()
    with ExitStack() as stack:
        services, held = [], []
        for role in asked.roles.split(","):
            services.append(stack.enter_context(_service(asked.database)))
            held.append(stack.enter_context(Held.by(services[-1], KeyRole(role))))
        chosen = operations(services[0], (int(number) - 1, int(parts)))
        for done, operation in enumerate(chosen, 1):
            label = operation.ok().label
            try:
                made += hold(operation, held, asked.examples, asked.seed)
            except (AssertionError, BaseExceptionGroup):  # the others are held all the same
                wrong.append(label)
                traceback.print_exc()
            took = monotonic() - begun
            rate = f"{made} calls, {took:.0f} s, {made / took:.0f}/s"
            say(f"{done} of {len(chosen)}, {label}: {rate}")
    found = ", ".join(wrong) or "none"
    say(f"{asked.database}, {asked.roles}: {made} calls; not as the document has it: {found}")
    return 1 if wrong else 0


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
    sys.exit(main())
