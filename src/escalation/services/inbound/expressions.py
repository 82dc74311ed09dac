"""JMESPath expressions (https://jmespath.org): read once, bounded, asked of untrusted bodies."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.functions import Functions
from jmespath.parser import ParsedResult

from escalation.routing.wording import one_of, quoted, the_nearest

LONGEST = 1_000
"""How many characters an expression may have."""
DEEPEST = 20
"""How deep an expression may be nested."""


ROOTS = ("body", "headers", "it", "state")
"""What an expression may begin with: nothing else is ever there to be found."""
_FUNCTIONS = tuple(sorted(Functions.FUNCTION_TABLE))
_WITHIN = frozenset(
    {
        "subexpression",
        "index_expression",
        "pipe",
        "projection",
        "value_projection",
        "filter_projection",
        "flatten",
    }
)
"""What looks with all but its first part into what the first part found."""


class NoAnswer(Exception):
    """What was found cannot be asked that: a text function of a number, say."""


def read_expression(text: str) -> str:
    """An expression that can be asked, as it was written.

    Raises:
        ValueError: it is none, or too long or nested too deeply; the text says what is wrong.
    """
    if len(text) > LONGEST:
        raise ValueError(f"expected a JMESPath expression of at most {LONGEST} characters")
    try:
        parsed = _parsed(text)
    except (JMESPathError, RecursionError, ValueError) as error:
        said = " ".join(str(error).split("\n")[0].split())
        raise ValueError(f"expected a JMESPath expression: {said}") from None
    depth, short_not = _looked_at(parsed.parsed)
    if depth > DEEPEST:
        raise ValueError(f"expected a JMESPath expression nested at most {DEEPEST} deep")
    for kind, name in _named(parsed.parsed):
        if kind == "field" and name not in ROOTS:
            told = f"found {quoted(name)}, expected an expression to begin with {one_of(ROOTS)}"
            raise ValueError(
                f"{told}{the_nearest(name, ROOTS)}; a constant is written `{{otherwise: ...}}`"
            )
        if kind == "function_expression" and name not in _FUNCTIONS:
            like = the_nearest(name, _FUNCTIONS)
            raise ValueError(f"found {quoted(name)}, expected a function that JMESPath has{like}")
    if short_not:
        raise ValueError("expected `!(a.b)` for `!a.b`, which JMESPath reads as `(!a).b`")
    return text


def answer_of(expression: str, context: Mapping[str, Any]) -> Any:  # noqa: ANN401 - any JSON
    """What an expression finds; None where it finds nothing.

    Raises:
        NoAnswer: what it found cannot be asked that.
    """
    try:
        return _parsed(expression).search(context)
    except Exception as error:  # noqa: BLE001 - whatever a stranger's body does to the library
        said = " ".join(str(error).split()) or type(error).__name__
        raise NoAnswer(f"{quoted(expression)} cannot be asked of this body: {said[:200]}") from None


@lru_cache(maxsize=4_096)
def _parsed(expression: str) -> ParsedResult:
    return jmespath.compile(expression)


def _looked_at(node: Mapping[str, Any]) -> tuple[int, bool]:
    """How deep a parsed expression is nested, without recursion; and whether a `!` falls short."""
    deepest, short_not, left = 0, False, [(node, 1)]
    while left:
        each, level = left.pop()
        deepest = max(deepest, level)
        inner = [child for child in each["children"] if isinstance(child, Mapping)]
        if each["type"] in {"subexpression", "index_expression"} and inner:
            short_not |= inner[0]["type"] == "not_expression"
        left.extend((child, level + 1) for child in inner)
    return deepest, short_not


def _named(tree: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The fields that are looked for in the context itself, and every function, by their names."""
    left = [(tree, True)]
    while left:
        node, outermost = left.pop()
        kind = node["type"]
        if kind == "function_expression" or (kind == "field" and outermost):
            yield kind, node["value"]
        inner = [child for child in node["children"] if isinstance(child, Mapping)]
        for number, child in enumerate(inner):
            looks_within = kind == "expref" or (kind in _WITHIN and number > 0)
            left.append((child, outermost and not looks_within))
