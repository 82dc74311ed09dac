"""What an operator writes in the settings about tokens, read; what is wrong stops the start."""

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.parser import ParsedResult

from escalation.errors import WrongSettings
from escalation.routing.wording import not_among
from escalation.services.oidc.people import Grant
from escalation.services.oidc.trust import Algorithm
from escalation.services.roles import BY_PERSON, UNSCOPED, KeyRole
from escalation.services.scopes import ScopeKind

PROGRAM = "program"


def words(text: str) -> frozenset[str]:
    """Words parted by commas."""
    return frozenset(_parts(text, ","))


def algorithms(text: str) -> frozenset[Algorithm]:
    """Algorithms by their names.

    Raises:
        WrongSettings: one is not known, or is no signature by a private key; or there is none.
    """
    variable = "ESCALATION_OIDC_ALGORITHMS"
    known = [each.value for each in Algorithm]
    named = words(text)
    for name in sorted(named):
        if name not in known:
            raise WrongSettings.at(variable, not_among(name, known))
    if not named:
        raise WrongSettings.at(variable, "found none, expected one at least, such as `RS256`")
    return frozenset(Algorithm(name) for name in named)


def roles_claim(text: str) -> ParsedResult:
    """Where a token has the values that give roles.

    Raises:
        WrongSettings: it is no JMESPath expression.
    """
    try:
        return jmespath.compile(text)
    except JMESPathError as error:
        detail = f"found `{text}`, expected a JMESPath expression: {error}"
        raise WrongSettings.at("ESCALATION_OIDC_ROLES_CLAIM", detail) from None


def person_role(text: str | None) -> KeyRole | None:
    """The role of people whom a token gives no other.

    Raises:
        WrongSettings: there is no such role.
    """
    return None if not text else _role("ESCALATION_OIDC_PERSON_ROLE", text)


def grants(text: str) -> tuple[Grant, ...]:
    """The table of what values give, in its order.

    Raises:
        WrongSettings: an entry cannot be read, or gives what no key could be given either.
    """
    return tuple(_grant(entry) for entry in _parts(text.replace("\n", ","), ","))


_ROLES = "ESCALATION_OIDC_ROLES"


def _grant(entry: str) -> Grant:
    head, *narrower = _parts(entry, ";") or [""]
    value, sign, name = (part.strip() for part in head.partition("="))
    if not value or not sign:
        raise WrongSettings.at(
            _ROLES, f"found `{entry}`, expected `VALUE=ROLE`, such as `ops=operator`"
        )
    role = _role(_ROLES, name)
    scopes: dict[str, list[str]] = {}
    for word in narrower:
        kind, _, code = (part.strip() for part in word.partition("="))
        if word == PROGRAM:
            continue
        kinds = [each.value for each in ScopeKind]
        if kind not in kinds or not code:
            detail = f"in `{entry}`: found `{word}`, expected `program`, or one of "
            raise WrongSettings.at(_ROLES, detail + ", ".join(f"`{each}=CODE`" for each in kinds))
        scopes.setdefault(kind, []).append(code)
    program = PROGRAM in narrower
    if scopes and role in UNSCOPED:
        detail = f"in `{entry}`: the role `{role}` answers for all there is and takes no scopes"
        raise WrongSettings.at(_ROLES, detail)
    if program and role in BY_PERSON:
        detail = f"in `{entry}`: the rights of the role `{role}` are a person's, not a program's"
        raise WrongSettings.at(_ROLES, detail)
    return Grant(value, role, scopes, program)


def _role(variable: str, name: str) -> KeyRole:
    roles = [each.value for each in KeyRole]
    if name not in roles:
        raise WrongSettings.at(variable, not_among(name, roles))
    return KeyRole(name)


def _parts(text: str, by: str) -> list[str]:
    return [part.strip() for part in text.split(by) if part.strip()]
