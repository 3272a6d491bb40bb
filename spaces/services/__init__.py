"""Only these verbs change a Space. Pages, sockets, REST, the admin and commands call them."""

from spaces.services.absence import host_found, host_lost, succeed
from spaces.services.anonymous import join_anonymously, leave_anonymously
from spaces.services.attendance import Entrance, come_in, join_space, leave_everywhere, leave_space, mark_lost
from spaces.services.audience import open_audience
from spaces.services.barring import remove_blocked, set_accounts_only, set_lock
from spaces.services.broadcasts import KEY_PREFIX as BROADCAST_KEY_PREFIX
from spaces.services.broadcasts import (
    end_broadcast,
    make_broadcast_key,
    revoke_broadcast_key,
    start_broadcast,
    user_of_broadcast_key,
)
from spaces.services.cohosts import accept_cohost, appoint_cohost, decline_cohost, hand_over, withdraw_cohost
from spaces.services.erasure import forget_person
from spaces.services.expiry import Expired, expire
from spaces.services.exporting import missing_exports, request_export, waiting_exports
from spaces.services.invitations import invite, invite_person
from spaces.services.lifecycle import cancel_space, create_space, end_space, start_space
from spaces.services.moving import move_space
from spaces.services.options import SpaceOptions
from spaces.services.packing import (
    RecorderReplaced,
    fail_recording,
    finish_recording,
    follow_talk,
    store_progress,
    take_over,
)
from spaces.services.people import person_changed
from spaces.services.pins import pins_changed, pins_lost
from spaces.services.podcasts import podcast_changed
from spaces.services.queue import Decided, approve_requests, decline_requests, set_policy
from spaces.services.reactions import keep_reactions, react
from spaces.services.recording import agree_to_recording, show_live_recording, start_recording, stop_recording
from spaces.services.removal import remove_participant
from spaces.services.schedule import clear_reminder, schedule_space, set_reminder, update_space
from spaces.services.stage import (
    accept_mic,
    approve_request,
    cancel_request,
    connect_microphone,
    decline_request,
    mute_all,
    mute_other,
    mute_self,
    request_to_speak,
    step_down,
    take_mic,
    unmute_self,
)

__all__ = [
    "BROADCAST_KEY_PREFIX",
    "Decided",
    "Entrance",
    "Expired",
    "RecorderReplaced",
    "SpaceOptions",
    "accept_cohost",
    "accept_mic",
    "agree_to_recording",
    "appoint_cohost",
    "approve_request",
    "approve_requests",
    "cancel_request",
    "cancel_space",
    "clear_reminder",
    "come_in",
    "connect_microphone",
    "create_space",
    "decline_cohost",
    "decline_request",
    "decline_requests",
    "end_broadcast",
    "end_space",
    "expire",
    "fail_recording",
    "finish_recording",
    "follow_talk",
    "forget_person",
    "hand_over",
    "host_found",
    "host_lost",
    "invite",
    "invite_person",
    "join_anonymously",
    "join_space",
    "keep_reactions",
    "leave_anonymously",
    "leave_everywhere",
    "leave_space",
    "make_broadcast_key",
    "mark_lost",
    "missing_exports",
    "move_space",
    "mute_all",
    "mute_other",
    "mute_self",
    "open_audience",
    "person_changed",
    "pins_changed",
    "pins_lost",
    "podcast_changed",
    "react",
    "remove_blocked",
    "remove_participant",
    "request_export",
    "request_to_speak",
    "revoke_broadcast_key",
    "schedule_space",
    "set_accounts_only",
    "set_lock",
    "set_policy",
    "set_reminder",
    "show_live_recording",
    "start_broadcast",
    "start_recording",
    "start_space",
    "step_down",
    "stop_recording",
    "store_progress",
    "succeed",
    "take_mic",
    "take_over",
    "unmute_self",
    "update_space",
    "user_of_broadcast_key",
    "waiting_exports",
    "withdraw_cohost",
]
