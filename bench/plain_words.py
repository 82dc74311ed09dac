"""How either database says what the hand-written statements ask."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Words:
    """Templates of one database's SQL; a day is numbered from 1970 by Brisbane's own dates."""

    snapshot: str
    parameter: str
    day: str
    instant: str
    object_: str
    nested: str
    truth: str
    parsed: str
    told: str
    gathered: str
    array: str
    path: str
    among: str
    filled: str

    def asked(self, statement: str, given: Mapping[str, Any]) -> str:
        """The statement with its parameters as the driver wants them."""
        for name in given:
            statement = statement.replace(f":{name}", self.parameter.format(name))
        return statement

    def made(self, named: Mapping[str, str]) -> str:
        """A JSON object of expressions by their names."""
        return self.object_.format(", ".join(f"'{name}', {value}" for name, value in named.items()))

    def said(self, path: Sequence[str]) -> str:
        """The text at a path of names in an entry's payload."""
        return self.path.format(".".join(path), ",".join(path))

    def listed(self, words: str) -> str:
        """A JSON list of words, each of which has a comma before it."""
        return self.parsed.format(f"'[' || ltrim({words}, ',') || ']'")

    def row(self, made: str) -> str:
        """JSON as a column of text."""
        return self.told.format(made)


WORDS = {
    "sqlite": Words(
        snapshot="BEGIN",
        parameter=":{0}",
        day="({0}/1000000 + 36000)/86400",
        instant="strftime('%Y-%m-%dT%H:%M:%SZ', {0}/1000000, 'unixepoch')",
        object_="json_object({0})",
        nested="json({0})",
        truth="json(iif({0}, 'true', 'false'))",
        parsed="json({0})",
        told="{0}",
        gathered="json_group_array({0})",
        array="json_array({0})",
        path="json_extract(payload, '$.{0}')",
        among="{0} IN (SELECT value FROM json_each(:{1}))",
        filled="{0} <> '[]'",
    ),
    "postgres": Words(
        snapshot="BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        parameter="%({0})s",
        day="floor((extract(epoch from {0}) + 36000)/86400)::int",
        instant="""to_char({0}, 'YYYY-MM-DD"T"HH24:MI:SS"Z"')""",
        object_="json_build_object({0})",
        nested="({0})",
        truth="({0})",
        parsed="({0})::json",
        told="({0})::text",
        gathered="coalesce(json_agg({0}), '[]')",
        array="json_build_array({0})",
        path="(payload::json #>> '{{{1}}}')",
        among="{0} = ANY(:{1})",
        filled="{0} <> '[]'::jsonb",
    ),
}
