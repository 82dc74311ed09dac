"""Webhook endpoints: added, changed, rotated, removed; each on the record, secrets shown once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from escalation.delivery import payloads, signing
from escalation.delivery.guard import Guard
from escalation.errors import Fault, Invalid, NotFound, Refused
from escalation.services import forms, framework, own_headers
from escalation.services.desk import Desk
from escalation.services.event_types import known_types
from escalation.services.filters import filter_from
from escalation.services.forms import Format, format_of
from escalation.services.scopes import Scopes
from escalation.services.scopes import check as check_scopes
from escalation.services.secrets import Vault
from escalation.store import deliveries, endpoints, journal, timeline
from escalation.store.deliveries import Message, NewDelivery
from escalation.store.endpoints import EndpointState, StoredEndpoint
from escalation.store.transaction import Connection, read
from escalation.workflow.facts import ENGINE, Actor

__all__ = ["EndpointState", "NewEndpoint", "StoredEndpoint"]

BOTH_SIGN = timedelta(hours=24)
"""How long the old secret signs beside the new one, unless it is said otherwise."""
JOURNAL = "webhooks"
STANDARD = format_of(None)
_NO_SECRETS: Mapping[str, Any] = {"secret": "", "old_secret": None, "headers": None}


@dataclass(frozen=True, slots=True)
class NewEndpoint:
    """An endpoint with a secret that has just been made; it is not to be had again."""

    secret: str
    stored: StoredEndpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What is to be changed of an endpoint; what is None stays, and 0 takes a bound away."""

    url: str | None = None
    types: Sequence[str] | None = None
    filters: Mapping[str, Any] | None = None
    headers: Mapping[str, str] | None = None
    form: Format | None = None
    description: str | None = None
    enabled: bool | None = None
    draining: bool | None = None
    rate: int | None = None
    concurrency: int | None = None


def every(desk: Desk) -> Sequence[StoredEndpoint]:
    """All endpoints that have not been removed, the oldest first."""
    with read(desk.engine) as connection:
        return endpoints.standing(connection)


def one(desk: Desk, endpoint_id: str) -> StoredEndpoint:
    """An endpoint.

    Raises:
        NotFound: there is none of that id, or it has been removed.
    """
    with read(desk.engine) as connection:
        return _found(connection, endpoint_id)


def add(  # noqa: PLR0913 - the parts of an endpoint are independent
    desk: Desk,
    vault: Vault,
    guard: Guard,
    *,
    url: str,
    types: Sequence[str] = (),
    filters: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    form: Format = STANDARD,
    rate: int | None = None,
    concurrency: int | None = None,
    scopes: Scopes | None = None,
    description: str = "",
    quota: int | None = None,
    actor: Actor,
) -> NewEndpoint:
    """Send events of these types, or of all, to ``url`` from now on.

    ``filters`` narrow them by the issue they are about, ``headers`` go with every message, which
    is put in the ``form``; of issues beyond ``scopes`` nothing is told. There may be ``quota`` for
    each party that scopes name, and for none in particular.

    Raises:
        Invalid: the URL may not be sent to, or a word of the rest will not do.
        Refused: there are as many as there may be.
    """
    _check_url(guard, url)
    given = _scopes(desk, scopes)
    now = desk.clock.now()
    secret = signing.secret_of(desk.ids.token(signing.SECRET_BYTES))
    stored = StoredEndpoint(
        id=desk.ids.new("whe", now),
        url=url,
        description=description,
        types=known_types(types),
        filters=filter_from(filters or {}, framework.in_force(desk)).kept(),
        headers=own_headers.sealed(headers, vault) if headers else None,
        format=forms.checked(form, types),
        rate=rate or None,
        concurrency=concurrency or None,
        state=EndpointState.ENABLED,
        state_reason=None,
        secret=vault.seal(secret),
        old_secret=None,
        old_until=None,
        created_by=actor.name,
        created_at=now,
        scopes=given,
    )

    def work(connection: Connection, now: datetime) -> StoredEndpoint:
        _check_quota(endpoints.standing(connection), given, quota)
        kept = replace(stored, created_at=now)
        endpoints.add(connection, kept)
        return kept

    host = urlsplit(url).hostname
    kept = recorded(desk, "webhook.created", actor, stored.id, work, host=host)
    return NewEndpoint(secret, kept)


def _scopes(desk: Desk, wanted: Scopes | None) -> Scopes | None:
    """The scopes that say something, once the directory has been found to have their codes."""
    given = {kind: tuple(codes) for kind, codes in (wanted or {}).items() if codes}
    check_scopes(given, framework.in_force(desk).directory)
    return given or None


def _parties(scopes: Scopes | None) -> frozenset[str]:
    """The parties that scopes name: those who share what endpoints there may be."""
    return frozenset(code for kind in _PARTIES for code in (scopes or {}).get(kind, ()))


_PARTIES = ("provider", "agency")


def _check_quota(there: Sequence[StoredEndpoint], scopes: Scopes | None, quota: int | None) -> None:
    for whose in sorted(_parties(scopes)) or [""]:
        named = [_parties(each.scopes) for each in there]
        count = sum(whose in each if whose else not each for each in named)
        if quota is not None and count >= quota:
            of = f"of {whose}" if whose else "of no party in particular"
            raise Refused(
                f"There are {count} webhook endpoints {of}, and there may be {quota}: remove one"
                " that is not used, or ask an operator to raise ESCALATION_ENDPOINT_QUOTA.",
                "endpoint_quota",
            )


def change(
    desk: Desk, vault: Vault, guard: Guard, endpoint_id: str, wishes: Wishes, *, actor: Actor
) -> StoredEndpoint:
    """Change an endpoint. A disabled one is sent nothing, and keeps what is due to it.

    Raises:
        NotFound: there is none of that id.
        Invalid: the URL may not be sent to, a type, a word of a filter or a header will not do,
            or its headers would go to another host than the one they were given for.
    """
    values = _changed(desk, vault, guard, wishes)
    if wishes.form is not None or wishes.types is not None:
        before = one(desk, endpoint_id)
        types = before.types if wishes.types is None else wishes.types
        values["format"] = forms.checked(wishes.form or format_of(before.format), types)
    kind = "webhook.changed"
    if wishes.enabled is not None:
        state = EndpointState.ENABLED if wishes.enabled else EndpointState.DISABLED
        values |= {"state": state.value, "state_reason": None if wishes.enabled else "by hand"}
        kind = f"webhook.{state.value}"
    elif wishes.draining is not None:
        state = EndpointState.DRAINING if wishes.draining else EndpointState.ENABLED
        values |= {"state": state.value, "state_reason": "by hand" if wishes.draining else None}
        kind = f"webhook.{state.value}"

    def work(connection: Connection, now: datetime) -> StoredEndpoint:
        del now
        before = _found(connection, endpoint_id, locked=True)
        _check_host(before, wishes)
        _check_kind(before, wishes)
        if values:
            endpoints.change(connection, endpoint_id, values)
        return _found(connection, endpoint_id)

    return recorded(desk, kind, actor, endpoint_id, work, changed=sorted(values))


def _changed(desk: Desk, vault: Vault, guard: Guard, wishes: Wishes) -> dict[str, Any]:
    """The columns that wishes are for."""
    values: dict[str, Any] = {}
    if wishes.url is not None:
        _check_url(guard, wishes.url)
        values["url"] = wishes.url
    if wishes.types is not None:
        values["types"] = list(known_types(wishes.types))
    if wishes.filters is not None:
        values["filters"] = filter_from(wishes.filters, framework.in_force(desk)).kept()
    if wishes.headers is not None:
        values["headers"] = own_headers.sealed(wishes.headers, vault) or None
    plain = {
        "description": wishes.description,
        "rate": wishes.rate,
        "concurrency": wishes.concurrency,
    }
    values |= {name: value for name, value in plain.items() if value is not None}
    for bound in ("rate", "concurrency"):
        if values.get(bound) == 0:
            values[bound] = None
    return values


def _check_kind(before: StoredEndpoint, wishes: Wishes) -> None:
    """What waits has its form already: another kind of receiver is another endpoint."""
    kept = format_of(before.format).kind
    if wishes.form is not None and wishes.form.kind != kept:
        detail = f"found `{wishes.form.kind}`, expected `{kept}`: add another endpoint instead"
        fault = Fault("wrong_value", detail, pointer="/format/kind")
        raise Invalid("The kind of an endpoint's format stays.", errors=[fault])


def _check_host(before: StoredEndpoint, wishes: Wishes) -> None:
    """Whoever may change a URL must not learn the headers by having them sent to themselves."""
    if wishes.url is None or wishes.headers is not None or not before.headers:
        return
    old, new = urlsplit(before.url), urlsplit(wishes.url)
    if (old.scheme, old.netloc.lower()) != (new.scheme, new.netloc.lower()):
        detail = "the URL is on another host: give the headers with it, or `{}` for none"
        fault = Fault("missing", detail, pointer="/headers")
        raise Invalid("The headers are not sent to another host.", errors=[fault])


def rotate(
    desk: Desk, vault: Vault, endpoint_id: str, *, both: timedelta = BOTH_SIGN, actor: Actor
) -> NewEndpoint:
    """Give an endpoint a new secret; for the time of ``both`` the old one signs as well.

    Raises:
        NotFound: there is none of that id.
    """
    secret = signing.secret_of(desk.ids.token(signing.SECRET_BYTES))
    sealed = vault.seal(secret)

    def work(connection: Connection, now: datetime) -> StoredEndpoint:
        before = _found(connection, endpoint_id, locked=True)
        old = {"old_secret": before.secret, "old_until": now + both}
        endpoints.change(connection, endpoint_id, {"secret": sealed, **old})
        return _found(connection, endpoint_id)

    return NewEndpoint(secret, recorded(desk, "webhook.rotated", actor, endpoint_id, work))


def remove(desk: Desk, endpoint_id: str, *, actor: Actor) -> None:
    """Remove an endpoint: what still waits for it is cancelled; its log stays.

    Raises:
        NotFound: there is none of that id.
    """

    def work(connection: Connection, now: datetime) -> StoredEndpoint:
        before = _found(connection, endpoint_id, locked=True)
        removed = {"state": EndpointState.REMOVED.value, "state_reason": "by hand"}
        endpoints.change(connection, endpoint_id, {**removed, **_NO_SECRETS})
        deliveries.cancel(connection, endpoint_id, now)
        return before

    recorded(desk, "webhook.removed", actor, endpoint_id, work)


def ping(desk: Desk, endpoint_id: str) -> str:
    """Send an endpoint a `ping`; answers the delivery's id, under which the log has the outcome.

    Raises:
        NotFound: there is none of that id.
        Refused: it is disabled.
    """
    at = desk.clock.now()
    message_id, delivery_id = desk.ids.new("evt", at), desk.ids.new("dlv", at)

    def chore(connection: Connection, now: datetime) -> None:
        endpoint = _found(connection, endpoint_id)
        if endpoint.state is not EndpointState.ENABLED:
            raise Refused(
                f"{endpoint_id} is disabled, and is sent nothing; enable it first.",
                "endpoint_disabled",
            )
        body = payloads.ping_body(message_id, endpoint_id, now)
        new = NewDelivery(
            id=delivery_id,
            endpoint_id=endpoint_id,
            message_id=message_id,
            aggregate=message_id,
            number=1,
            type=payloads.PING,
            rendered=forms.put(format_of(endpoint.format), forms.told_of(body, ())),
        )
        deliveries.add(connection, [Message(message_id, payloads.PING, body, now)], [new], now)

    desk.do(chore).result()
    return delivery_id


def gone(connection: Connection, endpoint_id: str, made: tuple[str, str], now: datetime) -> None:
    """A receiver answered that it is gone: disable its endpoint, in the caller's transaction."""
    values = {"state": EndpointState.DISABLED.value, "state_reason": "it answered 410 Gone"}
    endpoints.change(connection, endpoint_id, values)
    told = {"endpoint": endpoint_id, "why": "410"}
    _journal(connection, "webhook.disabled", ENGINE, made, told, now)


def _check_url(guard: Guard, url: str) -> None:
    wrong = guard.check_url(url)
    if wrong is not None:
        fault = Fault("wrong_url", wrong, pointer="/url")
        raise Invalid("Nothing is sent to that URL; nothing was changed.", errors=[fault])


def _found(connection: Connection, endpoint_id: str, *, locked: bool = False) -> StoredEndpoint:
    found = endpoints.find(connection, endpoint_id, locked=locked)
    if found is None or found.is_mailbox or found.state is EndpointState.REMOVED:
        raise NotFound(f"There is no webhook endpoint {endpoint_id}.")
    return found


def recorded(
    desk: Desk,
    kind: str,
    actor: Actor,
    endpoint_id: str,
    work: Callable[[Connection, datetime], StoredEndpoint],
    **about: object,
) -> StoredEndpoint:
    """Do work and put it on the record in one transaction."""
    made = (desk.ids.new("evt", desk.clock.now()), desk.ids.token(16).hex())

    def chore(connection: Connection, now: datetime) -> StoredEndpoint:
        if timeline.aggregates_of(connection, [made[0]]):
            return _found(connection, endpoint_id)  # by an earlier try whose answer was lost
        after = work(connection, now)
        _journal(connection, kind, actor, made, {"endpoint": endpoint_id, **about}, now)
        return after

    stored: StoredEndpoint = desk.do(chore).result()
    return stored


def _journal(
    connection: Connection,
    kind: str,
    actor: Actor,
    made: tuple[str, str],
    told: Mapping[str, object],
    now: datetime,
) -> None:
    event_id, salt = made
    journal.record(
        connection,
        JOURNAL,
        event_id=event_id,
        kind=kind,
        payload=told,
        actor=actor,
        now=now,
        salt=salt,
    )
