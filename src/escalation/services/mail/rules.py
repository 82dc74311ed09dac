"""What an installation has set about mail, and what follows for every mail."""

from dataclasses import dataclass
from datetime import timedelta

from escalation.services.mail.replies import Replies

HANDING = timedelta(seconds=60)
"""How much longer a mail belongs to who hands it over than its server may take to answer."""


@dataclass(frozen=True, slots=True)
class MailRules:
    """Mail is sent ``sender``'s; replies come to ``replies``, if anywhere.

    ``answer`` is how long a server may take for a whole mail. A mail of which it is not known
    whether the server took it is sent ``again``, or waits for a person. Links begin with ``url``.
    """

    sender: str
    domain: str
    answer: timedelta
    again: bool = False
    url: str | None = None
    replies: Replies | None = None

    @property
    def handed_for(self) -> timedelta:
        """How long a mail that is being handed over belongs to who does so."""
        return self.answer + HANDING
