"""What each operation asks of its caller: the only place that says so.

An operation that does not stand here stops the start, and so does a line without an operation.
``None`` opens it to anyone.
"""

from collections.abc import Mapping

from escalation.services.access import Permission
from escalation.workflow.states import Act

ACTS: Mapping[str, Permission] = {
    f"{act.value.replace('-', '_')}_issue": Permission.ACT for act in Act
}

REQUIRED: Mapping[str, Permission | None] = {
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
    "list_ladder_publications": Permission.READ,
    "get_ladder_publication": Permission.READ,
    "get_ladder_schema": None,
    "list_clusters": Permission.READ,
    "list_providers": Permission.READ,
    "list_agencies": Permission.READ,
    "list_functions": Permission.READ,
    "list_services": Permission.READ,
    "list_regions": Permission.READ,
    "list_people": Permission.READ,
    "list_appointments": Permission.READ,
    "list_forums": Permission.READ,
    "get_cluster": Permission.READ,
    "get_provider": Permission.READ,
    "get_agency": Permission.READ,
    "get_function": Permission.READ,
    "get_service": Permission.READ,
    "get_region": Permission.READ,
    "get_person": Permission.READ,
    "get_appointment": Permission.READ,
    "get_forum": Permission.READ,
    "list_meetings": Permission.READ,
    "get_meeting": Permission.READ,
    "decide_item": Permission.ACT,
    "defer_item": Permission.ACT,
    "meeting_act_unknown": Permission.ACT,
    "create_key": Permission.MANAGE_KEYS,
    "get_key": Permission.MANAGE_KEYS,
    "list_keys": Permission.MANAGE_KEYS,
    "revoke_key": Permission.MANAGE_KEYS,
    "create_webhook_endpoint": Permission.MANAGE_WEBHOOKS,
    "list_webhook_endpoints": Permission.MANAGE_WEBHOOKS,
    "get_webhook_endpoint": Permission.MANAGE_WEBHOOKS,
    "change_webhook_endpoint": Permission.MANAGE_WEBHOOKS,
    "remove_webhook_endpoint": Permission.MANAGE_WEBHOOKS,
    "rotate_webhook_secret": Permission.MANAGE_WEBHOOKS,
    "ping_webhook_endpoint": Permission.MANAGE_WEBHOOKS,
    "list_webhook_deliveries": Permission.MANAGE_WEBHOOKS,
    "redeliver_message": Permission.MANAGE_WEBHOOKS,
    "list_event_types": Permission.READ,
    "make_digest": Permission.ACT,
    "list_digests": Permission.READ,
    "get_digest": Permission.READ,
    "verify_record": Permission.AUDIT,
    "export_record": Permission.AUDIT,
    "get_api": None,
    "list_problems": None,
    "get_problem": None,
    "check_life": None,
    "check_readiness": None,
    "get_metrics": Permission.WATCH,
    "get_openapi": None,
}
