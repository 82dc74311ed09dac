"""What stands over a digest and is not of its content: number, hash, and when it was made."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Heading:
    """The number, the hash of the content, and the instant of making."""

    number: str
    content_hash: str
    created_at: datetime
