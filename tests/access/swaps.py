"""Names swapped at random: of what is hidden from somebody, and of what is not there at all.

python -m tests.access.swaps [--swaps 100000] [--database sqlite|postgres] [--seed 1]

Both are asked for in the same place of the same call; the answers must be the same in all but the
name that was sent.
"""

import argparse
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

import httpx
import structlog

from escalation.api.operations import Operation
from escalation.api.paging import cursor_of
from escalation.api.permissions import REQUIRED
from escalation.services.keys import KeyRole
from tests.access.estate import (
    FISHERIES,
    RIVERS,
    SCHOOLS,
    TECHNOLOGY,
    UNLIMITED,
    Matter,
    call,
    matter,
    model_of,
    parameters,
    permitted,
)
from tests.access.pairs import HOLDS_IT, WORD
from tests.access.samples import body_of, put, texts_in
from tests.access.test_no_interference import TELLS_OF_ALL, WHOLE_FILES, queries_of
from tests.access.twins import others
from tests.api.principals import FOREIGN, OWN, key_for
from tests.api.service import Service, serving
from tests.builders import copied_sqlite, execute, furnish, postgres_copy
from tests.crash.campaign import say
from tests.postgres import postgres

UNTOLD = {"ratelimit"}
"""What tells how many requests are left."""
A_PART = 2_000


@dataclass
class Swapper:
    """A service with matters, and those who may not see some of them."""

    service: Service
    random: Random
    own: Matter
    hidden: Mapping[str, Matter]
    keys: Mapping[str, tuple[KeyRole, str]]
    others: Mapping[str, str]
    queries: Mapping[str, frozenset[str]]
    wrong: list[str] = field(default_factory=list)
    made: int = 0

    def swap(self) -> None:
        """One swap; what was told of is kept in ``wrong``.

        Who is absent is asked for first. Where a write takes that name, it looks nothing up: it is
        words like any other, and has changed what the same call would be answered again.
        """
        who = self.random.choice(list(self.keys))
        role, key = self.keys[who]
        operation = self.random.choice([o for o in permitted(role) if _is_swapped(o)])
        hidden = self.hidden["foreign" if who in FOREIGN else "sealed"]
        name = self.random.choice(sorted(hidden.every - self.own.every))
        place = self._place(operation)
        if place is None:
            return
        self.made += 1
        none = absent_name(name, self.made)
        absent, sent = self._asked(operation, key, place, none)
        if operation.method != "GET" and absent.is_success:
            return
        there, given = self._asked(operation, key, place, name)
        told = _as_told(there, name, given), _as_told(absent, none, sent)
        word = WORD if who in FOREIGN else f"{WORD}-sealed"
        if told[0] != told[1] or word in told[0][1]:
            self.wrong.append(f"{who}: {operation.name} {place} {name}:\n {told[0]}\n {told[1]}")

    def _place(self, operation: Operation) -> tuple[str, Any] | None:
        """Where a name is put: in the path, the query, a cursor, or a text of the body."""
        places: list[tuple[str, Any]] = [("path", part) for part in parameters(operation)]
        places += [("query", each) for each in sorted(self.queries.get(operation.name, ()))]
        model = model_of(operation)
        if model is not None:
            places += [("body", path) for path in texts_in(body_of(model, full=True))]
        return self.random.choice(places) if places else None

    def _asked(
        self, operation: Operation, key: str, where: tuple[str, Any], word: str
    ) -> tuple[httpx.Response, str]:
        """Ask with a word in a place; the answer, and how the word was sent."""
        kind, place = where
        names = {**self.others, **self.own.names}
        body, query, given = None, "", word
        model = model_of(operation)
        if kind == "path":
            names[place] = word
        elif kind == "query":
            given = self._cursor(operation, word) if place == "cursor" else word
            query = f"?{place}={quote(given)}"
        elif model is not None:
            body = put(body_of(model, full=True), place, word)
        return call(self.service, operation, names, key, body=body, query=query), given

    def _cursor(self, operation: Operation, word: str) -> str:
        """A cursor that goes on after a name, whoever made it."""
        names = {**self.others, **self.own.names}
        path = operation.path
        for part in parameters(operation):
            path = path.replace(f"{{{part}}}", names[part])
        sort = "-created_at" if operation.name == "list_issues" else ""
        return cursor_of((self.service.clock.now(), word), f"{path}?{sort}")


def _is_swapped(operation: Operation) -> bool:
    """Not what is about the whole record, nor what changes the directory that all read."""
    changes = operation.method != "GET" and REQUIRED[operation.name] in WHOLE_FILES
    return operation.name not in TELLS_OF_ALL and not changes


def absent_name(name: str, number: int) -> str:
    """A name of the same form and length that nothing has, another one for each swap.

    A write that takes it as words has put it where later swaps read it.
    """
    digits = len(name) - len(name.rstrip("0123456789")) if name[0].isupper() else 4
    return f"{name[:-digits]}{5 * 10 ** (digits - 1) + number}"


def _as_told(answer: httpx.Response, name: str, given: str) -> tuple[int, str]:
    """What an answer tells, whatever it was called: its status, its headers and its body."""
    # How long a body is says no more than the body, but for hints that differ as names do.
    untold = {*UNTOLD, "content-length"} if answer.content else UNTOLD
    heads = {k: v for k, v in answer.headers.items() if k not in untold}
    told = f"{heads} {answer.text}".replace(given, "?").replace(name, "?")
    return answer.status_code, re.sub("; the nearest is (`[^`]+`|'[^']+')", "", told)


@contextmanager
def swapping(url: str, folder: Path, first: int) -> Iterator[Swapper]:
    """A swapper on a furnished database."""
    with serving(url, data_dir=folder, **UNLIMITED) as service:
        own = matter(service, SCHOOLS, "wombat")
        matter(service, TECHNOLOGY, "bilby")
        hidden = {
            "foreign": matter(service, RIVERS, WORD),
            "sealed": matter(service, FISHERIES, f"{WORD}-sealed", sealed=True),
        }
        every = {**FOREIGN, **{k: v for k, v in OWN.items() if k != HOLDS_IT}}
        keys = {n: (g[0], key_for(service.container.desk, g)) for n, g in every.items()}
        queries = queries_of(service)
        yield Swapper(service, Random(first), own, hidden, keys, others(service), queries)  # noqa: S311 - to be repeated


def swapped(swapper: Swapper, count: int) -> Sequence[str]:
    """So many swaps; what was wrong."""
    for _ in range(count):
        swapper.swap()
    return swapper.wrong


def main() -> None:
    """Swap as often as is asked; the exit status is 1 where anything was told."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--swaps", type=int, default=100_000)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    done, told = 0, 0
    while done < asked.swaps and not told:
        part = min(A_PART, asked.swaps - done)
        with fresh(asked.database, asked.seed + done) as swapper:
            wrong = swapped(swapper, part)
        done, told = done + part, told + len(wrong)
        say("\n".join([f"{asked.database}: {done} of {asked.swaps} swaps", *wrong[:20]]))
    raise SystemExit(int(told > 0))


@contextmanager
def fresh(database: str, first: int) -> Iterator[Swapper]:
    """A swapper on a new furnished database of that kind."""
    with tempfile.TemporaryDirectory(prefix="escalation-swaps-") as name:
        folder = Path(name)
        if database == "sqlite":
            furnish(f"sqlite:///{folder / 'template.db'}")
            url = copied_sqlite(folder / "template.db", folder / "escalation.db")
            with swapping(url, folder, first) as swapper:
                yield swapper
            return
        with postgres() as server:
            execute(server, "CREATE DATABASE swaps")
            furnish(server.url("swaps"))
            with postgres_copy(server, "swaps") as url, swapping(url, folder, first) as swapper:
                yield swapper


if __name__ == "__main__":
    main()
