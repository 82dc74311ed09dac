"""The directory, part by part: read as at any instant, and changed entry by entry.

Each change makes the next version of the whole, checked as a file is. Its number is the ETag.
"""

from collections.abc import Callable, Iterator
from typing import Annotated, Any

from fastapi import Path, Query, Response

from escalation.api import asking, body, headers, paging
from escalation.api.deps import Ask, Asked
from escalation.api.operations import (
    CHANGES,
    FINDS,
    IDEMPOTENCY_KEY,
    IF_MATCH,
    JSON,
    Operation,
)
from escalation.api.schemas.answers import Listed
from escalation.api.schemas.directory import (
    AppointmentQuery,
    DirectoryQuery,
    TermQuery,
    code_of,
    new,
    patch,
)
from escalation.errors import Fault, Invalid, PreconditionRequired
from escalation.services import directory as changing
from escalation.services import once
from escalation.services.directory import Change
from escalation.services.framework import Applied
from escalation.services.reading import directory
from escalation.services.reading.directory import TERMED, Noun

_CREATED, _OK, _GONE = 201, 200, 204
Code = Annotated[str, Path(description="Its code.")]


def _lister(noun: Noun) -> Callable[..., Any]:
    def listed(asked: Ask, query: DirectoryQuery) -> Response:
        position = paging.position_of(asked, query.cursor, (str,))
        with asked.means.reader.look(asked.caller) as look:
            page = directory.page(look, noun, query.wanted(position))
        return paging.answer(asked, page)

    kind = DirectoryQuery if noun not in TERMED else TermQuery
    if noun is Noun.APPOINTMENTS:
        kind = AppointmentQuery
    listed.__annotations__["query"] = Annotated[kind, Query()]
    listed.__doc__ = f"The {noun.value.replace('_', ' ')} of the directory, by code."
    return listed


def _finder(noun: Noun) -> Callable[..., Any]:
    def found(asked: Ask, code: Code) -> Response:
        with asked.means.reader.look(asked.caller) as look:
            entry = directory.one(look, noun, code)
            epoch = look.known.directory_epoch
        return paging.single(entry, etag=str(epoch))

    found.__doc__ = f"One {noun.single} of the directory in force; its ETag is the directory's."
    return found


def _adder(noun: Noun) -> Callable[..., Any]:
    def add(asked: Ask) -> Response:
        sent = _object(asked)
        code = code_of(sent)
        make = changing.added(noun, code, sent)
        return _changed(asked, Change(noun, code, make, headers.if_match(asked)), _CREATED)

    add.__doc__ = f"Add a {noun.single}: the next version of the directory has it."
    return add


def _changer(noun: Noun) -> Callable[..., Any]:
    def change(asked: Ask, code: Code) -> Response:
        wanted = Change(noun, code, changing.merged(_object(asked)), _seen(asked, noun, code))
        return _changed(asked, wanted, _OK)

    change.__doc__ = (
        f"Change a {noun.single}: members that are sent replace its own, and null takes one away "
        "(RFC 7396)."
    )
    return change


def _remover(noun: Noun) -> Callable[..., Any]:
    def remove(asked: Ask, code: Code) -> Response:
        wanted = Change(noun, code, changing.removed, _seen(asked, noun, code))
        return _changed(asked, wanted, _GONE)

    remove.__doc__ = (
        f"Remove a {noun.single} from the next version of the directory; earlier ones keep it. "
        "To end a term, change its `until`."
    )
    return remove


def _object(asked: Asked) -> dict[str, Any]:
    """The body as an object; what it holds is judged with the whole directory."""
    headers.media_type(asked)
    sent = body.parse(asked.raw, asked.depth)
    if not isinstance(sent, dict):
        fault = Fault("wrong_type", "found no object, expected one", pointer="")
        raise Invalid("The directory was not changed.", errors=[fault])
    return sent


def _seen(asked: Asked, noun: Noun, code: str) -> int | None:
    """The version of the directory that the caller saw, of an entry that is there.

    Raises:
        NotFound: there is no such entry.
        PreconditionRequired: they do not say.
    """
    seen = headers.if_match(asked)
    with asked.means.reader.look(asked.caller) as look:
        directory.one(look, noun, code)
        epoch = look.known.directory_epoch
    if seen is None and not headers.any_version(asked):
        raise PreconditionRequired(
            f'Send If-Match with the ETag of what you saw; it is "{epoch}" now.'
        )
    return seen


def _changed(asked: Asked, wanted: Change, status: int) -> Response:
    """Have a change made once, whatever repeats of it come; the entry as it now is."""
    means = asked.means
    desk = means.container.desk
    means.doorkeeper.confirmed(asked.caller)
    key = headers.idempotency_key(asked)
    slot = None
    if key is not None:
        slot = asked.caller.slot(asked.scope["method"], asked.path, key)
        before = once.recalled(desk, slot, asked.body_hash)
        if before is not None:
            return asking.told(before)
    applied = changing.change(desk, wanted, actor=asked.caller.actor)
    told = b"" if status == _GONE else _view(asked, wanted)
    given = _headers(wanted, applied, status)
    if slot is not None:
        once.keep(desk, slot, asked.body_hash, status=status, headers=given, body=told)
    kind = {} if status == _GONE else {"Content-Type": JSON}
    return Response(told, status, {**kind, **given})


def _view(asked: Asked, wanted: Change) -> bytes:
    with asked.means.reader.look(asked.caller) as look:
        return paging.json_of(directory.one(look, wanted.noun, wanted.code))


def _headers(wanted: Change, applied: Applied, status: int) -> dict[str, str]:
    given = {"ETag": f'"{applied.epoch}"'}
    if status == _CREATED:
        given["Location"] = f"{wanted.noun.path}/{wanted.code}"
    return given


def _operations() -> Iterator[Operation]:
    for noun in Noun:
        yield from _reads(noun)
        yield from _writes(noun)


def _reads(noun: Noun) -> Iterator[Operation]:
    words = noun.value.replace("_", " ")
    yield Operation(
        method="GET",
        path=noun.path,
        name=f"list_{noun.value}",
        tag="directory",
        summary=f"List {words}",
        endpoint=_lister(noun),
        answer=Listed,
        refusals=FINDS,
    )
    yield Operation(
        method="GET",
        path=f"{noun.path}/{{code}}",
        name=f"get_{_single(noun)}",
        tag="directory",
        summary=f"Read {_a(noun)}",
        endpoint=_finder(noun),
        refusals=FINDS,
    )


def _writes(noun: Noun) -> Iterator[Operation]:
    yield Operation(
        method="POST",
        path=noun.path,
        name=f"add_{_single(noun)}",
        tag="directory",
        summary=f"Add {_a(noun)}",
        endpoint=_adder(noun),
        status=_CREATED,
        takes={JSON: new(noun)},
        headers=(IF_MATCH, IDEMPOTENCY_KEY),
        refusals=CHANGES,
    )
    yield Operation(
        method="PATCH",
        path=f"{noun.path}/{{code}}",
        name=f"change_{_single(noun)}",
        tag="directory",
        summary=f"Change {_a(noun)}",
        endpoint=_changer(noun),
        takes={JSON: patch(noun)},
        headers=(IF_MATCH, IDEMPOTENCY_KEY),
        refusals=CHANGES,
    )
    yield Operation(
        method="DELETE",
        path=f"{noun.path}/{{code}}",
        name=f"remove_{_single(noun)}",
        tag="directory",
        summary=f"Remove {_a(noun)}",
        endpoint=_remover(noun),
        status=_GONE,
        headers=(IF_MATCH, IDEMPOTENCY_KEY),
        refusals=CHANGES,
    )


def _single(noun: Noun) -> str:
    return noun.single.replace(" ", "_")


def _a(noun: Noun) -> str:
    return f"{'an' if noun.single.startswith('a') else 'a'} {noun.single}"


OPERATIONS = tuple(_operations())
