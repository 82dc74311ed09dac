"""What the doctor finds of subscriptions."""

from escalation.services.ailments import Found, unwise
from escalation.store import windows
from escalation.store.transaction import Connection


def undelivered(connection: Connection) -> Found:
    """The subscriptions whose last digest went to nobody."""
    for name, why in windows.undelivered(connection):
        yield unwise(
            "digest_undelivered",
            f"The last digest of {name} went to nobody: {why}.",
            "escalation digests subscriptions change or end; the next window is looked at anew.",
        )
