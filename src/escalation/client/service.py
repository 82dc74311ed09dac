"""The client: one service, by its address and a key."""

from types import TracebackType
from typing import Any, Self, Unpack

from escalation.client.forums import Digests, Forums, Meetings
from escalation.client.interactions import FeedbackRegister, Register
from escalation.client.issues import Issues
from escalation.client.keys import Keys
from escalation.client.line import Asked, Body, Line, Options, is_json, read
from escalation.client.operation import OPERATIONS
from escalation.client.registers import Actions, Decisions, Learnings, Themes
from escalation.client.reports import Reports, Surveys
from escalation.client.shapes.contacts import Contact
from escalation.client.webhooks import Endpoints, Hooks
from escalation.errors import Invalid
from escalation.routing.wording import the_nearest


class Client:
    """Calls a service. Use it as a context, or close it.

    Writes are sent with a key of their own, so that a try whose answer was lost does nothing twice.
    What is refused for now (429, 503) and connections that fail are tried again, as long as
    ``patience`` says and not before ``Retry-After`` does. No redirect is followed, certificates are
    verified, and no variable of the environment (a proxy, a ``.netrc``) changes where the key goes.

    ``issues``, ``contacts``, ``feedback``, ``forums``, ``meetings``, ``digests``,
    ``actions``, ``decisions``, ``themes``, ``learnings``, ``reports``, ``surveys``, ``hooks``,
    ``endpoints`` and ``keys`` have methods for what they are for; :meth:`call` reaches every
    operation there is.
    """

    def __init__(self, address: str, key: str, **options: Unpack[Options]) -> None:
        """Open nothing yet.

        Args:
            address: where the service answers: ``https://`` and its name; ``http://`` on this
                machine alone, unless ``plain_http`` says otherwise.
            key: a key as it was shown when it was made, or an access token.
            options: ``plain_http``, to let the key travel unencrypted; ``authorities``, a file of
                certificates that are trusted beside the public ones; ``seconds``, how long each
                step of a request may take; ``patience``, how long one is tried again.

        Raises:
            Invalid: the address or the key cannot be used.
        """
        self._line = Line(address, key, **options)
        self.issues = Issues(self._line)
        self.contacts: Register[Contact] = Register(self._line, "contact", "contacts")
        self.feedback = FeedbackRegister(self._line, "feedback", "feedback")
        self.forums = Forums(self._line)
        self.meetings = Meetings(self._line)
        self.digests = Digests(self._line)
        self.actions = Actions(self._line)
        self.decisions = Decisions(self._line)
        self.themes = Themes(self._line)
        self.learnings = Learnings(self._line)
        self.reports = Reports(self._line)
        self.surveys = Surveys(self._line)
        self.hooks = Hooks(self._line)
        self.endpoints = Endpoints(self._line)
        self.keys = Keys(self._line)

    def call(
        self,
        operation: str,
        body: Body = None,
        /,
        *,
        version: int | None = None,
        query: dict[str, Any] | None = None,
        **parts: str,
    ) -> Any:  # noqa: ANN401 - any JSON
        """Any operation by the name that ``/openapi.json`` gives it: ``call("list_people")``.

        Args:
            operation: its name.
            body: what it is sent.
            version: what it changes, as it was read; any where nothing is said.
            query: its parameters.
            parts: the parts of its path, ``code="rivers"``.

        Returns:
            What is answered as JSON, or the text of what is something else.

        Raises:
            Invalid: there is no operation of that name, or a part of its path is missing.
        """
        if operation not in OPERATIONS:
            like = the_nearest(operation, OPERATIONS)
            raise Invalid(f"There is no operation {operation}{like}; /openapi.json lists them.")
        asked = Asked(parts=parts, query=query or {}, body=body, version=version)
        answer = self._line.call(operation, asked)
        return read(answer) if is_json(answer) else answer.text or None

    def close(self) -> None:
        """Close every connection."""
        self._line.close()

    def __enter__(self) -> Self:
        """The client itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close every connection."""
        self.close()

    def __repr__(self) -> str:
        """Where it calls; not with which key."""
        return f"Client({self._line.address!r})"
