"""Whether anything follows of a delivery, before the issue is looked at."""

from escalation.errors import EscalationError
from escalation.services.inbound.mapping import Meaning
from escalation.services.inbound.source_file import Source
from escalation.store.hooks import HookState

_NO_AGENCY = (
    "No agency is found for it: say one as `issue.agency` of its source in the source file, "
    "or an `otherwise` there."
)


def nothing_follows(source: Source, meaning: Meaning) -> tuple[HookState, str] | None:
    """Why nothing is done of a delivery whatever its issue is; None where something may be."""
    if meaning.actor is not None and meaning.actor in source.ours:
        return HookState.ECHO, f"{meaning.actor} writes to the tool for us (`ours`)."
    if not meaning.acts and meaning.ignored is not None:
        return HookState.IGNORED, meaning.ignored
    if meaning.faults:
        first = meaning.faults[0]
        return HookState.UNMAPPED, f"{first.pointer}: {first.detail}"
    if not meaning.acts:
        return HookState.IGNORED, f"The rules {', '.join(meaning.rules)} find no act in it."
    return None


def why_refused(error: EscalationError) -> str:
    """Why the desk would not have what follows, with the field of each fault."""
    told = (
        f"{fault.pointer.strip('/')}: {fault.detail}" if fault.pointer else fault.detail
        for fault in error.errors
    )
    return "; ".join([error.detail, *told])


def cannot_be_logged(meaning: Meaning) -> tuple[HookState, str] | None:
    """Why no issue is logged of a delivery that has an act to log one; None where one may be."""
    acts = [wanted for wanted in meaning.acts if wanted.act in {"log", "change"}]
    logs = any(wanted.act == "log" for wanted in acts)
    if logs and not any("agency" in wanted.given for wanted in acts):
        return HookState.UNMAPPED, _NO_AGENCY
    return None
