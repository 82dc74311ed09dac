"""What the client knows of the interface, made from its description: operations and shapes.

They are written into ``src/escalation/client``, so that the client needs nothing of the service:
by ``python -m tools.docs`` with everything else, or by ``python -m tools.client_shapes`` where the
client cannot be imported for want of a shape.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from escalation.api import app

CLIENT = "src/escalation/client"
_MADE = (
    "Made from docs/openapi.json by tools/client_shapes.py; ``python -m tools.docs`` makes it anew."
)
_OPERATIONS = f'''\
"""Every operation of the REST interface: its name, its method and path, the headers it takes.

{_MADE}
"""

TABLE = """\\
'''
_ABOUT: Mapping[str, str] = {
    "timelines": "What the service answers of the history and the clocks of an issue.",
    "rungs": "What the service answers of where an issue stands, and who may see it.",
    "registers": "What the service answers of actions and themes.",
    "issues": "What the service answers of issues, and what they are listed by.",
    "contacts": "What the service answers of contacts and feedback, and what they are listed by.",
    "forums": "What the service answers of meetings and digests.",
    "webhooks": "What the service answers of webhooks, both ways, and of keys.",
}
WANTED: Mapping[str, tuple[str, ...]] = {
    "timelines": ("TimelineEntry", "CountedClock"),
    "rungs": ("RungView", "LadderPin", "SealedView"),
    "registers": ("ActionView", "ThemeEntry"),
    "issues": ("IssueView", "BatchView"),
    "contacts": ("ContactView", "FeedbackView"),
    "forums": ("DigestDetail", "MeetingDetail"),
    "webhooks": (
        "HookDeliveryView",
        "HookDeliveryDetail",
        "HookReading",
        "NewEndpointView",
        "DeliveryView",
        "DeliveryDetail",
        "Redelivered",
        "NewKeyView",
    ),
}
"""The shapes of each module; what they are made of comes with them, once."""
QUERIES: Mapping[str, Mapping[str, str]] = {
    "issues": {"IssueFilters": "list_issues"},
    "contacts": {"ContactFilters": "list_contacts", "FeedbackFilters": "list_feedback"},
}
"""The lists that have more parameters than a person remembers."""
_WIDTH = 101
"""How long a line may be, with its end."""
_PAGING = frozenset({"cursor", "include_total", "fields"})
"""Parameters that the client sets by itself, or that would make a shape untrue."""
_PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
_KEYWORDS = frozenset({"as", "class", "from", "self"})


@cache
def _described() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(app.described())
    return found


def operations() -> str:
    """The module of operations."""
    lines = [
        " ".join([each["operationId"], method.upper(), path, *_headers(each)])
        for path, methods in _described()["paths"].items()
        for method, each in methods.items()
    ]
    return _OPERATIONS + "\n".join(sorted(lines)) + '\n"""\n'


def _headers(described: Mapping[str, Any]) -> list[str]:
    return [each["name"] for each in described.get("parameters", []) if each["in"] == "header"]


def shapes(module: str) -> str:
    """A module of shapes."""
    earlier: dict[str, str] = {}
    for other, names in WANTED.items():
        if other == module:
            break
        earlier |= dict.fromkeys(_with_parts(names), other)
    made = [_shape(name) for name in _with_parts(WANTED[module]) if name not in earlier]
    made += [_filters(name, of) for name, of in QUERIES.get(module, {}).items()]
    body = "\n\n".join(made)
    typing = [
        name for name in ("Any", "NotRequired", "TypedDict") if re.search(rf"\b{name}\b", body)
    ]
    imports = [
        f"from {library} import {name}\n"
        for library, name in (("collections.abc", "Sequence"), ("datetime", "datetime"))
        if re.search(rf"\b{name}\b", body)
    ]
    imports.append(f"from typing import {', '.join(typing)}\n")
    local: list[str] = []
    for other in sorted(set(earlier.values())):
        there = [_called(name) for name, at in earlier.items() if at == other]
        used = sorted(name for name in there if re.search(rf"[:\[ ]{name}\b(?! \()", body))
        if used:
            local.append(f"from escalation.client.shapes.{other} import {', '.join(used)}\n")
    above = "\n".join(filter(None, ["".join(imports), "".join(local)]))
    return f'"""{_ABOUT[module]}\n\n{_MADE}\n"""\n\n{above}\n\n{body}'


def _with_parts(names: tuple[str, ...]) -> list[str]:
    """Shapes after those that each is made of."""
    found: list[str] = []
    for name in names:
        schema = _schema(name)
        if "properties" in schema:
            inner = _with_parts(tuple(_named(schema["properties"])))
            found += [each for each in (*inner, name) if each not in found]
    return found


def _shape(name: str) -> str:
    schema, called = _schema(name), _called(name)
    members = {
        member: _needed(_type(inner), needed=member in schema.get("required", []))
        for member, inner in schema["properties"].items()
    }
    about = str(schema.get("description", name)).splitlines()[0]
    if _KEYWORDS & members.keys():
        inner = "".join(f'        "{member}": {kind},\n' for member, kind in members.items())
        return f'{called} = TypedDict(\n    "{called}",\n    {{\n{inner}    }},\n)\n"""{about}"""\n'
    body = "".join(_line(member, kind) for member, kind in members.items())
    return f'class {called}(TypedDict):\n    """{about}"""\n\n{body}'


def _line(member: str, kind: str) -> str:
    """A member; where it would be too long a line, as the formatter breaks it."""
    line = f"    {member}: {kind}\n"
    outer, _, inner = kind.partition("[")
    if len(line) <= _WIDTH:
        return line
    return f"    {member}: {outer}[\n        {inner.removesuffix(']')}\n    ]\n"


def _filters(name: str, operation: str) -> str:
    """What a list takes, each with the type that a script gives."""
    found = next(
        each
        for methods in _described()["paths"].values()
        for each in methods.values()
        if each["operationId"] == operation
    )
    taken = [each for each in found["parameters"] if each["in"] == "query"]
    body = "".join(
        f"    {each['name']}: {_given(each['name'], each['schema'])}\n"
        for each in taken
        if each["name"] not in _PAGING
    )
    about = f'"""What {operation.removeprefix("list_")} may be listed by."""'
    return f"class {name}(TypedDict, total=False):\n    {about}\n\n{body}"


def _given(name: str, schema: Mapping[str, Any]) -> str:
    kind = _type(schema).removesuffix(" | None")
    if name.endswith(("_after", "_before")):
        return "str | datetime"
    return "str | Sequence[str]" if kind == "str" and name not in {"q", "sort"} else kind


def _needed(kind: str, *, needed: bool) -> str:
    return kind if needed else f"NotRequired[{kind}]"


def _type(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _called(name) if "properties" in _schema(name) else _type(_schema(name))
    if "anyOf" in schema:
        kinds = dict.fromkeys(_type(each) for each in schema["anyOf"])
        return "Any" if "Any" in kinds else " | ".join(kinds)
    kind = schema.get("type")
    if kind == "array":
        return f"list[{_type(schema.get('items', {}))}]"
    if kind == "object":
        more = schema.get("additionalProperties")
        return f"dict[str, {_type(more) if isinstance(more, dict) else 'Any'}]"
    return _PLAIN.get(str(kind), "Any")


def _named(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"].rpartition("/")[2]
        for inner in value.values():
            yield from _named(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _named(inner)


def _schema(name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = _described()["components"]["schemas"][name]
    return found


def _called(name: str) -> str:
    """What a shape is called in Python: without `View`, unless another has that name."""
    short = name.removesuffix("View")
    return name if short in _described()["components"]["schemas"] else short


def main() -> None:
    """Write the modules."""
    for name, make in MODULES.items():
        (ROOT / name).write_text(make(), encoding="utf-8")


ROOT = Path(__file__).resolve().parents[1]
MODULES: Mapping[str, Callable[[], str]] = {
    f"{CLIENT}/operations.py": operations,
    **{f"{CLIENT}/shapes/{module}.py": partial(shapes, module) for module in WANTED},
}
"""Each module, and what makes it."""

if __name__ == "__main__":
    main()
