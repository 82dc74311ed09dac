"""The roles, and what each may do: the only place that says so."""

from collections.abc import Mapping
from enum import StrEnum


class Permission(StrEnum):
    """What a route asks of its caller."""

    READ = "read"
    WATCH = "watch"
    ACT = "act"
    BACKDATE = "backdate"
    LIMIT_CONDUCT = "limit_conduct"
    MANAGE_THEMES = "manage_themes"
    SEND_SURVEYS = "send_surveys"
    IMPORT_SURVEYS = "import_surveys"
    CHECK_LADDERS = "check_ladders"
    PROPOSE_LADDERS = "propose_ladders"
    APPROVE_LADDERS = "approve_ladders"
    PUBLISH_LADDERS = "publish_ladders"
    MANAGE_DIRECTORY = "manage_directory"
    MANAGE_KEYS = "manage_keys"
    MANAGE_WEBHOOKS = "manage_webhooks"
    SEE_ANSWERS = "see_answers"
    AUDIT = "audit"


class KeyRole(StrEnum):
    """Who somebody is to this installation, as far as a key says it."""

    ADMIN = "admin"
    FRAMEWORK_OWNER = "framework_owner"
    OPERATOR = "operator"
    HOLDER = "holder"
    SECRETARIAT = "secretariat"
    VIEWER = "viewer"
    AUDITOR = "auditor"
    INTEGRATION = "integration"


_P = Permission
PERMITTED: Mapping[KeyRole, frozenset[Permission]] = {
    KeyRole.ADMIN: frozenset(Permission),
    KeyRole.FRAMEWORK_OWNER: frozenset(
        {
            _P.READ,
            _P.WATCH,
            _P.MANAGE_THEMES,
            _P.CHECK_LADDERS,
            _P.PROPOSE_LADDERS,
            _P.PUBLISH_LADDERS,
            _P.MANAGE_DIRECTORY,
        }
    ),
    KeyRole.OPERATOR: frozenset(
        {
            _P.READ,
            _P.WATCH,
            _P.ACT,
            _P.LIMIT_CONDUCT,
            _P.MANAGE_THEMES,
            _P.SEND_SURVEYS,
            _P.IMPORT_SURVEYS,
            _P.CHECK_LADDERS,
            _P.PROPOSE_LADDERS,
            _P.APPROVE_LADDERS,
        }
    ),
    KeyRole.HOLDER: frozenset(
        {_P.READ, _P.ACT, _P.CHECK_LADDERS, _P.PROPOSE_LADDERS, _P.APPROVE_LADDERS}
    ),
    KeyRole.SECRETARIAT: frozenset({_P.READ, _P.ACT, _P.MANAGE_THEMES, _P.CHECK_LADDERS}),
    KeyRole.VIEWER: frozenset({_P.READ}),
    KeyRole.AUDITOR: frozenset({_P.READ, _P.WATCH, _P.CHECK_LADDERS, _P.AUDIT}),
    KeyRole.INTEGRATION: frozenset({_P.READ, _P.ACT, _P.SEND_SURVEYS, _P.IMPORT_SURVEYS}),
}
"""What each role may do."""

WHOLE = frozenset({_P.WATCH, _P.LIMIT_CONDUCT, _P.IMPORT_SURVEYS})
"""What concerns the whole installation: not for somebody who sees a part of it."""

BY_PERSON = frozenset({KeyRole.HOLDER, KeyRole.SECRETARIAT})
"""Roles whose rights follow from who somebody is in the directory: their keys name a person."""

UNSCOPED = frozenset({KeyRole.ADMIN, KeyRole.FRAMEWORK_OWNER, KeyRole.AUDITOR})
"""Roles that answer for the installation, whose keys cannot be narrowed."""
