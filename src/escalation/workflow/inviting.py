"""What the engine asks of a settled issue whose raiser is to be asked how it went."""

from dataclasses import dataclass
from datetime import datetime

from escalation.routing.surveys import After


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyDue:
    """That its survey is due: which, after what of it, by which invitation, and until when."""

    survey: str
    after: After
    invitation: str
    expires_at: datetime
