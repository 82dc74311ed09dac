"""The tables. Importing this package puts every one of them into ``base.metadata``."""

from escalation.store.base import metadata
from escalation.store.models.access import api_key, idempotency, quota, reference_block
from escalation.store.models.clocks import clock, clock_interval, clock_step
from escalation.store.models.delivery import (
    delivery,
    delivery_attempt,
    heartbeat,
    message,
    recovery,
    rendering,
    turn,
    webhook_endpoint,
)
from escalation.store.models.digests import digest, digest_number, digest_recall, digest_rendering
from escalation.store.models.forums import (
    action,
    agenda_item,
    calendar_feed,
    decision,
    decision_count,
    meeting,
)
from escalation.store.models.framework import (
    directory_version,
    epoch,
    ladder_change,
    publication,
    seat_turn,
)
from escalation.store.models.hooks import hook_delivery, hook_remark, hook_ticket
from escalation.store.models.interactions import (
    conduct_limit,
    interaction,
    receipt,
    register_number,
)
from escalation.store.models.issues import external_ref, issue, issue_link, stay
from escalation.store.models.record import disposal, legal_hold, seal, seal_chain, seal_key
from escalation.store.models.subscriptions import (
    digest_link,
    digest_subscription,
    digest_window,
)
from escalation.store.models.surveys import survey_answer, survey_invitation
from escalation.store.models.themes import learning, theme, theme_action, theme_version
from escalation.store.models.timeline import chain_head, event, named_outbox, outbox, unsealed

__all__ = [
    "action",
    "agenda_item",
    "api_key",
    "calendar_feed",
    "chain_head",
    "clock",
    "clock_interval",
    "clock_step",
    "conduct_limit",
    "decision",
    "decision_count",
    "delivery",
    "delivery_attempt",
    "digest",
    "digest_link",
    "digest_number",
    "digest_recall",
    "digest_rendering",
    "digest_subscription",
    "digest_window",
    "directory_version",
    "disposal",
    "epoch",
    "event",
    "external_ref",
    "heartbeat",
    "hook_delivery",
    "hook_remark",
    "hook_ticket",
    "idempotency",
    "interaction",
    "issue",
    "issue_link",
    "ladder_change",
    "learning",
    "legal_hold",
    "meeting",
    "message",
    "metadata",
    "named_outbox",
    "outbox",
    "publication",
    "quota",
    "receipt",
    "recovery",
    "reference_block",
    "register_number",
    "rendering",
    "seal",
    "seal_chain",
    "seal_key",
    "seat_turn",
    "stay",
    "survey_answer",
    "survey_invitation",
    "theme",
    "theme_action",
    "theme_version",
    "turn",
    "unsealed",
    "webhook_endpoint",
]
