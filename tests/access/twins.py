"""Two services of one history, that differ in what is hidden from somebody and in nothing else.

Each is built in three turns of a process: what all may see, what is hidden (in one of them), and
what is looked at. Identifiers are drawn from seeds, anew for each request, and time is a clock of
the test's own, so what follows is the same to the byte. What runs on with whatever is recorded is
brought level between them: running numbers, of which the next tells how many were taken, and the
version that `If-Match` compares, with the number, hash and instant of the last entry. That much is
told by design.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from random import Random

from sqlalchemy import Engine, delete, insert, select, update

from escalation.api.app import OPERATIONS
from escalation.api.operations import Operation
from escalation.api.schemas.subscriptions import CreateSubscription
from escalation.clock import VirtualClock
from escalation.delivery.retry import Outcome, Result
from escalation.delivery.sender import Sent
from escalation.ids import IdSource
from escalation.services.outgoing import Done
from escalation.store import models
from escalation.store.engine import make_engine
from escalation.store.mailing import mailbox_id
from escalation.store.transaction import read, write
from tests.access.estate import MAILING, UNLIMITED, Kind, Matter, done, matter, register_theme
from tests.access.samples import body_of
from tests.api.principals import Given, key_for
from tests.api.service import Service, serving
from tests.fakes import virtual_clock

DIRECTORY = {
    each.path for each in OPERATIONS if each.path.endswith("/{code}") and each.method == "PATCH"
}
COUNTERS = (
    models.reference_block, models.register_number, models.digest_number, models.decision_count,
)  # fmt: skip
MOVING = {
    models.issue: ("version", "event_count", "chain", "updated_at"),
    models.meeting: ("version",),
}
"""Columns that each entry moves, whoever may read it."""
ID = 74
"""How many bits are drawn for an identifier."""
SALT = 128
"""How many bits are drawn for a salt."""
Hide = Callable[[Service, Sequence[Matter]], Matter]


@dataclass(frozen=True)
class Pair:
    """What both have, what one of them has besides, and from whom that is hidden."""

    seen: Mapping[str, Kind]
    hide: Hide
    observers: Mapping[str, Given]
    posted: bool = True
    """Whether what is posted to endpoints must be the same too."""


class Draws:
    """Random bits of a seed: the same for each request, whatever was drawn in those before.

    All salts are one: how many are drawn for what is hidden tells nothing. With ``last`` its ids
    sort after those that others draw at the same instant: where one act moves several issues, it
    draws for each in the order of their ids.
    """

    def __init__(self, seed: int, *, last: bool = False) -> None:
        self._seed = seed
        self._last = last
        self._requests = 0
        self.next_request()

    def next_request(self) -> None:
        """Draw anew."""
        self._requests += 1
        self._drawn = Random(f"{self._seed} {self._requests}")  # noqa: S311 - to be repeated

    def __call__(self, bits: int) -> int:
        drawn = self._drawn.getrandbits(bits) if bits != SALT else 0
        return drawn >> 1 | self._last << (bits - 1) if bits == ID else drawn


@dataclass
class Twin:
    """One of the two, ready to be looked at."""

    service: Service
    draws: Draws
    own: Sequence[Matter]
    others: dict[str, str]
    """Names of what is neither matter nor hidden: the directory's, the framework's."""
    keys: Mapping[str, str | None]
    _codes: dict[str, str] = field(default_factory=dict)

    def code(self, operation: Operation) -> str:
        """The first code of the list that an operation's path stands under."""
        above = operation.path.partition("/{code}")[0]
        if above not in self._codes:
            self._codes[above] = "invalid"
            if f"{above}/{{code}}" in DIRECTORY:
                listed = self.service.found(above, key=self.service.admin)["data"]
                self._codes[above] = listed[0].get("code") or listed[0]["id"]
        return self._codes[above]


@contextmanager
def twins(pair: Pair, urls: tuple[str, str], folder: Path) -> Iterator[tuple[Twin, Twin, Matter]]:
    """The one without and the one with what is hidden, and the names of that."""
    clocks = virtual_clock(), virtual_clock()
    with ExitStack() as stack:
        own = [
            _begun(pair, url, clock, folder / str(number))
            for number, (url, clock) in enumerate(zip(urls, clocks, strict=True))
        ]
        assert own[0] == own[1], "two runs of one history are the same"
        hidden = Matter()
        for number, (url, clock) in enumerate(zip(urls, clocks, strict=True)):
            with serving(
                url, clock=clock, ids=IdSource(Draws(2, last=True)), data_dir=folder / str(number)
            ) as service:
                if number == 1:
                    hidden = pair.hide(service, own[1])
        clocks[0].move_to(clocks[1].now())
        _level(*urls)
        found = [
            _looked_at(stack, pair, url, clock, folder / str(number), own[number])
            for number, (url, clock) in enumerate(zip(urls, clocks, strict=True))
        ]
        yield found[0], found[1], hidden


def _begun(pair: Pair, url: str, clock: VirtualClock, folder: Path) -> list[Matter]:
    folder.mkdir(parents=True)
    with serving(
        url, clock=clock, ids=IdSource(Draws(1)), data_dir=folder, **UNLIMITED, **MAILING
    ) as service:
        endpoint = {"url": "https://93.184.216.34/in"}
        done(service, "/v1/webhook-endpoints", endpoint)
        return [matter(service, kind, word) for word, kind in pair.seen.items()]


def _level(one: str, other: str) -> None:
    """Bring the running numbers of the one to where the other's stand."""
    engines = make_engine(one, owner=True), make_engine(other)
    with read(engines[1]) as connection:
        rows = {
            table: [dict(row) for row in connection.execute(select(table)).mappings()]
            for table in COUNTERS
        }
        moved = [
            (table, dict(row))
            for table, names in MOVING.items()
            for row in connection.execute(
                select(table.c.id, *(table.c[name] for name in names))
            ).mappings()
        ]
    with write(engines[0]) as connection:
        for table, found in rows.items():
            connection.execute(delete(table))
            if found:
                connection.execute(insert(table), found)
        for table, row in moved:
            connection.execute(update(table).where(table.c.id == row["id"]).values(row))
    for engine in engines:
        engine.dispose()


def _looked_at(
    stack: ExitStack,
    pair: Pair,
    url: str,
    clock: VirtualClock,
    folder: Path,
    own: Sequence[Matter],
) -> Twin:
    draws = Draws(3)
    opened = serving(url, clock=clock, ids=IdSource(draws), data_dir=folder, **UNLIMITED, **MAILING)
    service = stack.enter_context(opened)
    desk = service.container.desk
    keys = {name: key_for(desk, given) for name, given in pair.observers.items()}
    return Twin(service, draws, own, others(service), {**keys, "nobody": None})


LISTED = ("ladders", "olas", "ladder-publications")


def others(service: Service) -> dict[str, str]:
    """A name for each other parameter of a path, from the list that stands above it."""
    found = {"forum": "bmf-technology", "act": "sing", "source": "jira", "feed": "fed_none",
             "delivery": "dlv_none", "endpoint": "whe_none", "key": "key_none",
             "limit": "lim_none", "change": "lch_none", "link": "lnk_none",
             "token": "lnk_none.none",
             "code": "invalid", "version": "charter-2024",
             "person": "priya-nair", "theme": register_theme(service),
             "invitation": "svy_none"}  # fmt: skip
    for path, name in zip(LISTED, ("ladder", "ola", "publication"), strict=True):
        first = service.found(f"/v1/{path}", key=service.admin)["data"][0]
        found[name] = first.get("id") or first["hash"]
    subscribed = done(service, "/v1/digest-subscriptions", body_of(CreateSubscription))
    return {**found, "subscription": subscribed["id"]}


def posted(engine: Engine) -> list[str]:
    """What endpoints are sent, but for each event's id and its number in its chain.

    Where one act moves both, the ids are drawn after those of what is hidden; and what is done to
    a hidden item is an entry of its meeting.
    """
    table, sent, endpoint = models.message, models.delivery, models.webhook_endpoint
    hooks = select(sent.c.message_id).join(endpoint, endpoint.c.id == sent.c.endpoint_id)
    hooked = table.c.id.in_(hooks.where(endpoint.c.recipient.is_(None)))
    with read(engine) as connection:
        bodies = [
            json.loads(body) for body in connection.scalars(select(table.c.body).where(hooked))
        ]
    for body in bodies:
        for name in ("id", "number"):
            body["data"].pop(name, None)
    return sorted(json.dumps(body, sort_keys=True) for body in bodies)


def mailed(service: Service, person: str | None = None) -> Iterator[EmailMessage]:
    """The mails to somebody, or to all, that are due."""
    outgoing = service.container.outgoing
    while outgoing.hand_on():
        pass
    own = None if person is None else mailbox_id(person)
    accepted = Sent(Result(Outcome.ACCEPTED, "SMTP 250", 250), 0)
    for box in outgoing.with_work(mail=True):
        done: list[Done] = []
        while own in {None, box} and (batch := outgoing.step(box, "mailed", done, 128)):
            done = [Done(each, batch.now, accepted) for each in batch.claimed]
            for each in batch.claimed:
                [request] = batch.letter(each).requests
                yield message_from_bytes(request.content, _class=EmailMessage, policy=default)


def words_of(mail: EmailMessage) -> list[str]:
    """All that a mail says, but for the event's own id."""
    named = ("To", "From", "Subject", "Reply-To", "References", "List-Unsubscribe")
    parts = [part.get_content() for part in mail.walk() if not part.is_multipart()]
    return [*(str(mail[name]) for name in named), *parts]
