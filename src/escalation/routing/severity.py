"""How bad an issue is: what was said, or what impact and urgency come to."""

from escalation.routing.ladder import LadderFile
from escalation.routing.vocabulary import Degree, Severity


def severity_of(
    file: LadderFile,
    severity: Severity | None,
    impact: Degree | None = None,
    urgency: Degree | None = None,
) -> tuple[Severity, str]:
    """The severity, and why.

    A severity that is given stands. Else the file's matrix decides from impact and urgency, of
    which one that is not given counts as medium (our reading); where nothing is said, the file's
    default.
    """
    if severity is not None:
        return severity, f"severity {severity} was given"
    if impact is None and urgency is None:
        default = file.severities.default
        return default, f"severity {default}: nothing was said"
    across, down = urgency or Degree.MEDIUM, impact or Degree.MEDIUM
    found = file.severities.matrix[down][across]
    return found, f"severity {found} from {down} impact and {across} urgency"
