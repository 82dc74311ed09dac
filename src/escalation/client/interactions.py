"""Contacts and feedback: recorded, listed, read, answered, and raised into issues."""

from collections.abc import Iterator, Mapping
from typing import Any, Generic, TypeVar

from escalation.client.issues import given, name_of
from escalation.client.line import Asked, Body, Line
from escalation.client.listing import Page, every, some
from escalation.client.shapes.contacts import Feedback
from escalation.client.shapes.issues import Issue

Shape = TypeVar("Shape", bound=Mapping[str, Any])
Named = Mapping[str, Any] | str


class Register(Generic[Shape]):
    """What can be done with one of the two registers."""

    def __init__(self, line: Line, name: str, listed: str) -> None:
        """Over a line to the service; ``listed`` is what the register's list is called."""
        self._line = line
        self._name = name
        self._list = f"list_{listed}"

    def record(self, body: Body = None, /, **fields: Any) -> Shape:  # noqa: ANN401 - the body's own
        """Record what somebody said; it is kept whatever becomes of it."""
        found: Shape = self._line.found(f"record_{self._name}", Asked(body=given(body, fields)))
        return found

    def list(self, **filters: Any) -> Iterator[Shape]:  # noqa: ANN401 - see the shapes' filters
        """Whatever fits, the newest first: ``raised=False``, ``unanswered=True``."""
        return every(self._line, self._list, filters)

    def first(self, limit: int, /, **filters: Any) -> Page:  # noqa: ANN401 - as above
        """The first so many that fit, and how many do."""
        return some(self._line, self._list, {**filters, "include_total": True}, limit)

    def show(self, said: Named) -> Shape:
        """One of them, with what was written since."""
        found: Shape = self._line.found(f"get_{self._name}", self._of(said))
        return found

    def answer(self, said: Named, text: str) -> Shape:
        """Answer who gave no name; they read it with their receipt."""
        asked = Asked(parts={self._name: name_of(said)}, body={"text": text})
        found: Shape = self._line.found(f"answer_{self._name}", asked)
        return found

    def raise_(self, said: Named, body: Body = None, /, **fields: Any) -> Issue:  # noqa: ANN401 - as above
        """Raise it into an issue, with everything that it carries; once."""
        asked = Asked(parts={self._name: name_of(said)}, body=given(body, fields))
        found: Issue = self._line.found(f"raise_{self._name}", asked)
        return found

    def _of(self, said: Named) -> Asked:
        return Asked(parts={self._name: name_of(said)})


class FeedbackRegister(Register[Feedback]):
    """What can be done with feedback."""

    def acknowledge(self, said: Named, text: str) -> Feedback:
        """Tell its giver that it arrived; once, and it stands on the record."""
        asked = Asked(parts={self._name: name_of(said)}, body={"text": text})
        found: Feedback = self._line.found("acknowledge_feedback", asked)
        return found
