"""What each operation asks of its caller: the only place that says so.

An operation that does not stand here stops the start, and so does a line without an operation.
``None`` opens it to anyone; why it does stands in ``OPEN``.
"""

from collections.abc import Mapping

from escalation.services.reading.directory import Noun
from escalation.services.roles import Permission
from escalation.workflow.states import Act

ACTS: Mapping[str, Permission] = {
    f"{act.value.replace('-', '_')}_issue": Permission.ACT for act in Act
}

_SINGLE = {noun: noun.single.replace(" ", "_") for noun in Noun}
DIRECTORY: Mapping[str, Permission] = {
    **{f"list_{noun.value}": Permission.READ for noun in Noun},
    **{f"get_{single}": Permission.READ for single in _SINGLE.values()},
    **{
        f"{verb}_{single}": Permission.MANAGE_DIRECTORY
        for verb in ("add", "change", "remove")
        for single in _SINGLE.values()
    },
    "get_seat": Permission.READ,
    "list_vacancies": Permission.READ,
}

OPEN: Mapping[str, str] = {
    "check_life": "whoever watches the process has no key; it tells whether it is alive",
    "check_readiness": "the same; it tells whether it can work, and in a word what is in the way",
    "get_api": "it tells where the parts of the interface are",
    "list_problems": "whoever is refused, for want of a key too, is told what a code means",
    "get_problem": "the same, at the path that each problem names as its `type`",
    "get_ladder_schema": "editors fetch the schema that a ladder file names, and send no key",
    "get_openapi": "it describes every installation alike; `ESCALATION_OPENAPI=callers` closes it",
    "get_calendar": "calendar programs send no key: a bearer or the feed's own token opens it",
    "receive_hook": "the tool shows that it is itself by its own signature",
    "shake_hands": "a tool asks before it posts, and is told what its source says",
    "get_receipt": "raisers without a name have no key: the code of their receipt opens it",
    "write_by_receipt": "the same",
    "open_digest_link": "who gets it by mail has no key: the link shows for whom it was made here",
    "get_survey_page": "who is asked has no key: the link that they were sent is signed",
    "answer_survey_page": "the same",
    "get_survey_link": "the same",
    "answer_survey_link": "the same",
    "get_charter_page": "the charter is promised to everybody, and tells them how to complain",
    "get_charter_version_page": "the same",
    "get_charter": "the same",
    "get_charter_version": "the same",
}
"""Open to anyone, and why."""

REQUIRED: Mapping[str, Permission | None] = {
    **dict.fromkeys(OPEN),
    "log_issue": Permission.ACT,
    "log_issues": Permission.ACT,
    "list_issues": Permission.READ,
    "get_issue": Permission.READ,
    "edit_issue": Permission.ACT,
    **ACTS,
    "act_unknown": Permission.ACT,
    "list_timeline": Permission.READ,
    "list_clocks": Permission.READ,
    "explain_issue": Permission.READ,
    "list_ladders": Permission.READ,
    "get_ladder": Permission.READ,
    "list_ladder_versions": Permission.READ,
    "list_olas": Permission.READ,
    "get_ola": Permission.READ,
    "get_ola_ladder": Permission.READ,
    "check_ladders": Permission.CHECK_LADDERS,
    "publish_ladders": Permission.PUBLISH_LADDERS,
    "propose_ladder_change": Permission.PROPOSE_LADDERS,
    "withdraw_ladder_change": Permission.PROPOSE_LADDERS,
    "approve_ladder_change": Permission.APPROVE_LADDERS,
    "decline_ladder_change": Permission.APPROVE_LADDERS,
    "list_ladder_changes": Permission.READ,
    "get_ladder_change": Permission.READ,
    "list_ladder_publications": Permission.READ,
    "get_ladder_publication": Permission.READ,
    **DIRECTORY,
    "list_meetings": Permission.READ,
    "get_meeting": Permission.READ,
    "list_actions": Permission.READ,
    "list_decisions": Permission.READ,
    "get_action": Permission.READ,
    "do_action": Permission.ACT,
    "reopen_action": Permission.ACT,
    "change_action": Permission.ACT,
    "record_theme": Permission.MANAGE_THEMES,
    "change_theme": Permission.MANAGE_THEMES,
    "list_themes": Permission.READ,
    "get_theme": Permission.READ,
    "suggest_themes": Permission.READ,
    "list_learnings": Permission.READ,
    "get_outcomes": Permission.READ,
    "get_training": Permission.READ,
    "get_paper": Permission.READ,
    "get_agenda": Permission.READ,
    "get_minutes": Permission.READ,
    "create_feed": Permission.ACT,
    "list_feeds": Permission.READ,
    "list_forum_seats": Permission.READ,
    "revoke_feed": Permission.ACT,
    "schedule_meeting": Permission.ACT,
    "table_item": Permission.ACT,
    "attend_meeting": Permission.ACT,
    "recuse_item": Permission.ACT,
    "decide_item": Permission.ACT,
    "defer_item": Permission.ACT,
    "note_item": Permission.ACT,
    "note_not_reached_item": Permission.ACT,
    "withdraw_item": Permission.ACT,
    "close_meeting": Permission.ACT,
    "cancel_meeting": Permission.ACT,
    "move_meeting": Permission.ACT,
    "confirm_minutes": Permission.ACT,
    "meeting_act_unknown": Permission.ACT,
    "create_key": Permission.MANAGE_KEYS,
    "get_key": Permission.MANAGE_KEYS,
    "list_keys": Permission.MANAGE_KEYS,
    "revoke_key": Permission.MANAGE_KEYS,
    "rotate_key": Permission.MANAGE_KEYS,
    "create_webhook_endpoint": Permission.MANAGE_WEBHOOKS,
    "list_webhook_endpoints": Permission.MANAGE_WEBHOOKS,
    "get_webhook_endpoint": Permission.MANAGE_WEBHOOKS,
    "change_webhook_endpoint": Permission.MANAGE_WEBHOOKS,
    "remove_webhook_endpoint": Permission.MANAGE_WEBHOOKS,
    "rotate_webhook_secret": Permission.MANAGE_WEBHOOKS,
    "ping_webhook_endpoint": Permission.MANAGE_WEBHOOKS,
    "preview_webhook_format": Permission.MANAGE_WEBHOOKS,
    "redeliver_messages": Permission.MANAGE_WEBHOOKS,
    "get_webhook_delivery": Permission.MANAGE_WEBHOOKS,
    "list_webhook_deliveries": Permission.MANAGE_WEBHOOKS,
    "drop_delivery": Permission.MANAGE_WEBHOOKS,
    "redeliver_message": Permission.MANAGE_WEBHOOKS,
    "list_event_types": Permission.READ,
    "list_mailboxes": Permission.MANAGE_WEBHOOKS,
    "get_mailbox": Permission.READ,  # their own; others' for who manages webhooks
    "change_mailbox": Permission.READ,  # as above
    "test_mailbox": Permission.MANAGE_WEBHOOKS,
    "list_mails": Permission.MANAGE_WEBHOOKS,
    "list_hook_deliveries": Permission.MANAGE_WEBHOOKS,
    "get_hook_delivery": Permission.MANAGE_WEBHOOKS,
    "replay_hook_delivery": Permission.MANAGE_WEBHOOKS,
    "preview_hook": Permission.MANAGE_WEBHOOKS,
    "make_digest": Permission.ACT,
    "list_digests": Permission.READ,
    "get_digest": Permission.READ,
    "create_digest_subscription": Permission.ACT,
    "preview_digest_subscription": Permission.ACT,
    "list_digest_subscriptions": Permission.READ,
    "get_digest_subscription": Permission.READ,
    "change_digest_subscription": Permission.ACT,
    "pause_digest_subscription": Permission.ACT,
    "resume_digest_subscription": Permission.ACT,
    "end_digest_subscription": Permission.ACT,
    "list_digest_windows": Permission.READ,
    "revoke_digest_link": Permission.ACT,
    "list_measures": Permission.READ,
    "get_scorecard": Permission.READ,
    "get_benchmark": Permission.READ,
    "get_statutory_counts": Permission.READ,
    "get_workload": Permission.READ,
    "get_satisfaction": Permission.READ,
    "get_compliments": Permission.READ,
    "verify_record": Permission.AUDIT,
    "export_record": Permission.AUDIT,
    "record_contact": Permission.ACT,
    "list_contacts": Permission.READ,
    "get_contact": Permission.READ,
    "answer_contact": Permission.ACT,
    "raise_contact": Permission.ACT,
    "record_feedback": Permission.ACT,
    "list_feedback": Permission.READ,
    "get_feedback": Permission.READ,
    "answer_feedback": Permission.ACT,
    "acknowledge_feedback": Permission.ACT,
    "raise_feedback": Permission.ACT,
    "count_feedback": Permission.READ,
    "list_surveys": Permission.READ,
    "list_survey_rounds": Permission.IMPORT_SURVEYS,
    "list_survey_invitations": Permission.SEND_SURVEYS,
    "get_survey_invitation": Permission.SEND_SURVEYS,
    "import_survey": Permission.IMPORT_SURVEYS,
    "limit_conduct": Permission.LIMIT_CONDUCT,
    "list_conduct_limits": Permission.LIMIT_CONDUCT,
    "get_conduct_limit": Permission.LIMIT_CONDUCT,
    "review_conduct_limit": Permission.LIMIT_CONDUCT,
    "get_metrics": Permission.WATCH,
}

DESCRIPTION = "get_openapi"
"""What an operator may close to all but those who have a key, of whatever role."""

UNCOUNTED = frozenset({"receive_hook", "check_life", "check_readiness"})
"""Open operations that are not counted against what strangers may ask from one address.

A tool that posts has a rate of its own once it is known, and whoever watches must always see.
"""
