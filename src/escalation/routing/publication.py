"""A published ladder file: its bytes, its hash, its calendars written out date by date.

An issue pins a publication, and everything it is later judged by comes from there: the same
bytes and the same closed dates, whatever the holiday package says by then.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import Any

from escalation.errors import NotFound
from escalation.routing.agreements import Agreements
from escalation.routing.calendars import Expanded, expand, rules_of
from escalation.routing.effective import EffectiveLadder
from escalation.routing.folding import fold
from escalation.routing.ladder import LARGEST, LadderFile
from escalation.routing.loader import load
from escalation.routing.positions import Positions
from escalation.routing.references import check
from escalation.routing.vocabulary import Scope
from escalation.routing.wording import not_among
from escalation.timekeeping.calendar import Calendar


@dataclass(frozen=True)
class Publication:
    """One version of the ladder file.

    ``hash`` is the SHA-256 of its bytes in hex, ``label`` its author's name for it. Calendars and
    effective ladders are made on first use and kept.
    """

    hash: str
    label: str
    text: str
    file: LadderFile
    positions: Positions
    closed: Mapping[str, Expanded]
    _calendars: dict[str, Calendar] = field(default_factory=dict, repr=False, compare=False)
    _ladders: dict[tuple[str | None, str], EffectiveLadder] = field(
        default_factory=dict, repr=False, compare=False
    )

    @cached_property
    def agreements(self) -> Agreements:
        """The agreements, by client."""
        return Agreements(self.file)

    @classmethod
    def read(cls, source: str | bytes, name: str, today: date) -> "Publication":
        """Read and check a file that is to be published.

        Args:
            source: its bytes, or its text.
            name: how messages and sources call it.
            today: the date from which each calendar must reach three years ahead.

        Raises:
            TooLarge: it has too many bytes or is nested too deeply.
            Invalid: with every mistake in it, each with its place.
        """
        file, positions = load(
            source,
            LadderFile,
            name,
            largest=LARGEST,
            check=lambda document: check(document, today),
        )
        closed = {key: expand(entry) for key, entry in file.calendars.items()}
        return cls.of(source, file, positions, closed)

    @classmethod
    def restore(
        cls, source: str | bytes, name: str, expanded: Mapping[str, Mapping[str, Any]]
    ) -> "Publication":
        """A stored publication with the closed dates that were stored with it.

        Nothing is computed anew: neither holidays nor the horizon are checked again. One that was
        restored of late is the same object, with all that was made of it on first use.
        """
        return _restored(source, name, json.dumps(expanded, sort_keys=True))

    @classmethod
    def of(
        cls,
        source: str | bytes,
        file: LadderFile,
        positions: Positions,
        closed: Mapping[str, Expanded],
    ) -> "Publication":
        """The publication of a file that was read, with the closed dates of its calendars."""
        raw = source.encode() if isinstance(source, str) else source
        return cls(sha256(raw).hexdigest(), file.label, raw.decode(), file, positions, closed)

    def expanded(self) -> dict[str, Any]:
        """The closed dates of every calendar as JSON can hold them, to be stored with it."""
        return {key: dates.stored() for key, dates in self.closed.items()}

    def calendar(self, calendar_id: str) -> Calendar:
        """The calendar of that id.

        Raises:
            NotFound: there is none; names the nearest.
        """
        made = self._calendars.get(calendar_id)
        if made is None:
            entry = self.file.calendars.get(calendar_id)
            if entry is None:
                raise NotFound(f"calendar: {not_among(calendar_id, self.file.calendars)}")
            made = Calendar(rules_of(calendar_id, entry, self.closed[calendar_id]))
            self._calendars[calendar_id] = made
        return made

    def effective(self, ola: str | None, ladder: str) -> EffectiveLadder:
        """The ladder of an agreement, or without one.

        Args:
            ola: the agreement, or None for none.
            ladder: a scope or the id of a ladder. A scope gives the agreement's ladder for it,
                or without an agreement the default one.

        Raises:
            NotFound: there is no such agreement or ladder, or the agreement does not use it.
        """
        made = self._ladders.get((ola, ladder))
        if made is None:
            ladder_id = self._ladder_id(ola, ladder)
            made = self._ladders.get((ola, ladder_id)) or fold(
                self.file, self.positions, self.hash, ladder_id, ola
            )
            self._ladders[ola, ladder_id] = self._ladders[ola, ladder] = made
        return made

    def _ladder_id(self, ola: str | None, ladder: str) -> str:
        if ola is None:
            by_scope = {
                entry.scope.value: key for key, entry in self.file.ladders.items() if entry.default
            }
            own = dict.fromkeys(self.file.ladders)
        else:
            agreement = self.file.olas.get(ola)
            if agreement is None:
                raise NotFound(f"ola: {not_among(ola, self.file.olas)}")
            by_scope = {scope.value: key for scope, key in agreement.ladders.items()}
            own = dict.fromkeys(by_scope.values())
        found = by_scope.get(ladder, ladder)
        if found not in own:
            raise NotFound(f"ladder: {not_among(ladder, [*own, *Scope])}")
        return found


@lru_cache(maxsize=8)
def _restored(source: str | bytes, name: str, expanded: str) -> Publication:
    file, positions = load(source, LadderFile, name, largest=LARGEST)
    closed = {key: Expanded.restored(dates) for key, dates in json.loads(expanded).items()}
    return Publication.of(source, file, positions, closed)
