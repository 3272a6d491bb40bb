"""The only verbs that change a Space. Pages, sockets, REST, the admin and commands all call them."""

from spaces.services.absence import host_found, host_lost, succeed
from spaces.services.anonymous import join_anonymously, leave_anonymously
from spaces.services.appeals import (
    appeal,
    decide_appeal,
    get_decision,
    may_appeal,
    reinstate_person,
    suspend_by_operator,
)
from spaces.services.attendance import join_space, leave_everywhere, leave_space, mark_lost
from spaces.services.barring import put_out_blocked, set_accounts_only, set_lock
from spaces.services.cohosts import accept_cohost, appoint_cohost, decline_cohost, hand_over, withdraw_cohost
from spaces.services.decisions import claim_report, decide_report, get_report, release_report
from spaces.services.erasure import forget_person
from spaces.services.expiry import Expired, expire
from spaces.services.invitations import invite, invite_person
from spaces.services.lifecycle import cancel_space, create_space, end_space, start_space
from spaces.services.listening_in import listen_in, mix_to_listen_in
from spaces.services.moderation import remove_participant
from spaces.services.options import SpaceOptions
from spaces.services.people import person_changed
from spaces.services.pins import pins_changed, pins_lost
from spaces.services.queue import Decided, approve_requests, decline_requests, set_policy
from spaces.services.reactions import react
from spaces.services.reports import flag_caption, flag_title, report_caption, report_person, report_space
from spaces.services.schedule import clear_reminder, schedule_space, set_reminder, update_space
from spaces.services.stage import (
    accept_mic,
    approve_request,
    cancel_request,
    decline_request,
    mute_all,
    mute_other,
    mute_self,
    plug_in,
    request_to_speak,
    step_down,
    take_mic,
    unmute_self,
)
from spaces.services.suspensions import suspend_person
from spaces.services.word_list import add_word, remove_word

__all__ = [
    "Decided",
    "Expired",
    "SpaceOptions",
    "accept_cohost",
    "accept_mic",
    "add_word",
    "appeal",
    "appoint_cohost",
    "approve_request",
    "approve_requests",
    "cancel_request",
    "cancel_space",
    "claim_report",
    "clear_reminder",
    "create_space",
    "decide_appeal",
    "decide_report",
    "decline_cohost",
    "decline_request",
    "decline_requests",
    "end_space",
    "expire",
    "flag_caption",
    "flag_title",
    "forget_person",
    "get_decision",
    "get_report",
    "hand_over",
    "host_found",
    "host_lost",
    "invite",
    "invite_person",
    "join_anonymously",
    "join_space",
    "leave_anonymously",
    "leave_everywhere",
    "leave_space",
    "listen_in",
    "mark_lost",
    "may_appeal",
    "mix_to_listen_in",
    "mute_all",
    "mute_other",
    "mute_self",
    "person_changed",
    "pins_changed",
    "pins_lost",
    "plug_in",
    "put_out_blocked",
    "react",
    "reinstate_person",
    "release_report",
    "remove_participant",
    "remove_word",
    "report_caption",
    "report_person",
    "report_space",
    "request_to_speak",
    "schedule_space",
    "set_accounts_only",
    "set_lock",
    "set_policy",
    "set_reminder",
    "start_space",
    "step_down",
    "succeed",
    "suspend_by_operator",
    "suspend_person",
    "take_mic",
    "unmute_self",
    "update_space",
    "withdraw_cohost",
]
