"""What the doctor finds of the tools that post here."""

from escalation.services.ailments import Found, unwise
from escalation.services.inbound.book import SourceBook

_SECRETS = "ESCALATION_HOOK_SECRETS"


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
