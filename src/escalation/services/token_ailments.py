"""What is unsafe or unwise in how tokens of an identity provider are taken."""

from collections.abc import Sequence

from escalation.delivery.fetching import Unreachable
from escalation.routing.directory import Directory
from escalation.services.ailments import Found, unwise
from escalation.services.oidc.door import TokenDoor
from escalation.services.roles import UNSCOPED


def of_settings(tokens: TokenDoor | None, lacking: Sequence[str]) -> Found:
    """What is half set up, gives nothing or too much, or cannot be reached."""
    if lacking:
        yield unwise(
            "oidc_half",
            "Tokens of an identity provider are half set up, and open nothing:"
            f" {' and '.join(lacking)} is not set.",
            "docs/sign-in.md tells what is needed.",
        )
    if tokens is None:
        return
    trust, table = tokens.trust, tokens.table
    if not table.grants and table.person_role is None:
        yield unwise(
            "oidc_gives_nothing",
            "No token gives a role here: every one is refused.",
            "Set ESCALATION_OIDC_ROLES, or ESCALATION_OIDC_PERSON_ROLE.",
        )
    strong = [grant.role for grant in table.grants if grant.role in UNSCOPED and not grant.program]
    if strong and not trust.methods and not trust.contexts:
        yield unwise(
            "oidc_single_factor",
            f"A token gives the role {strong[0]} however its holder signed in.",
            "Demand a second factor: ESCALATION_OIDC_AMR, or ESCALATION_OIDC_ACR.",
        )
    try:
        tokens.keyring.fetched()
    except Unreachable as error:
        yield unwise(
            "oidc_unreachable",
            f"The keys of {trust.issuer} cannot be had: {error}.",
            "Without them no token opens anything; see to the name, the network and the issuer.",
        )


def of_parts(tokens: TokenDoor | None, directory: Directory | None) -> Found:
    """Codes of the table of roles that the directory does not have."""
    if tokens is None or directory is None:
        return
    for line in tokens.table.unknown_codes(directory):
        yield unwise(
            "oidc_unknown_code",
            f"In ESCALATION_OIDC_ROLES {line}. Whoever has that value sees nothing by it.",
            "Correct the code there, or enter it into the directory.",
        )
