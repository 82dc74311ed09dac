"""Keys: who may call the service."""

from collections.abc import Iterator, Mapping
from typing import Any

from escalation.client.issues import name_of
from escalation.client.line import Asked, Line
from escalation.client.listing import every
from escalation.client.shapes.webhooks import NewKey

Named = Mapping[str, Any] | str


class Keys:
    """What can be done with keys."""

    def __init__(self, line: Line) -> None:
        """Over a line to the service."""
        self._line = line

    def list(self) -> Iterator[dict[str, Any]]:
        """Every key there ever was, without the keys themselves."""
        return every(self._line, "list_keys", {})

    def create(self, *, name: str, role: str, **fields: Any) -> NewKey:  # noqa: ANN401 - the body's own
        """Make a key; the answer has it, this once."""
        asked = Asked(body={"name": name, "role": role, **fields})
        found: NewKey = self._line.found("create_key", asked)
        return found

    def rotate(self, key: Named, **fields: Any) -> NewKey:  # noqa: ANN401 - as above
        """Make the key that follows another; the old one ends by itself."""
        asked = Asked(parts={"key": name_of(key)}, body=fields)
        found: NewKey = self._line.found("rotate_key", asked)
        return found

    def revoke(self, key: Named) -> None:
        """Take a key back: it opens nothing from the next request on."""
        self._line.found("revoke_key", Asked(parts={"key": name_of(key)}))
