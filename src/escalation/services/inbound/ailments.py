"""What the doctor finds of the tools that post here."""

from datetime import datetime, timedelta

from escalation.services.ailments import Found, unwise
from escalation.services.inbound.book import SourceBook
from escalation.services.mail.arriving import SOURCE as MAIL
from escalation.store import hooks
from escalation.store.transaction import Connection

_SECRETS = "ESCALATION_HOOK_SECRETS"


RECENT = timedelta(days=7)
"""For how long a delivery that had no effect is told of."""


def left_over(connection: Connection, now: datetime) -> Found:
    """What tools sent of late that had no effect, because a word in it is not known here."""
    counts = hooks.left_counts(connection, now - RECENT, MAIL)
    if counts:
        each = ", ".join(f"{count} of {source}" for source, count in sorted(counts.items()))
        yield unwise(
            "hook_deliveries_left",
            f"Of what tools sent in the last seven days, this had no effect: {each}.",
            "escalation webhooks inbox --left says why; mend it, then webhooks replay.",
        )


def of_sources(book: SourceBook | None) -> Found:
    """A source file that is not in force; secrets that nobody has set, and that nothing names.

    Where no secret is set at all, no tool is meant to post.
    """
    if book is None:
        return
    unset, unnamed = book.unset(), book.unnamed()
    if book.mistake is not None:
        told = "; ".join([book.mistake.detail, *(each.detail for each in book.mistake.errors)])
        yield unwise("sources_refused", told, f"Mend {book.file}; it is read again by itself.")
    if unset and book.named_secrets:
        what = f"No secret is set for {', '.join(unset)}: what such a tool posts is answered 401."
        yield unwise("hook_secrets_unset", what, f"Add `name=secret` of each to {_SECRETS}.")
    if unnamed and book.mistake is None:
        what = f"Secrets are set that no source names: {', '.join(unnamed)}."
        yield unwise("hook_secrets_unnamed", what, f"Name them in {book.file}, or take them out.")
