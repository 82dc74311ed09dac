"""Every code that a problem may have: its status, its title, and what a person does about it.

``docs/errors.md`` and the pages at ``/v1/problems/`` are made from this table.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from escalation import errors
from escalation.api import refusals
from escalation.workflow.guards import RULES
from escalation.workflow.meetings.facts import MeetingStatus
from escalation.workflow.meetings.rules import RULES as MEETING_RULES
from escalation.workflow.states import Status


@dataclass(frozen=True, slots=True)
class Code:
    """One code: the status it comes with, what it means, and what to do."""

    status: int
    title: str
    remedy: str


STATUSES: Mapping[type[errors.EscalationError], int] = {
    errors.Malformed: 400,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    refusals.NoSuchMethod: 405,
    refusals.TooSlow: 408,
    errors.Refused: 409,
    errors.PreconditionFailed: 412,
    errors.TooLarge: 413,
    refusals.TooLong: 414,
    refusals.WrongMediaType: 415,
    errors.Invalid: 422,
    errors.PreconditionRequired: 428,
    errors.TooMany: 429,
    refusals.HeadersTooLarge: 431,
    refusals.Unexpected: 500,
    errors.Busy: 503,
    errors.Broken: 503,
}
"""The status of each kind of error; what stands not here is 500."""

_GENERAL: Mapping[str, Code] = {
    "malformed": Code(
        400,
        "The request cannot be read",
        "Mend what `errors` names: broken JSON, a name that stands twice, a number that is none, "
        "an unknown query parameter, a cursor of another list, a header of another form.",
    ),
    "unauthenticated": Code(
        401,
        "Nobody known is asking",
        "Send `Authorization: Bearer esc_...` with a key that is neither revoked nor expired, or a "
        "fresh access token of the identity provider, where one is set; `WWW-Authenticate` says "
        "what a token lacks.",
    ),
    "withheld": Code(
        403,
        "The digest shows a matter that has been sealed since",
        "Read the one that `corrected_by` names; where it is missing, wait for it to be made.",
    ),
    "forbidden": Code(
        403,
        "The key may not do this",
        "Use a key of a role that has the permission which the detail names.",
    ),
    "not_found": Code(
        404,
        "There is no such thing",
        "Look at the id, reference or code; a list tells those that there are.",
    ),
    "delivery_forgotten": Code(
        404,
        "The delivery ended long ago, and was forgotten with its bytes",
        "Read the event on its issue's timeline; `ESCALATION_WEBHOOK_KEPT_DAYS` keeps more.",
    ),
    "method_not_allowed": Code(
        405, "The path does not take this method", "Use a method that the header `Allow` names."
    ),
    "request_timeout": Code(
        408, "The body did not come in time", "Send the whole body at once, then try again."
    ),
    "precondition_failed": Code(
        412,
        "It has moved on since it was read",
        "Look at `current`, decide anew, and send its version in `If-Match`.",
    ),
    "too_large": Code(413, "The body is too large", "Send less, or in several requests."),
    "too_deep": Code(413, "The body is nested too deeply", "Send flatter JSON."),
    "unsupported_media_type": Code(
        415,
        "The body is of a kind that is not taken here",
        "Send one of the media types that the header `Accept-Post` names, in UTF-8.",
    ),
    "invalid": Code(
        422,
        "Values are wrong",
        "Mend each place that `errors` names: a JSON pointer into the body, or a file's line and "
        "column. Nothing was changed.",
    ),
    "idempotency_key_reused": Code(
        422,
        "The Idempotency-Key was used for another body",
        "Make a new key for a new request; send the very same bytes to repeat one.",
    ),
    "precondition_required": Code(
        428,
        "The change does not say which version it changes",
        "Read it, and send its `ETag` in `If-Match`.",
    ),
    "internal": Code(
        500,
        "It failed, and nobody had thought of that",
        "Report it with its `request_id`: the log has the rest under it. With an "
        "`Idempotency-Key` it is safe to try again.",
    ),
    "too_many_attempts": Code(
        429,
        "Too many wrong codes have come",
        "Wait for the seconds that `Retry-After` names, and look at each letter of the code.",
    ),
    "uri_too_long": Code(
        414, "The path or the query is too long", "Shorten it to 8,000 bytes: ask for less at once."
    ),
    "headers_too_large": Code(
        431,
        "The headers are too many or too large",
        "Send at most 100 headers of together 32,768 bytes.",
    ),
    "rate_limited": Code(
        429,
        "Too much is asked in too short a time",
        "Wait for the seconds that `Retry-After` names. `RateLimit-Policy` says what is allowed, "
        "`RateLimit` what is left; an administrator can give a key a higher rate.",
    ),
    "busy": Code(
        503, "Too much is waiting", "Try again after the seconds that `Retry-After` names."
    ),
    "try_again": Code(
        503, "The database was in the way", "Try again after the seconds that `Retry-After` names."
    ),
    "took_too_long": Code(
        503,
        "It was not answered in time, and was given up",
        "Ask for less at once. A change is kept as a whole or not at all: look, or send the same "
        "again with its `Idempotency-Key`.",
    ),
    "storage_unavailable": Code(
        503,
        "The database cannot take it now",
        "Try again later; an operator looks at its disk and its connections.",
    ),
    "broken": Code(
        503,
        "The installation is not ready to work",
        "An operator does what the detail says: publish a ladder file, apply a directory, restore.",
    ),
}
_CONFLICTS: Mapping[str, Code] = {
    "refused": Code(409, "The state does not allow it", "See `available_acts`."),
    "not_available_yet": Code(
        409,
        "This release cannot do it",
        "The detail says what of it there is; nothing was changed.",
    ),
    "external_ref_taken": Code(
        409,
        "Another issue has this reference of that system",
        "Act on the issue that `issue` names, where you may see it; nothing was logged.",
    ),
    "other_is_sealed": Code(
        409,
        "The link would tell of a sealed issue",
        "Link from the sealed issue to the other one.",
    ),
    "issue_is_sealed": Code(
        409,
        "The message is of an issue that has been sealed",
        "Nothing of a sealed issue is sent; read the issue as one of its named people.",
    ),
    "no_receipt": Code(
        409,
        "They have no receipt to be answered by",
        "Answer them by the name, email or phone number that they left.",
    ),
    "survey_answered": Code(
        409,
        "The survey has been answered",
        "Nothing: it is answered once and for good, so that what was counted stays as it was.",
    ),
    "survey_ended": Code(
        409, "The survey has ended", "Say it in another way: as feedback, or to the contact centre."
    ),
    "acknowledged_already": Code(
        409,
        "Its giver has been told that it arrived",
        "Read what they were told with it; nothing was written.",
    ),
    "raised_already": Code(
        409,
        "It was raised into an issue already",
        "Act on the issue that `issue` names.",
    ),
    "own_approval": Code(
        409,
        "Who records a limit on conduct does not approve it",
        "Name another person in `approved_by`.",
    ),
    "limit_ended": Code(
        409, "The limit on conduct has ended", "Record another, where there is reason for one."
    ),
    "subscription_ended": Code(
        409, "The subscription has ended", "Subscribe anew; its windows can still be read."
    ),
    "code_taken": Code(
        409,
        "The directory has an entry of that code",
        "Change that entry, or choose another `code`.",
    ),
    "label_taken": Code(
        409,
        "The label stands for another file",
        "Give the ladder file a new `label`; a label is never used for other content.",
    ),
    "approval_needed": Code(
        409,
        "The ladder file needs approvals that it does not have",
        "Propose it as a ladder change; publish it once those whom `errors` names have approved.",
    ),
    "in_force_already": Code(409, "That very ladder file is in force", "Nothing is to be done."),
    "proposed_already": Code(
        409,
        "That very ladder file was proposed before",
        "Answer the change that the detail names, or withdraw it first.",
    ),
    "not_the_maintainer": Code(
        409,
        "Changes are proposed by who keeps the agreements",
        "The account manager of a provider proposes them, or the owner of the framework.",
    ),
    "no_meeting_ahead": Code(
        409,
        "The forum whose approval it needs does not meet again",
        "Give the forum a meeting rule that goes on, or plan a meeting; then propose it.",
    ),
    "change_settled": Code(
        409, "The ladder change is settled", "Propose another, where there is reason for one."
    ),
    "not_your_approval": Code(
        409,
        "The ladder change is for others to approve",
        "The detail names whose approval it needs: the holders of these seats answer it.",
    ),
    "approved_already": Code(409, "The ladder change has this approval", "Nothing is to be done."),
    "action_done": Code(
        409, "The action is done already", "Reopen it first, if it was not done after all."
    ),
    "theme_code_taken": Code(
        409,
        "The register has a theme of that code",
        "Change that one, or choose another `code`.",
    ),
    "sealed_matter": Code(
        409,
        "What was decided on a sealed matter stays with it",
        "Nothing of a sealed matter serves a theme or is shared.",
    ),
    "action_open": Code(409, "The action is open already", "Nothing is to be done."),
    "endpoint_disabled": Code(
        409,
        "The webhook endpoint is disabled",
        "Enable it with `PATCH`; what is due to it has been kept.",
    ),
    "delivery_in_hand": Code(
        409,
        "The delivery is being sent, or held back, at the moment",
        "Read the log of its endpoint until it has ended, then ask again.",
    ),
    "delivery_unrendered": Code(
        409,
        "The delivery cannot be put in its endpoint's form",
        "The detail says why: mend the endpoint's format or what it lacks, then send it again.",
    ),
    "delivery_not_dead": Code(
        409,
        "Only a dead delivery can be dropped",
        "Wait until it has ended; disable or remove the endpoint to end what waits for it.",
    ),
    "disposed": Code(
        409,
        "It has been disposed of",
        "Nothing of it is left but that it was; have the tool send it again if it is still needed.",
    ),
    "no_mail": Code(
        409,
        "No mail is sent here",
        "Have an operator set `ESCALATION_SMTP_HOST` and `ESCALATION_MAIL_FROM`.",
    ),
    "no_address": Code(
        409,
        "The person has no address",
        "Give them an `email` in the directory.",
    ),
    "endpoint_quota": Code(
        409,
        "There are as many webhook endpoints as there may be",
        "Remove one that is not used, or have an operator raise `ESCALATION_ENDPOINT_QUOTA`.",
    ),
    "last_admin_key": Code(
        409,
        "No other administrator's key is left",
        "Make another key of the role `admin` first, then revoke this one.",
    ),
}
_BY_STATUS: Mapping[str, Code] = {
    f"not_when_{status}": Code(
        409,
        f"Not while the issue is {status.value.replace('_', ' ')}",
        "Do one of `available_acts`, or wait until its status has changed.",
    )
    for status in Status
}
_BY_RULE: Mapping[str, Code] = {
    name: Code(
        409,
        (rule.__doc__ or name).strip().splitlines()[0].rstrip("."),
        "The detail says what stands in the way; `available_acts` are those that the state has.",
    )
    for name, rule in {**MEETING_RULES, **RULES}.items()
}
_BY_MEETING: Mapping[str, Code] = {
    f"meeting_{status}": Code(
        409,
        f"Not while the meeting is {status.value}",
        "Do one of `available_acts`; what a meeting has closed or cancelled stays so.",
    )
    for status in MeetingStatus
}
CODES: Mapping[str, Code] = dict(
    sorted(
        {**_GENERAL, **_CONFLICTS, **_BY_STATUS, **_BY_MEETING, **_BY_RULE}.items(),
        key=lambda entry: (entry[1].status, entry[0]),
    )
)
"""All of them, by status and name."""


def status_of(error: errors.EscalationError) -> int:
    """The HTTP status of an error, by its class."""
    for kind in type(error).__mro__:
        if kind in STATUSES:
            return STATUSES[kind]
    return 500


def document() -> str:
    """The page of the documentation that lists every code."""
    rows = [
        f"| {code.status} | `{name}` | {code.title} | {code.remedy} |"
        for name, code in CODES.items()
    ]
    return "\n".join([_PAGE, *rows, ""])


_PAGE = """\
# Errors

<!-- Made from src/escalation/api/codes.py by tools/docs.py; change it there. -->

Every refusal is an RFC 9457 problem, `application/problem+json`, with these members:

- `type`: a path that answers with what the code means, `/v1/problems/<code>`
- `title`, `status`, `detail`: what it is; the detail says what a person can do about it
- `instance`: the path that was asked
- `code`: stable; programs decide by it, never by the words
- `request_id`: the one of the header `Request-Id`, and of the log
- `errors`: each wrong place, with `id`, `code`, `detail` and `source`: a `pointer` into the body
  (RFC 6901), a `parameter` (a query parameter or a header), or a `file` as `name:line:column`
- `available_acts`: with 409 on an issue, the acts that its state has
- `current`: with 412, the issue as it is now

Refusals come in this order: 401; 403 or 404; 400; 412 or 428; 422; 409. A repeat of a request
that is known by its `Idempotency-Key` is answered before `If-Match` is looked at.

| status | code | what it means | what to do |
|---|---|---|---|"""
