"""The only verbs that change reports, decisions, suspensions and the word list."""

from spaces.moderation.services.appeals import (
    appeal,
    decide_appeal,
    get_decision,
    may_appeal,
    reinstate_person,
    suspend_by_operator,
)
from spaces.moderation.services.decisions import claim_report, decide_report, get_report, release_report
from spaces.moderation.services.listening_in import listen_in, mix_to_listen_in
from spaces.moderation.services.reports import (
    flag_caption,
    flag_comment,
    flag_title,
    report_caption,
    report_clip,
    report_comment,
    report_person,
    report_post,
    report_space,
)
from spaces.moderation.services.suspensions import suspend_person
from spaces.moderation.services.word_list import add_word, remove_word

__all__ = [
    "add_word",
    "appeal",
    "claim_report",
    "decide_appeal",
    "decide_report",
    "flag_caption",
    "flag_comment",
    "flag_title",
    "get_decision",
    "get_report",
    "listen_in",
    "may_appeal",
    "mix_to_listen_in",
    "reinstate_person",
    "release_report",
    "remove_word",
    "report_caption",
    "report_clip",
    "report_comment",
    "report_person",
    "report_post",
    "report_space",
    "suspend_by_operator",
    "suspend_person",
]
