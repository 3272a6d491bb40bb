from captions.models.consent import Consent
from captions.models.masked_word import MaskedWord
from captions.models.redaction import Redaction
from captions.models.track import Track
from captions.models.utterance import Utterance, UtteranceAudio

__all__ = ["Consent", "MaskedWord", "Redaction", "Track", "Utterance", "UtteranceAudio"]
