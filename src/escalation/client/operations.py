"""Every operation of the REST interface: its name, its method and path, the headers it takes.

Made from docs/openapi.json by tools/client_shapes.py; ``python -m tools.docs`` makes it anew.
"""

TABLE = """\
acknowledge_feedback POST /v1/feedback/{feedback}/acknowledge Idempotency-Key
acknowledge_issue POST /v1/issues/{issue}/acts/acknowledge If-Match Idempotency-Key
add_acting_appointment POST /v1/acting-appointments If-Match Idempotency-Key
add_agency POST /v1/agencies If-Match Idempotency-Key
add_appointment POST /v1/appointments If-Match Idempotency-Key
add_centre POST /v1/centres If-Match Idempotency-Key
add_cluster POST /v1/clusters If-Match Idempotency-Key
add_delegation POST /v1/delegations If-Match Idempotency-Key
add_forum POST /v1/forums If-Match Idempotency-Key
add_function POST /v1/functions If-Match Idempotency-Key
add_partnering_agreement POST /v1/partnering-agreements If-Match Idempotency-Key
add_person POST /v1/people If-Match Idempotency-Key
add_provider POST /v1/providers If-Match Idempotency-Key
add_region POST /v1/regions If-Match Idempotency-Key
add_service POST /v1/services If-Match Idempotency-Key
add_service_charter POST /v1/service-charters If-Match Idempotency-Key
add_service_standard POST /v1/service-standards If-Match Idempotency-Key
add_shared_seat POST /v1/shared-seats If-Match Idempotency-Key
agree_issue POST /v1/issues/{issue}/acts/agree If-Match Idempotency-Key
answer_contact POST /v1/contacts/{contact}/answers Idempotency-Key
answer_feedback POST /v1/feedback/{feedback}/answers Idempotency-Key
answer_survey_link POST /v1/survey-links/{token}
answer_survey_page POST /survey/{token}
approve_ladder_change POST /v1/ladder-changes/{change}/acts/approve If-Match Idempotency-Key
attend_meeting POST /v1/meetings/{meeting}/acts/attend If-Match Idempotency-Key
cancel_meeting POST /v1/meetings/{meeting}/acts/cancel If-Match Idempotency-Key
change_acting_appointment PATCH /v1/acting-appointments/{code} If-Match Idempotency-Key
change_action PATCH /v1/actions/{action} If-Match Idempotency-Key
change_agency PATCH /v1/agencies/{code} If-Match Idempotency-Key
change_appointment PATCH /v1/appointments/{code} If-Match Idempotency-Key
change_centre PATCH /v1/centres/{code} If-Match Idempotency-Key
change_cluster PATCH /v1/clusters/{code} If-Match Idempotency-Key
change_delegation PATCH /v1/delegations/{code} If-Match Idempotency-Key
change_digest_subscription PATCH /v1/digest-subscriptions/{subscription}
change_forum PATCH /v1/forums/{code} If-Match Idempotency-Key
change_function PATCH /v1/functions/{code} If-Match Idempotency-Key
change_mailbox PATCH /v1/mailboxes/{person}
change_partnering_agreement PATCH /v1/partnering-agreements/{code} If-Match Idempotency-Key
change_person PATCH /v1/people/{code} If-Match Idempotency-Key
change_provider PATCH /v1/providers/{code} If-Match Idempotency-Key
change_region PATCH /v1/regions/{code} If-Match Idempotency-Key
change_service PATCH /v1/services/{code} If-Match Idempotency-Key
change_service_charter PATCH /v1/service-charters/{code} If-Match Idempotency-Key
change_service_standard PATCH /v1/service-standards/{code} If-Match Idempotency-Key
change_shared_seat PATCH /v1/shared-seats/{code} If-Match Idempotency-Key
change_theme PATCH /v1/themes/{theme} If-Match Idempotency-Key
change_webhook_endpoint PATCH /v1/webhook-endpoints/{endpoint}
check_ladders POST /v1/ladder-checks
check_life GET /livez
check_readiness GET /readyz
close_issue POST /v1/issues/{issue}/acts/close If-Match Idempotency-Key
close_meeting POST /v1/meetings/{meeting}/acts/close If-Match Idempotency-Key
confirm_minutes POST /v1/meetings/{meeting}/acts/confirm-minutes If-Match Idempotency-Key
contact_issue POST /v1/issues/{issue}/acts/contact If-Match Idempotency-Key
count_feedback GET /v1/feedback-counts
create_digest_subscription POST /v1/digest-subscriptions Idempotency-Key
create_feed POST /v1/forums/{forum}/feeds
create_key POST /v1/keys Idempotency-Key
create_webhook_endpoint POST /v1/webhook-endpoints
decide_item POST /v1/meetings/{meeting}/acts/decide If-Match Idempotency-Key
decline_ladder_change POST /v1/ladder-changes/{change}/acts/decline If-Match Idempotency-Key
defer_item POST /v1/meetings/{meeting}/acts/defer If-Match Idempotency-Key
dispute_issue POST /v1/issues/{issue}/acts/dispute If-Match Idempotency-Key
dissent_issue POST /v1/issues/{issue}/acts/dissent If-Match Idempotency-Key
do_action POST /v1/actions/{action}/acts/done If-Match Idempotency-Key
drop_delivery POST /v1/deliveries/{delivery}/drop
edit_issue PATCH /v1/issues/{issue} If-Match Idempotency-Key
end_digest_subscription DELETE /v1/digest-subscriptions/{subscription}
escalate_issue POST /v1/issues/{issue}/acts/escalate If-Match Idempotency-Key
explain_issue GET /v1/issues/{issue}/explain
export_record GET /v1/audit/export
get_acting_appointment GET /v1/acting-appointments/{code}
get_action GET /v1/actions/{action}
get_agency GET /v1/agencies/{code}
get_agenda GET /v1/meetings/{meeting}/agenda
get_api GET /v1/
get_appointment GET /v1/appointments/{code}
get_benchmark GET /v1/reports/benchmark
get_calendar GET /v1/forums/{forum}/calendar.ics
get_centre GET /v1/centres/{code}
get_charter GET /v1/charter
get_charter_page GET /charter
get_charter_version GET /v1/charter/{version}
get_charter_version_page GET /charter/{version}
get_cluster GET /v1/clusters/{code}
get_compliments GET /v1/reports/compliments
get_conduct_limit GET /v1/conduct-limits/{limit}
get_contact GET /v1/contacts/{contact}
get_delegation GET /v1/delegations/{code}
get_digest GET /v1/digests/{digest}
get_digest_subscription GET /v1/digest-subscriptions/{subscription}
get_feedback GET /v1/feedback/{feedback}
get_forum GET /v1/forums/{code}
get_function GET /v1/functions/{code}
get_hook_delivery GET /v1/hook-deliveries/{delivery}
get_issue GET /v1/issues/{issue}
get_key GET /v1/keys/{key}
get_ladder GET /v1/ladders/{ladder}
get_ladder_change GET /v1/ladder-changes/{change}
get_ladder_publication GET /v1/ladder-publications/{publication}
get_ladder_schema GET /v1/schemas/escalation-ladders
get_mailbox GET /v1/mailboxes/{person}
get_meeting GET /v1/meetings/{meeting}
get_metrics GET /metrics
get_minutes GET /v1/meetings/{meeting}/minutes
get_ola GET /v1/olas/{ola}
get_ola_ladder GET /v1/olas/{ola}/ladder
get_outcomes GET /v1/reports/outcomes
get_paper GET /v1/issues/{issue}/paper
get_partnering_agreement GET /v1/partnering-agreements/{code}
get_person GET /v1/people/{code}
get_problem GET /v1/problems/{code}
get_provider GET /v1/providers/{code}
get_receipt GET /v1/receipt Receipt-Code
get_region GET /v1/regions/{code}
get_satisfaction GET /v1/reports/satisfaction
get_scorecard GET /v1/reports/scorecard
get_seat GET /v1/seats
get_service GET /v1/services/{code}
get_service_charter GET /v1/service-charters/{code}
get_service_standard GET /v1/service-standards/{code}
get_shared_seat GET /v1/shared-seats/{code}
get_statutory_counts GET /v1/reports/statutory-counts
get_survey_invitation GET /v1/survey-invitations/{invitation}
get_survey_link GET /v1/survey-links/{token}
get_survey_page GET /survey/{token}
get_theme GET /v1/themes/{theme}
get_training GET /v1/reports/training
get_webhook_delivery GET /v1/deliveries/{delivery}
get_webhook_endpoint GET /v1/webhook-endpoints/{endpoint}
get_workload GET /v1/reports/workload
give_advice_issue POST /v1/issues/{issue}/acts/give-advice If-Match Idempotency-Key
hold_issue POST /v1/issues/{issue}/acts/hold If-Match Idempotency-Key
import_survey POST /v1/survey-imports Idempotency-Key
inform_issue POST /v1/issues/{issue}/acts/inform If-Match Idempotency-Key
limit_conduct POST /v1/conduct-limits
link_issue POST /v1/issues/{issue}/acts/link If-Match Idempotency-Key
list_acting_appointments GET /v1/acting-appointments
list_actions GET /v1/actions
list_agencies GET /v1/agencies
list_appointments GET /v1/appointments
list_centres GET /v1/centres
list_clocks GET /v1/issues/{issue}/clocks
list_clusters GET /v1/clusters
list_conduct_limits GET /v1/conduct-limits
list_contacts GET /v1/contacts
list_decisions GET /v1/decisions
list_delegations GET /v1/delegations
list_digest_subscriptions GET /v1/digest-subscriptions
list_digest_windows GET /v1/digest-subscriptions/{subscription}/windows
list_digests GET /v1/digests
list_event_types GET /v1/event-types
list_feedback GET /v1/feedback
list_feeds GET /v1/forums/{forum}/feeds
list_forum_seats GET /v1/forums/{forum}/seats
list_forums GET /v1/forums
list_functions GET /v1/functions
list_hook_deliveries GET /v1/hook-deliveries
list_issues GET /v1/issues
list_keys GET /v1/keys
list_ladder_changes GET /v1/ladder-changes
list_ladder_publications GET /v1/ladder-publications
list_ladder_versions GET /v1/ladders/{ladder}/versions
list_ladders GET /v1/ladders
list_learnings GET /v1/learnings
list_mailboxes GET /v1/mailboxes
list_mails GET /v1/mails
list_measures GET /v1/measures
list_meetings GET /v1/forums/{forum}/meetings
list_olas GET /v1/olas
list_partnering_agreements GET /v1/partnering-agreements
list_people GET /v1/people
list_problems GET /v1/problems
list_providers GET /v1/providers
list_regions GET /v1/regions
list_service_charters GET /v1/service-charters
list_service_standards GET /v1/service-standards
list_services GET /v1/services
list_shared_seats GET /v1/shared-seats
list_survey_invitations GET /v1/survey-invitations
list_survey_rounds GET /v1/survey-rounds
list_surveys GET /v1/surveys
list_themes GET /v1/themes
list_timeline GET /v1/issues/{issue}/timeline
list_vacancies GET /v1/vacancies
list_webhook_deliveries GET /v1/webhook-endpoints/{endpoint}/deliveries
list_webhook_endpoints GET /v1/webhook-endpoints
log_issue POST /v1/issues Idempotency-Key
log_issues POST /v1/issue-batches Idempotency-Key
make_digest POST /v1/digests Idempotency-Key
merge_issue POST /v1/issues/{issue}/acts/merge If-Match Idempotency-Key
move_meeting POST /v1/meetings/{meeting}/acts/move If-Match Idempotency-Key
name_issue POST /v1/issues/{issue}/acts/name If-Match Idempotency-Key
note_issue POST /v1/issues/{issue}/acts/note If-Match Idempotency-Key
note_item POST /v1/meetings/{meeting}/acts/note If-Match Idempotency-Key
note_not_reached_item POST /v1/meetings/{meeting}/acts/note-not-reached If-Match Idempotency-Key
open_digest_link GET /v1/digest-downloads/{token}
pause_digest_subscription POST /v1/digest-subscriptions/{subscription}/pause
ping_webhook_endpoint POST /v1/webhook-endpoints/{endpoint}/ping
preview_digest_subscription POST /v1/digest-subscription-previews
preview_hook POST /v1/hook-previews
preview_webhook_format POST /v1/webhook-previews
propose_issue POST /v1/issues/{issue}/acts/propose If-Match Idempotency-Key
propose_ladder_change POST /v1/ladder-changes Idempotency-Key
publish_ladders POST /v1/ladder-publications Idempotency-Key
raise_contact POST /v1/contacts/{contact}/raise Idempotency-Key
raise_feedback POST /v1/feedback/{feedback}/raise Idempotency-Key
reassign_issue POST /v1/issues/{issue}/acts/reassign If-Match Idempotency-Key
receive_hook POST /v1/hooks/{source}
reclassify_issue POST /v1/issues/{issue}/acts/reclassify If-Match Idempotency-Key
record_contact POST /v1/contacts Idempotency-Key
record_feedback POST /v1/feedback Idempotency-Key
record_referral_issue POST /v1/issues/{issue}/acts/record-referral If-Match Idempotency-Key
record_theme POST /v1/themes Idempotency-Key
recuse_issue POST /v1/issues/{issue}/acts/recuse If-Match Idempotency-Key
recuse_item POST /v1/meetings/{meeting}/acts/recuse If-Match Idempotency-Key
redeliver_message POST /v1/deliveries/{delivery}/redeliver
redeliver_messages POST /v1/webhook-endpoints/{endpoint}/redeliver
refer_back_issue POST /v1/issues/{issue}/acts/refer-back If-Match Idempotency-Key
refer_issue POST /v1/issues/{issue}/acts/refer If-Match Idempotency-Key
remove_acting_appointment DELETE /v1/acting-appointments/{code} If-Match Idempotency-Key
remove_agency DELETE /v1/agencies/{code} If-Match Idempotency-Key
remove_appointment DELETE /v1/appointments/{code} If-Match Idempotency-Key
remove_centre DELETE /v1/centres/{code} If-Match Idempotency-Key
remove_cluster DELETE /v1/clusters/{code} If-Match Idempotency-Key
remove_delegation DELETE /v1/delegations/{code} If-Match Idempotency-Key
remove_forum DELETE /v1/forums/{code} If-Match Idempotency-Key
remove_function DELETE /v1/functions/{code} If-Match Idempotency-Key
remove_partnering_agreement DELETE /v1/partnering-agreements/{code} If-Match Idempotency-Key
remove_person DELETE /v1/people/{code} If-Match Idempotency-Key
remove_provider DELETE /v1/providers/{code} If-Match Idempotency-Key
remove_region DELETE /v1/regions/{code} If-Match Idempotency-Key
remove_service DELETE /v1/services/{code} If-Match Idempotency-Key
remove_service_charter DELETE /v1/service-charters/{code} If-Match Idempotency-Key
remove_service_standard DELETE /v1/service-standards/{code} If-Match Idempotency-Key
remove_shared_seat DELETE /v1/shared-seats/{code} If-Match Idempotency-Key
remove_webhook_endpoint DELETE /v1/webhook-endpoints/{endpoint}
reopen_action POST /v1/actions/{action}/acts/reopen If-Match Idempotency-Key
reopen_issue POST /v1/issues/{issue}/acts/reopen If-Match Idempotency-Key
replay_hook_delivery POST /v1/hook-deliveries/{delivery}/replay
report_up_issue POST /v1/issues/{issue}/acts/report-up If-Match Idempotency-Key
resolve_issue POST /v1/issues/{issue}/acts/resolve If-Match Idempotency-Key
resume_digest_subscription POST /v1/digest-subscriptions/{subscription}/resume
resume_issue POST /v1/issues/{issue}/acts/resume If-Match Idempotency-Key
review_conduct_limit POST /v1/conduct-limits/{limit}/reviews
revoke_digest_link DELETE /v1/digest-subscriptions/{subscription}/links/{link}
revoke_feed DELETE /v1/forums/{forum}/feeds/{feed}
revoke_key DELETE /v1/keys/{key}
rotate_key POST /v1/keys/{key}/rotate Idempotency-Key
rotate_webhook_secret POST /v1/webhook-endpoints/{endpoint}/rotate-secret
schedule_meeting POST /v1/forums/{forum}/meetings Idempotency-Key
seek_advice_issue POST /v1/issues/{issue}/acts/seek-advice If-Match Idempotency-Key
shake_hands OPTIONS /v1/hooks/{source}
skip_issue POST /v1/issues/{issue}/acts/skip If-Match Idempotency-Key
suggest_themes GET /v1/theme-suggestions
table_item POST /v1/meetings/{meeting}/acts/table If-Match Idempotency-Key
test_mailbox POST /v1/mailboxes/{person}/test
unlink_issue POST /v1/issues/{issue}/acts/unlink If-Match Idempotency-Key
unname_issue POST /v1/issues/{issue}/acts/unname If-Match Idempotency-Key
verify_record GET /v1/audit/verify
withdraw_issue POST /v1/issues/{issue}/acts/withdraw If-Match Idempotency-Key
withdraw_item POST /v1/meetings/{meeting}/acts/withdraw If-Match Idempotency-Key
withdraw_ladder_change POST /v1/ladder-changes/{change}/acts/withdraw If-Match Idempotency-Key
write_by_receipt POST /v1/receipt/messages Receipt-Code Idempotency-Key
"""
