"""Whether somebody changes what they saw: the version in If-Match against the one that stands.

Source: RFC 9110, section 13.1.1, and RFC 6585, section 3.
"""

from collections.abc import Callable, Mapping
from typing import Any

from escalation.errors import PreconditionFailed, PreconditionRequired


def check_seen(
    what: str,
    seen: int | None,
    stands: int,
    current: Callable[[], Mapping[str, Any]],
    *,
    needs: bool = False,
) -> None:
    """Let nobody change what has moved on since they looked.

    Args:
        what: the words for it, as `theme`.
        seen: the version of which If-Match speaks; None where it was not sent or is `*`.
        stands: the version that it has now.
        current: what tells how it stands now.
        needs: whether it has to be sent.

    Raises:
        PreconditionRequired: the version that was seen is missing, and may not be.
        PreconditionFailed: it has moved on; what stands now goes with it.
    """
    if seen is None and needs:
        raise PreconditionRequired(
            f'Send If-Match with the ETag of the {what} as you saw it; it is "{stands}" now.'
        )
    if seen is not None and seen != stands:
        raise PreconditionFailed(
            f"The {what} has moved on from what you saw to version {stands}; look at it again.",
            extra={"current": dict(current())},
        )
