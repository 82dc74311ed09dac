"""Scopes as they are typed: what a key or an endpoint is for."""

from collections.abc import Sequence

import typer

from escalation.services.scopes import ScopeKind


def scopes_of(given: Sequence[str]) -> dict[str, list[str]]:
    """Codes by kind, of words such as ``agency=rivers``."""
    found: dict[str, list[str]] = {}
    for word in given:
        kind, _, code = word.partition("=")
        if kind not in set(ScopeKind) or not code:
            kinds = ", ".join(ScopeKind)
            raise typer.BadParameter(
                f"found {word!r}, expected a kind ({kinds}), `=` and a code", param_hint="--scope"
            )
        found.setdefault(kind, []).append(code)
    return found
