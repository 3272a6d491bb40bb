"""The only verbs that change captions. Every door calls one of them."""

from captions.services.browser import say_in_browser, set_source
from captions.services.consent import set_consent, withdraw_consent
from captions.services.jobs import Claim, claim, complete, extend, fail, rerun
from captions.services.lanes import assign_lanes, take_over
from captions.services.language import set_language, set_translation
from captions.services.masking import mask_word, set_masked, unmask_word
from captions.services.mending import queue_again, recover_abandoned, tell_lateness
from captions.services.redaction import redact, restore, take_back
from captions.services.retention import purge
from captions.services.utterances import begin_utterance, drop_utterances, end_utterance, show_interim

__all__ = [
    "Claim",
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
    "queue_again",
    "recover_abandoned",
    "redact",
    "rerun",
    "restore",
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
    "withdraw_consent",
]
