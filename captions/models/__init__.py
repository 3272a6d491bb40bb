from captions.models.comment import COMMENT_LENGTH, Comment
from captions.models.consent import Consent
from captions.models.masked_word import MaskedWord
from captions.models.redaction import Redaction
from captions.models.track import Track
from captions.models.utterance import Utterance, UtteranceAudio

__all__ = [
    "COMMENT_LENGTH",
    "Comment",
    "Consent",
    "MaskedWord",
    "Redaction",
    "Track",
    "Utterance",
    "UtteranceAudio",
]
