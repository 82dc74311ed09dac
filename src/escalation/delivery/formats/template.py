"""A template of somebody's own: a part of Jinja in which nothing runs long, grows large, or calls.

Loops and conditions over what happened, filters from a list, and nothing that is remembered: no
assignment, macro, call, import or arithmetic. So what a template makes is bounded by its length and
by what it is given; items of loops and characters are counted besides, and time is looked at.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, wraps
from typing import Any, NoReturn
from urllib.parse import quote

from jinja2 import StrictUndefined, Template, TemplateError, Undefined, nodes
from jinja2.filters import FILTERS
from jinja2.sandbox import ImmutableSandboxedEnvironment

from escalation.clock import monotonic
from escalation.delivery.formats import options as chosen
from escalation.delivery.formats import wording
from escalation.delivery.formats.requests import Request, Requests
from escalation.delivery.formats.told import Told, Unrenderable

LONGEST = 262_144
"""Characters of a rendered body, and of any value on the way to it."""
ITEMS = 2_000
"""Items that the loops of one rendering go through, all together."""
SECONDS = 0.25
"""How long one rendering may take."""
DEEPEST = 3
"""Loops within one another, at most."""
_COUNTED = "_counted"
_NODES: tuple[type[nodes.Node], ...] = (
    nodes.And, nodes.Compare, nodes.CondExpr, nodes.Const, nodes.Filter, nodes.For,
    nodes.Getattr, nodes.Getitem, nodes.If, nodes.Keyword, nodes.List, nodes.Name, nodes.Neg,
    nodes.Not, nodes.Operand, nodes.Or, nodes.Output, nodes.Pair, nodes.Slice, nodes.Template,
    nodes.TemplateData, nodes.Test, nodes.Tuple,
)  # fmt: skip
_FILTERS = (
    "abs", "capitalize", "default", "escape", "first", "int", "items", "join", "last", "length",
    "lower", "sort", "string", "title", "tojson", "trim", "truncate", "unique", "upper",
    "urlencode",
)  # fmt: skip
_TESTS = ("defined", "undefined", "none", "string", "number", "mapping", "sequence", "in", "eq")


class TemplateFault(Exception):
    """A template that is refused; the text says what and where."""


def rendered(
    options: chosen.Template, told: Told, seconds: Callable[[], float] = monotonic
) -> Requests:
    """The one request that a template makes of a message, in time by a clock of ``seconds``.

    Of a ping that is of no ticket it is a GET.

    Raises:
        Unrenderable: it names what the message does not have, makes no JSON where it is to, grows
            too large or takes too long.
    """
    if told.is_ping and options.system is not None:
        return (Request(method="GET", path=options.ping),)
    values = values_of(told)
    body = _made(options.body, values, "the body", seconds)
    if options.content_type.startswith("application/json"):
        _check_json(body)
    path = _made(options.path, values, "the path", seconds, in_path=True)
    if path and not path.startswith(("/", "?")):
        raise Unrenderable("the path begins with neither `/` nor `?`")
    if ".." in path:
        raise Unrenderable("the path has `..` in it")
    request = Request(options.method, path, options.content_type, body=body)
    return (request,)


def check(options: chosen.Template) -> Iterator[tuple[str, str]]:
    """What cannot be in its templates: the option, and why."""
    for name, source in (("body", options.body), ("path", options.path)):
        try:
            _compiled(source, in_path=name == "path")
        except TemplateFault as fault:
            yield name, str(fault)


def values_of(told: Told) -> Mapping[str, Any]:
    """What a template may name: the standard body's members, and what is often asked for."""
    return {
        **told.body,
        "issue": told.data.get("issue"),
        "details": told.data.get("details", {}),
        "refs": {ref.system: {"id": ref.id, "url": ref.url} for ref in told.refs},
        "headline": wording.headline(told),
        "lines": list(wording.lines(told)),
        "text": wording.comment(told),
        "mark": wording.mark(told),
    }


def _made(
    source: str,
    values: Mapping[str, Any],
    what: str,
    seconds: Callable[[], float],
    *,
    in_path: bool = False,
) -> str:
    try:
        template = _compiled(source, in_path=in_path)
    except TemplateFault as fault:
        raise Unrenderable(f"{what}: {fault}") from fault
    limit = _Limit(seconds)
    size, parts = 0, list[str]()
    try:
        for part in template.generate({**values, _COUNTED: limit}):
            size += len(part)
            if size > LONGEST:
                raise Unrenderable(f"{what} grows beyond {LONGEST} characters")
            limit.look()
            parts.append(part)
    except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise Unrenderable(f"{what}: {wording.cut(str(error), 300)}") from error
    return "".join(parts)


class _Limit:
    """Counts the items of all loops of one rendering, and looks at the time that it takes."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._left = ITEMS
        self._seconds = seconds
        self._until = seconds() + SECONDS

    def items(self, found: Any) -> Iterator[Any]:  # noqa: ANN401 - whatever is looped over
        """The items of a list or the names of a mapping, while there are not too many."""
        if not isinstance(found, list | tuple | Mapping):
            raise Unrenderable("a loop is over something that is no list")
        for item in found:
            self._left -= 1
            if self._left < 0:
                raise Unrenderable(f"its loops go through more than {ITEMS} items")
            self.look()
            yield item

    def look(self) -> None:
        """Go no further once it has taken too long."""
        if self._seconds() > self._until:
            raise Unrenderable(f"it takes longer than {SECONDS:g} seconds")


@lru_cache(maxsize=256)
def _compiled(source: str, *, in_path: bool) -> Template:
    environment = _IN_PATHS if in_path else _IN_BODIES
    try:
        tree = environment.parse(source)
        _check(tree, 0)
        for loop in tree.find_all(nodes.For):
            counted = nodes.Getattr(nodes.Name(_COUNTED, "load"), "items", "load")
            loop.iter = nodes.Call(counted, [loop.iter], [], None, None)
        tree.set_environment(environment)
        code = environment.compile(tree)
        return Template.from_code(environment, code, environment.globals)
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        where = "" if line is None else f"line {line}: "
        raise TemplateFault(f"{where}{error.message or type(error).__name__}") from error


def _check(node: nodes.Node, depth: int) -> None:
    """Go no further with what is not in the part of the language that is taken."""
    if not isinstance(node, _NODES):
        _refuse(node, f"`{type(node).__name__.lower()}` is not taken in templates")
    if isinstance(node, nodes.Name) and node.name.startswith("_"):
        _refuse(node, f"`{node.name}` is no name that a template may use")
    if isinstance(node, nodes.Filter) and node.name not in _FILTERS:
        _refuse(node, f"the filter `{node.name}` is none of {', '.join(_FILTERS)}")
    if isinstance(node, nodes.Test) and node.name not in _TESTS:
        _refuse(node, f"the test `{node.name}` is none of {', '.join(_TESTS)}")
    if isinstance(node, nodes.For):
        depth += 1
        if depth > DEEPEST or node.recursive:
            _refuse(node, f"loops stand in one another at most {DEEPEST} deep, none recursive")
    for child in node.iter_child_nodes():
        _check(child, depth)


def _refuse(node: nodes.Node, why: str) -> NoReturn:
    raise TemplateFault(f"line {node.lineno}: {why}")


def _bounded(filter_: Callable[..., Any]) -> Callable[..., Any]:
    """The filter; a single one lets a value grow by a small factor only, so each is looked at."""

    @wraps(filter_)
    def bounded(*given: Any, **named: Any) -> Any:  # noqa: ANN401 - any value
        made = filter_(*given, **named)
        if isinstance(made, str) and len(made) > LONGEST:
            raise Unrenderable(f"a value grows beyond {LONGEST} characters")
        return made

    return bounded


def _pairs(mapping: Any) -> list[tuple[str, Any]]:  # noqa: ANN401 - whatever is to be looked into
    """The members of a mapping."""
    if not isinstance(mapping, Mapping):
        raise Unrenderable("`items` takes a mapping")
    return list(mapping.items())


def _joined(parts: Any, between: str = "") -> str:  # noqa: ANN401 - whatever is to be joined
    """A list joined; letters of a text are not, which would let it grow without end."""
    if not isinstance(parts, list | tuple):
        raise Unrenderable("`join` takes a list")
    texts = [str(part) for part in parts]
    if sum(map(len, texts)) + len(between) * len(texts) > LONGEST:
        raise Unrenderable(f"a value grows beyond {LONGEST} characters")
    return between.join(texts)


def _as_json(value: Any) -> str:  # noqa: ANN401 - whatever JSON can hold
    """JSON as it stands in a body: letters of every language as they are."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, default=_no_json)


def _no_json(value: Any) -> NoReturn:  # noqa: ANN401 - any value
    if isinstance(value, Undefined):
        str(value)  # raises what is missing
    raise TypeError("`tojson` takes what JSON can hold")


def _in_path(value: Any) -> str:  # noqa: ANN401 - any value
    """A value within a path: nothing in it ends a segment."""
    return quote(str(value), safe="")


class _Environment(ImmutableSandboxedEnvironment):
    """Only what is listed; everything that is missing is a mistake."""

    def __init__(self, finalize: Callable[[Any], Any] | None = None) -> None:
        super().__init__(
            autoescape=False,
            undefined=StrictUndefined,
            keep_trailing_newline=True,
            finalize=finalize,
        )
        own = {"items": _pairs, "join": _joined, "tojson": _as_json}
        self.filters = {n: _bounded(own.get(n, FILTERS[n])) for n in _FILTERS}
        self.tests = {name: self.tests[name] for name in _TESTS}
        self.globals = {}


_IN_BODIES = _Environment()
_IN_PATHS = _Environment(_in_path)


def _check_json(body: str) -> None:
    try:
        json.loads(body)
    except ValueError as error:
        raise Unrenderable(f"the body is no JSON: {error}; write values with `| tojson`") from error
