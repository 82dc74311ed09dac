"""Strict YAML: plain data with the position of every key and value, or what is wrong with it.

YAML 1.2 scalars only; no tags, anchors, aliases, merges, directives, second documents or
duplicate keys; UTF-8 without a byte order mark. Size and depth are bounded before anything is
built. Numbers with a leading zero, a radix or a sign of base sixty stay text, so that a field
that wants a number refuses them and a field that wants a time gets what was written.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from escalation.errors import Fault, TooLarge
from escalation.routing.positions import Path, Place, Positions
from escalation.routing.wording import quoted

DEPTH = 20
"""How deep a document may be nested."""

_UNPRINTABLE = re.compile(
    "[^\\t\\n\\r\\x20-\\x7e\\xa0-\\u2027\\u202f-\\u2065\\u206a-\\ud7ff"
    "\\ue000-\\ufefe\\uff00-\\ufffd\\U00010000-\\U0010ffff]"
)
"""Control characters, other line ends than YAML 1.2 has, and what turns the direction of text."""

_NESTED = re.compile(rf"(?:[\[{{]\s*){{{DEPTH + 1}}}")
_NO_CHARACTER = re.compile(r"\\U(?!000|0010)[0-9A-Fa-f]{8}")
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"true", "True", "TRUE"})
_FALSE = frozenset({"false", "False", "FALSE"})
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})?\.[0-9]{1,18}([eE][-+]?[0-9]{1,2})?")

_Collection = MappingStartEvent, SequenceStartEvent
_Node = AliasEvent | ScalarEvent | MappingStartEvent | SequenceStartEvent
_Layout = (
    StreamStartEvent,
    StreamEndEvent,
    DocumentStartEvent,
    DocumentEndEvent,
    MappingEndEvent,
    SequenceEndEvent,
)


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says: dicts with text keys, lists, and scalars; and the faults of its form.

    ``spoilt`` names the values that a fault of form has made meaningless.
    """

    data: object
    positions: Positions
    faults: list[Fault]
    spoilt: set[Path]


def read(source: str | bytes, name: str, largest: int) -> Document:
    """Read one document.

    Args:
        source: the file's bytes, or its text.
        name: how messages call the file.
        largest: how many bytes it may have.

    Raises:
        TooLarge: it is larger than ``largest`` or nested deeper than ``DEPTH``.
    """
    reader = _Reader(Positions(name))
    text = reader.decode(source, largest)
    if text is None:
        return reader.document(None)
    try:
        data = reader.build(text)
    except MarkedYAMLError as broken:
        reader.syntax(broken)
        data = None
    except (OverflowError, ValueError):  # an escape of a character that there is not
        odd = _NO_CHARACTER.search(text)
        place = _end_of(text[: odd.start()] if odd else "")
        reader.fault("yaml_syntax", place, "found an escape of no character, expected one")
        data = None
    return reader.document(data)


def scalar(text: str) -> object:
    """What a plain scalar means in YAML 1.2; text where it means nothing else."""
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def _place(event: Event) -> Place:
    mark = event.start_mark
    return mark.line + 1, mark.column + 1


def _end_of(text: str) -> Place:
    return text.count("\n") + 1, len(text) - text.rfind("\n")


@dataclass(slots=True)
class _Reader:
    positions: Positions
    faults: list[Fault] = field(default_factory=list)
    spoilt: set[Path] = field(default_factory=set)
    events: Iterator[Any] = field(default_factory=lambda: iter(()))

    def document(self, data: object) -> Document:
        return Document(data, self.positions, self.faults, self.spoilt)

    def fault(self, code: str, place: Place, detail: str) -> None:
        self.faults.append(Fault(code, detail, file=self.positions.show(place)))

    def decode(self, source: str | bytes, largest: int) -> str | None:
        size = len(source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source)
        if size > largest:
            where = self.positions.show((1, 1))
            detail = f"found {size} bytes, expected at most {largest}"
            raise TooLarge(
                f"{self.positions.name} is too large",
                errors=[Fault("too_large", detail, file=where)],
            )
        text = source if isinstance(source, str) else self._utf8(source)
        if text is None:
            return None
        odd = _UNPRINTABLE.search(text)
        if odd is not None:
            self._not_text(text[: odd.start()], f"the character U+{ord(odd[0]):04X}")
            return None
        nested = _NESTED.search(text)
        if nested is not None:
            raise self._too_deep(_end_of(text[: nested.start()]))
        return text

    def _utf8(self, source: bytes) -> str | None:
        try:
            return source.decode("utf-8")
        except UnicodeDecodeError as broken:
            self._not_text(source[: broken.start].decode("utf-8"), "bytes that are not UTF-8")
            return None

    def _not_text(self, before: str, found: str) -> None:
        detail = f"found {found}, expected printable text in UTF-8 without a byte order mark"
        self.fault("yaml_text", _end_of(before), detail)

    def _too_deep(self, place: Place) -> TooLarge:
        detail = f"found nesting deeper than {DEPTH}, expected at most {DEPTH}"
        fault = Fault("too_deep", detail, file=self.positions.show(place))
        return TooLarge(f"{self.positions.name} is nested too deeply", errors=[fault])

    def syntax(self, broken: MarkedYAMLError) -> None:
        mark = broken.problem_mark or broken.context_mark
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        said = ", ".join(str(part) for part in (broken.context, broken.problem) if part)
        self.fault("yaml_syntax", place, f"found no YAML, expected it to be read: {said}")

    def build(self, text: str) -> object:
        self.events = YAML(typ="safe", pure=True).parse(StringIO(text))
        data: object = None
        documents = 0
        for event in self.events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if event.version or event.tags:
                    self.fault("yaml_directive", _place(event), "found a directive, expected none")
                if documents > 1:
                    detail = "found a second document, expected one"
                    self.fault("yaml_documents", _place(event), detail)
                    break
            elif not isinstance(event, _Layout):
                data = self._node(event, ())
        return data

    def _node(self, event: _Node, path: Path) -> object:
        place = _place(event)
        self.positions.values[path] = place
        if isinstance(event, AliasEvent):
            self._alias(event, path)
            return None
        if event.anchor is not None:
            self.fault(
                "yaml_anchor",
                place,
                f"found the anchor {quoted('&' + event.anchor)}, expected none",
            )
        if event.tag is not None:
            self.fault("yaml_tag", place, f"found the tag {quoted(str(event.tag))}, expected none")
            self.spoilt.add(path)
        if isinstance(event, ScalarEvent):
            return self._scalar(event, path)
        if len(path) >= DEPTH:
            raise self._too_deep(place)
        return self._mapping(path) if isinstance(event, MappingStartEvent) else self._list(path)

    def _alias(self, event: AliasEvent, path: Path) -> None:
        detail = f"found the alias {quoted('*' + str(event.anchor))}, expected the value itself"
        self.fault("yaml_alias", _place(event), detail)
        self.spoilt.add(path)

    def _scalar(self, event: ScalarEvent, path: Path) -> object:
        self._printable(event)
        if event.style:
            return event.value
        value = scalar(event.value)
        if not isinstance(value, str):
            self.positions.written[path] = event.value
        return value

    def _printable(self, event: ScalarEvent) -> None:
        """Refuse what an escape has put into a text."""
        odd = _UNPRINTABLE.search(event.value)
        if odd is not None:
            found = f"an escape of the character U+{ord(odd[0]):04X}"
            self.fault("yaml_text", _place(event), f"found {found}, expected printable text")

    def _list(self, path: Path) -> list[object]:
        items: list[object] = []
        while not isinstance(event := next(self.events), SequenceEndEvent):
            items.append(self._node(event, (*path, len(items))))
        return items

    def _mapping(self, path: Path) -> dict[str, object]:
        table: dict[str, object] = {}
        first: dict[str, Place] = {}
        while not isinstance(event := next(self.events), MappingEndEvent):
            key = self._key(event, path)
            value_event = next(self.events)
            if key is None:
                self._skip(value_event, path)
            elif key in table:
                line = first[key][0]
                detail = (
                    f"found {quoted(key)} again, expected each key once; it stands on line {line}"
                )
                self.fault("duplicate_key", _place(event), detail)
                self._skip(value_event, path)
            else:
                first[key] = self.positions.keys[(*path, key)] = _place(event)
                table[key] = self._node(value_event, (*path, key))
                if self.positions.written.get((*path, key)) == "":  # nothing stands nowhere
                    self.positions.values[*path, key] = _place(event)
        return table

    def _key(self, event: _Node, path: Path) -> str | None:
        """The key as written; None where it is no key that is taken."""
        if not isinstance(event, ScalarEvent):
            self.fault("yaml_key", _place(event), "found a key that is no word, expected a word")
            if isinstance(event, _Collection):
                self._skip(event, path)
            return None
        self._printable(event)
        if event.value == "<<" and not event.style:
            self.fault(
                "yaml_merge", _place(event), "found a merge key, expected the keys themselves"
            )
            self.spoilt.add(path)
            return None
        if event.anchor is not None or event.tag is not None:
            self.fault(
                "yaml_key", _place(event), "found an anchor or a tag on a key, expected none"
            )
        return str(event.value)

    def _skip(self, event: _Node, path: Path) -> None:
        """Read a value for its faults of form only; it is kept nowhere."""
        self._node(event, (*path, "\0"))
