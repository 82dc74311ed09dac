"""The sources in force: the source file as it is now, and the secrets that it names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from escalation.errors import EscalationError, NotFound
from escalation.routing.wording import not_among
from escalation.services.inbound import source_file
from escalation.services.inbound.receiving import Known
from escalation.services.inbound.source_file import Source
from escalation.services.mail.arriving import Arriving
from escalation.services.watched_file import WatchedFile


@dataclass
class SourceBook:
    """Reads the source file again when it has changed; one with a mistake changes nothing.

    ``named_secrets`` has the values of each name, the newest first while one is being changed.
    ``mail`` takes in what is mailed, where any comes here.
    """

    file: Path
    named_secrets: Mapping[str, Sequence[str]] = field(repr=False)
    mail: Arriving | None = field(default=None, repr=False)
    _watched: WatchedFile[Mapping[str, Source]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Watch the file; it is read when it is first asked."""
        nothing: Mapping[str, Source] = {}
        self._watched = WatchedFile(self.file, source_file.read, nothing, "webhook_sources_refused")

    def sources(self) -> Mapping[str, Source]:
        """The sources by name; none where there is no file."""
        return self._watched.now()

    @property
    def mistake(self) -> EscalationError | None:
        """Why the file as it is now is not in force."""
        return self._watched.mistake

    def check(self) -> None:
        """Make sure that the file as it is now is in force.

        Raises:
            Invalid: with every mistake in it, each with its place.
        """
        self._watched.check()

    def known(self, name: str) -> Known | None:
        """A source by its name."""
        found = self.sources().get(name)
        return None if found is None else Known(name, found)

    def one(self, name: str) -> Known:
        """A source by its name.

        Raises:
            NotFound: there is none of that name, and which there are.
        """
        found = self.known(name)
        if found is None:
            told = not_among(name, self.sources())
            raise NotFound(f"There is no such source of webhooks: {told}. See {self.file}.")
        return found

    def secrets_of(self, source: Source) -> tuple[str, ...]:
        """The values of the secrets that a source names; those that are not set are left out."""
        return tuple(value for name in source.secrets for value in self.named_secrets.get(name, ()))

    def unset(self) -> list[str]:
        """The secrets that sources name and nobody has set."""
        return sorted(self._named() - self.named_secrets.keys())

    def unnamed(self) -> list[str]:
        """The secrets that are set and no source names."""
        return sorted(self.named_secrets.keys() - self._named())

    def _named(self) -> set[str]:
        return {name for source in self.sources().values() for name in source.secrets}


def secrets_in(text: str | None) -> Mapping[str, Sequence[str]]:
    """Secrets by name from `name=secret` parted by space; a name may stand again.

    A part without a name is left out: it can open nothing.
    """
    found: dict[str, list[str]] = {}
    for part in (text or "").split():
        name, _, value = part.partition("=")
        if name and value:
            found.setdefault(name, []).append(value)
    return {name: tuple(values) for name, values in found.items()}
