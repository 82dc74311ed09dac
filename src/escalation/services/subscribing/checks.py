"""What a subscription has to be: a digest that is there for who asks and for who has it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from escalation.digests.cards import NoSuchCard, card_of, is_card
from escalation.digests.selection import FORUM_PROFILE
from escalation.errors import Forbidden
from escalation.routing.wording import not_among
from escalation.services.asked_cards import check_periods
from escalation.services.asked_digests import Request
from escalation.services.callers import Caller
from escalation.services.digests import profile_of
from escalation.services.makers import MakerKind, maker_of
from escalation.services.once import NOBODY, Call
from escalation.services.roles import KeyRole, Permission
from escalation.services.subscribing import occasions
from escalation.services.subscribing.grounds import Grounds
from escalation.services.subscribing.occasions import refuse
from escalation.services.subscribing.recipients import (
    Lost,
    RecipientKind,
    addressee_of,
    covered,
)
from escalation.store.subscriptions import Subscription, SubscriptionState


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which digest whoever asks wants to go to whom, when, and how it is to look."""

    forum: str | None
    profile: str | None
    recipient: Mapping[str, Any]
    occasion: Mapping[str, Any]
    formats: tuple[str, ...]
    marking: str | None = None
    periods: int | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, with the domains that addresses outside the directory may be of."""

    caller: Caller
    domains: frozenset[str]
    call: Call = NOBODY


def drawn_up(grounds: Grounds, name: str, wanted: Wanted, asking: Asking) -> Subscription:
    """What is asked for, once nothing of it has been found to be wrong; it is still to be kept.

    Raises:
        Invalid: a value will not do, or the digest is not for who asks or for who is to have it.
        Forbidden: webhook endpoints are not for who asks.
    """
    profile = profile_of(Request(forum=wanted.forum, profile=wanted.profile))
    _check_profile(grounds, profile, asking.caller)
    check_over(grounds, profile, wanted.periods)
    forum = None if is_card(profile) else profile.removeprefix(FORUM_PROFILE)
    kept = occasions.kept(wanted.occasion, forum)
    found = occasions.checked(kept, grounds.under)
    course = occasions.first_course(found, grounds.second, wanted.since)
    new = Subscription(
        id=name,
        profile=profile,
        forum=forum,
        recipient=wanted.recipient,
        occasion=kept,
        formats=wanted.formats,
        marking=wanted.marking,
        periods=wanted.periods,
        state=SubscriptionState.ACTIVE,
        since=course.since,
        promised_at=course.promised,
        promised_under=grounds.epochs,
        windows=0,
        made_by=maker_of(asking.caller),
        created_at=grounds.now,
    )
    check_recipient(grounds, new, asking)
    return new


def _check_profile(grounds: Grounds, profile: str, caller: Caller) -> None:
    """A digest that is not for who asks is one that there is not: the same words."""
    if covered(caller.viewer, profile, grounds.framework):
        return
    if not is_card(profile):
        code = profile.removeprefix(FORUM_PROFILE)
        among = caller.viewer.forums
        known = grounds.framework.directory.forums
        refuse("unknown_reference", not_among(code, known if among is None else among), "/forum")
    try:
        card_of(profile, grounds.framework)
    except NoSuchCard as error:
        refuse("unknown_reference", str(error), "/profile")
    detail = f"found {profile!r}, which is of more than the issues that you see"
    refuse("unknown_reference", detail, "/profile")


def check_over(grounds: Grounds, profile: str, periods: int | None) -> None:
    """Refuse periods of a digest that tells nothing over several."""
    check_periods(card_of(profile, grounds.framework) if is_card(profile) else None, periods)


def check_recipient(grounds: Grounds, new: Subscription, asking: Asking) -> None:
    """Whoever is to have it is there, may have it, and may be subscribed by who asks."""
    kind = RecipientKind(new.recipient["kind"])
    caller = asking.caller
    if kind is RecipientKind.WEBHOOK:
        caller.require(Permission.MANAGE_WEBHOOKS)
    if kind is RecipientKind.SECRETARIAT and new.forum is None:
        refuse("wrong_value", "a scorecard is of no forum: name a person", "/recipient/kind")
    if kind is RecipientKind.PERSON:
        _check_own(new.recipient["person"], caller)
    if kind is RecipientKind.ADDRESS:
        _check_address(new.recipient["address"], new.made_by, asking.domains)
    where = f"/recipient/{_NAMED.get(kind, 'kind')}"
    try:
        found = addressee_of(
            grounds.connection,
            grounds.known,
            grounds.now,
            new.recipient,
            forum=new.forum,
            made_by=new.made_by,
        )
    except Lost as error:
        refuse("unknown", str(error), where)
    if not found.may_have(new.profile, grounds.framework):
        refuse("not_theirs", f"{found.name} may not read what {new.profile} shows", where)


_NAMED = {
    RecipientKind.PERSON: "person",
    RecipientKind.ADDRESS: "address",
    RecipientKind.WEBHOOK: "endpoint",
}
"""What names a recipient, by its kind."""


def _check_own(person: str, caller: Caller) -> None:
    """Who holds a seat subscribes for themselves; all others who may act, for others too."""
    if caller.role is KeyRole.HOLDER and person != caller.person:
        detail = (
            f"found {person!r}, expected {caller.person!r}: with this key you subscribe yourself"
        )
        refuse("not_theirs", detail, "/recipient/person")


def require_own(caller: Caller, found: Subscription) -> None:
    """Who holds a seat changes their own subscriptions alone."""
    if found.recipient["kind"] == RecipientKind.WEBHOOK:
        caller.require(Permission.MANAGE_WEBHOOKS)
    if caller.role is KeyRole.HOLDER and found.recipient.get("person") != caller.person:
        raise Forbidden(f"{found.id} is somebody else's subscription; ask its secretariat.")


def _check_address(address: str, made_by: Mapping[str, Any], domains: frozenset[str]) -> None:
    domain = address.rpartition("@")[2].lower()
    if domain not in domains:
        allowed = ", ".join(sorted(domains)) or "none"
        detail = f"found {domain!r}, and digests go to addresses of: {allowed}"
        refuse("not_allowed", f"{detail} (ESCALATION_DIGEST_DOMAINS)", "/recipient/address")
    if made_by["kind"] == MakerKind.PERSON:
        detail = "an address is subscribed with a key: what you may see is looked at each time"
        refuse("not_allowed", detail, "/recipient/kind")
