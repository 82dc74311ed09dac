"""What every act's body is made of."""

from typing import ClassVar

from escalation.api.schemas.fields import Body, Text
from escalation.workflow import commands


class ActBody(Body):
    """What goes with any act; some acts need the reason."""

    needs_match: ClassVar[bool] = True

    reason: Text | None = None
    note: Text | None = None

    def command(self) -> commands.Do:
        """What the desk is asked."""
        raise NotImplementedError

    @property
    def other(self) -> str | None:
        """The other issue that the act names, if it names one."""
        return None

    @property
    def said(self) -> dict[str, str | None]:
        """Reason and note, as every command takes them."""
        return {"reason": self.reason, "note": self.note}


class Reasoned(ActBody):
    """An act that is done for a reason (domain, "The life of an issue")."""

    reason: Text
