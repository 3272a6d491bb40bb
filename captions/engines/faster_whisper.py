"""Whisper by CTranslate2. Reference: https://github.com/SYSTRAN/faster-whisper

The library's own `transcribe` always looks at 30 s, and four fifths of a pass go into that. An utterance is shorter, so
this looks at the utterance and some quiet behind it, and at the full window only where the result is doubtful.
"""

import os
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from captions.engines.base import RATE, EngineMissing, require_files, require_library
from captions.engines.weights import FILES, PUBLISHED
from captions.recognised import Draft, Understood, Word

QUIET_SECONDS: Final = 4.0
"""Silence appended to every utterance. With less the model repeats itself: it has never seen sound that stops so
early."""
WINDOW_SECONDS: Final = 30
DOUBTFUL_LOGPROB: Final = -0.45
"""Average log probability below which a final is worth a pass over the full window, at four times the price."""
NONSENSE_LOGPROB: Final = -1.2
"""Below this, even after the full window, what stands there is chance."""
SURE_OF_LANGUAGE: Final = 0.6
EXPECTED_WEIGHT: Final = 30.0
"""How much more often people speak the language of their account than one certain other language."""
UNCLEAR: Final = "[unclear]"
UNHEARD_PROBABILITY: Final = 0.6
UNHEARD_LOGPROB: Final = -0.8
"""The average log probability below which the model's own estimate that there is no voice counts, as its makers combine
the two."""
INVENTED: Final = re.compile(r"(thank you|thanks for watching|thank you for watching|you|bye|bye-bye|okay)[.! ]*", re.I)
"""What Whisper learned to find under silence and noise. People say it, too, so it counts only where the result is
doubtful."""
INVENTED_LOGPROB: Final = -0.5

_LOOPS: Final = 2.4
"""Compression ratio of a text that repeats itself."""
_WORDS_PER_SECOND, _WORDS_MORE = 6, 8
_DRAFT_WORDS_PER_SECOND, _DRAFT_WORDS_MORE = 4.5, 3
"""A draft that is left out costs half a second; a short word ten times over would stay until the final."""
_LIKELY: Final = 0.7
"""Probability of a word that may be shown though nothing is behind it. It may be half said: "leeched" for "leisure"."""
_FASTEST_TOKENS: Final = 12
"""Per second: no language is spoken faster, so a loop ends here at the latest."""
_NAMED_SECONDS: Final = 2.0
"""Names before a shorter utterance make it worse, not better."""
_NAMES_LENGTH: Final = 200
_LOUD, _QUIETEST = 0.08, 0.03
"""Root mean square: what is softer than the second is brought to the first. 0.03 is about -30 dB."""
_FULL_SCALE = 32768.0
_FIRST_TIMESTAMP: Final = 50
_ENGLISH_ONLY: Final = ".en"
_LOADED_FILES: Final = FILES[:3]


@dataclass(frozen=True, slots=True)
class _Pass:
    """One pass over a sound. `tokens` include those of time; `text` does not."""

    sound: Any
    frames: int
    tokens: Sequence[int]
    text: str
    logprob: float
    unheard: float
    logits: Sequence[Any] = ()
    """Of a draft, by token."""

    @property
    def is_doubtful(self) -> bool:
        return self.logprob < DOUBTFUL_LOGPROB

    @property
    def is_invented(self) -> bool:
        if self.unheard > UNHEARD_PROBABILITY and self.logprob < UNHEARD_LOGPROB:
            return True
        return bool(INVENTED.fullmatch(self.text.strip())) and self.logprob < INVENTED_LOGPROB


@dataclass(frozen=True)
class FasterWhisper:
    name: str
    model: Any

    def transcribe(
        self,
        pcm: bytes,
        *,
        language: str | None,
        expected: str = "",
        names: Sequence[str] = (),
        translate: bool = False,
    ) -> Understood:
        samples = _samples(pcm)
        seconds = len(samples) / RATE
        known, is_sure = (_code(language), True) if language else self._language(samples, _code(expected))
        found = self._look(samples, known, quiet=QUIET_SECONDS, names=names if seconds >= _NAMED_SECONDS else ())
        if found.is_doubtful or is_loop(found.text, seconds):
            found = self._look(samples, known, quiet=WINDOW_SECONDS)
        if found.is_invented:
            return Understood([], known, is_sure)
        if found.text and (is_loop(found.text, seconds) or found.logprob < NONSENSE_LOGPROB):
            return Understood([Word(UNCLEAR, 0, int(seconds * 1000), 0.0)], known, is_sure)
        translation = self._translated(found, known, seconds) if translate and known != "en" else ""
        return Understood(list(self._words(found, known, seconds)), known, is_sure, translation)

    def draft(self, pcm: bytes, *, language: str, after: str = "") -> Draft:
        """Understand an unfinished utterance, with what was shown as its forced beginning. Without that, every fourth
        draft takes back a word."""
        samples = _samples(pcm)
        found = self._look(samples, _code(language), quiet=QUIET_SECONDS, is_draft=True, after=after)
        if found.is_invented or is_loop(found.text, len(samples) / RATE, is_draft=True):
            return Draft(after)
        return Draft(found.text.strip(), self._likely(found, _code(language)))

    def _likely(self, found: _Pass, language: str) -> str:
        """Return the draft up to its last word, and that word only if it is likely."""
        tokenizer = self._tokenizer(language)
        words, parts = tokenizer.split_to_word_tokens([token for token in found.tokens if token < tokenizer.eot])
        last = max((at for at, word in enumerate(words) if any(map(str.isalnum, word))), default=0)
        start = sum(map(len, parts[:last]))
        if words and min(map(_probability, found.logits[start:], found.tokens[start:][: len(parts[last])])) >= _LIKELY:
            last += 1
        return "".join(words[:last]).strip()

    def _look(
        self,
        samples: Any,
        language: str,
        *,
        quiet: float,
        names: Sequence[str] = (),
        is_draft: bool = False,
        after: str = "",
    ) -> _Pass:
        tokenizer = self._tokenizer(language)
        sound, frames = self._encoded(samples, quiet)
        context = tokenizer.encode(f" {', '.join(names)}."[:_NAMES_LENGTH]) if names else []
        # Without times a draft is quicker; a final with several sentences would lose some of them.
        prompt = self.model.get_prompt(tokenizer, context, without_timestamps=is_draft, prefix=after or None)
        most = len(prompt) + int(len(samples) / RATE * _FASTEST_TOKENS) + _FASTEST_TOKENS
        result = self._generated(sound, prompt, most, with_logits=is_draft)
        tokens = result.sequences_ids[0]
        # A score is the mean over the tokens; the end counts as one more.
        logprob = result.scores[0] * len(tokens) / (len(tokens) + 1)
        text = tokenizer.decode([token for token in tokens if token < tokenizer.eot])
        logits = result.logits[0] if is_draft else ()
        return _Pass(sound, frames, tokens, text, logprob, result.no_speech_prob, logits)

    def _generated(self, sound: Any, prompt: list[int], most: int, *, with_logits: bool = False) -> Any:
        [result] = self.model.model.generate(
            sound,
            [prompt],
            beam_size=1,
            max_length=min(most, self.model.max_length),
            max_initial_timestamp_index=_FIRST_TIMESTAMP,
            return_scores=True,
            return_no_speech_prob=True,
            return_logits_vocab=with_logits,
        )
        return result

    def _translated(self, found: _Pass, language: str, seconds: float) -> str:
        """Return the English translation. Whisper reuses what it computed of the sound."""
        tokenizer = self._tokenizer(language, task="translate")
        prompt = self.model.get_prompt(tokenizer, [], without_timestamps=False)
        result = self._generated(found.sound, prompt, len(prompt) + int((seconds + 1) * _FASTEST_TOKENS))
        text = tokenizer.decode([token for token in result.sequences_ids[0] if token < tokenizer.eot]).strip()
        return "" if is_loop(text, seconds) else text

    def _encoded(self, samples: Any, quiet: float) -> tuple[Any, int]:
        """Give the encoder's output, and how many frames it stands for."""
        numpy = import_module("numpy")
        length = min(len(samples) + int(quiet * RATE), WINDOW_SECONDS * RATE)
        padded = numpy.pad(samples[:length], (0, max(0, length - len(samples))))
        features = self.model.feature_extractor(padded, padding=0)
        frames = features.shape[-1] // 2 * 2
        return self.model.encode(features[:, :frames]), frames

    def _language(self, samples: Any, expected: str) -> tuple[str, bool]:
        """Find out which language is spoken, and whether that is sure. Costs one more pass over the full window."""
        if not self.model.model.is_multilingual:
            return "en", True
        sound, _ = self._encoded(samples, WINDOW_SECONDS)
        [found] = self.model.model.detect_language(sound)
        return most_likely({token[2:-2]: probability for token, probability in found}, expected)

    def _words(self, found: _Pass, language: str, seconds: float) -> Iterator[Word]:
        tokenizer = self._tokenizer(language)
        spoken = [token for token in found.tokens if token < tokenizer.eot]
        if not spoken:
            return
        [aligned] = self.model.find_alignment(tokenizer, [spoken], found.sound, found.frames)
        module = import_module("faster_whisper.transcribe")
        module.merge_punctuations(aligned, _OPENING, _CLOSING)
        before = 0
        for word in (word for word in aligned if word["word"].strip()):
            start, end = (min(max(int(word[at] * 1000), before), int(seconds * 1000)) for at in ("start", "end"))
            before = start
            yield Word(word["word"], start, max(start, end), float(word["probability"]))

    def _tokenizer(self, language: str, *, task: str = "transcribe") -> Any:
        if (language, task) not in self._tokenizers:
            maker = import_module("faster_whisper.tokenizer").Tokenizer
            is_multilingual = self.model.model.is_multilingual
            self._tokenizers[language, task] = maker(
                self.model.hf_tokenizer, is_multilingual, task=task, language=language
            )
        return self._tokenizers[language, task]

    @cached_property
    def _tokenizers(self) -> dict[tuple[str, str], Any]:
        return {}


def most_likely(found: Mapping[str, float], expected: str) -> tuple[str, bool]:
    """Return the language that was most probably spoken, and whether that is sure.

    `found`: the model's probability by language. It says little of short and noisy utterances; there, and only there,
    the expected language counts for more.
    """
    best = max(found, key=found.__getitem__)
    if found[best] >= SURE_OF_LANGUAGE:
        return best, True
    weighed = {code: probability * (EXPECTED_WEIGHT if code == expected else 1) for code, probability in found.items()}
    best = max(weighed, key=weighed.__getitem__)
    return best, weighed[best] >= SURE_OF_LANGUAGE * sum(weighed.values())


_OPENING: Final = "\"'“¿([{-"
_CLOSING: Final = "\"'.。,，!！?？:：”)]}、"  # noqa: RUF001 - Chinese has its own


def is_loop(text: str, seconds: float, *, is_draft: bool = False) -> bool:
    """Return whether the text is a phrase repeated to the length limit. `seconds` is the length of the sound. The
    engine gives such text a high probability, so the probability says nothing."""
    raw = text.encode()
    if raw and len(raw) / len(zlib.compress(raw)) > _LOOPS:
        return True
    a_second, more = (_DRAFT_WORDS_PER_SECOND, _DRAFT_WORDS_MORE) if is_draft else (_WORDS_PER_SECOND, _WORDS_MORE)
    return len(text.split()) > a_second * seconds + more


def _probability(logits: Any, token: int) -> float:
    numpy = import_module("numpy")
    values = numpy.array(logits).ravel()
    weights = numpy.exp(values - values.max())
    return float(weights[token] / weights.sum())


def require(*, model: str, languages: Sequence[str]) -> None:
    require_library("faster_whisper", requirements="requirements.txt")
    if not model:
        raise EngineMissing("faster_whisper needs CAPTIONS_MODEL: base, tiny.en, a model's directory, or its name")
    place = _place(model)
    if place.is_absolute():
        if model in PUBLISHED and not place.is_dir():
            raise EngineMissing(f"Whisper {model} is not in {place.parent}: python manage.py install_speech_model")
        require_files(place, _LOADED_FILES)
    foreign = [language for language in languages if language.split("-")[0] not in ("en", "auto")]
    if foreign and Path(model).name.endswith(_ENGLISH_ONLY):
        raise EngineMissing(f"{Path(model).name} knows English only, and CAPTIONS_LANGUAGES has {', '.join(foreign)}")


def load(*, model: str) -> FasterWhisper:
    threads = settings.CAPTIONS_THREADS
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    whisper = import_module("faster_whisper").WhisperModel(
        str(_place(model)), device="cpu", compute_type="int8", cpu_threads=1, num_workers=threads
    )
    return FasterWhisper(f"faster_whisper {Path(model).name}"[:40], whisper)


def _place(model: str) -> Path:
    """Return where the model is: an absolute path, or a name that the library fetches."""
    return Path(settings.CAPTIONS_MODELS_DIR) / model if model in PUBLISHED else Path(model)


def _code(language: str) -> str:
    """Return `en` of `en-GB`."""
    return language.split("-")[0].lower()


def _samples(pcm: bytes) -> Any:
    """Return float32 samples within ±1. Whisper misreads any other form without an error."""
    numpy = import_module("numpy")
    samples = numpy.frombuffer(pcm, dtype="<i2").astype("float32") / _FULL_SCALE
    if not len(samples):
        return samples
    level = float(numpy.sqrt(numpy.mean(samples**2)))
    return numpy.clip(samples * (_LOUD / level), -1, 1) if 0 < level < _QUIETEST else samples
