"""The only verbs that change captions. Every door calls one of them."""

from captions.services.browser import say_in_browser, set_source
from captions.services.comments import (
    allow_comments,
    redact_comment,
    remove_comment,
    restore_comment,
    write_comment,
)
from captions.services.consent import set_consent
from captions.services.jobs import Claim, claim, complete, extend, fail, rerun
from captions.services.lanes import assign_lanes, take_over
from captions.services.language import set_language, set_translation
from captions.services.masking import mask_word, set_masked, unmask_word
from captions.services.recovery import queue_again, recover_abandoned, tell_lateness
from captions.services.redaction import redact, restore, take_back
from captions.services.retention import purge, purge_comments
from captions.services.utterances import begin_utterance, drop_utterances, end_utterance, show_interim

__all__ = [
    "Claim",
    "allow_comments",
    "assign_lanes",
    "begin_utterance",
    "claim",
    "complete",
    "drop_utterances",
    "end_utterance",
    "extend",
    "fail",
    "mask_word",
    "purge",
    "purge_comments",
    "queue_again",
    "recover_abandoned",
    "redact",
    "redact_comment",
    "remove_comment",
    "rerun",
    "restore",
    "restore_comment",
    "say_in_browser",
    "set_consent",
    "set_language",
    "set_masked",
    "set_source",
    "set_translation",
    "show_interim",
    "take_back",
    "take_over",
    "tell_lateness",
    "unmask_word",
    "write_comment",
]
