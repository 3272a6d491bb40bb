"""How often captions find out which language is spoken, and how many words they get right.

    python -m benchmarks.languages [es de ar hi]

People: ten announcements in Spanish, a German proverb, and numbers in Arabic in a noisy room
(`benchmarks/_support/packages.py` names sources and licences). Where no more recordings were at hand, espeak-ng says
five sentences at two speeds; its voice is synthetic and harder to recognise than a person's. The product's endpointer
cuts all of it into utterances. The columns count the utterances whose language was found:

- alone: each as if it were the speaker's first, and the engine gets no hint.
- kept: with the first language that is sure of two seconds or more kept for the speaker, as captions do.
- account: the same, and the speaker's account has the language, which the engine is told to expect.
- misled: the fewest of "alone" while the engine is told to expect another of these languages or English.
- words wrong: with the right language given. The announcements come without their text.
"""

import argparse
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import django

from benchmarks._support.packages import AUDITOK, SPANISH, found_in, pcm
from benchmarks._support.table import markdown, versions
from benchmarks.captions import errors
from captions.engines.base import RATE
from tests.support.environment import isolate
from tests.support.recordings import spelled
from tests.support.voice import silence, spoken

PAUSE_SECONDS = 1.2
ANNOUNCEMENTS = (
    "agent-newlocation",
    "agent-user",
    "confbridge-pin",
    "demo-thanks",
    "queue-youarenext",
    "queue-periodic-announce",
    "dir-instr",
    "vm-mailboxfull",
    "vm-nobodyavail",
    "vm-toforward",
)
PROVERB = "Was der Mensch sät, das wird er vielfach ernten."
PROVERB_FILE = "was_der_mensch_saet_das_wird_er_vielfach_ernten_44100Hz_mono_lead_trail_silence.wav"
NUMBERS, NUMBERS_FILE = "واحد اثنان ثلاثة أربعة خمسة ستة", "1to6arabic_16000_mono_bc_noise.wav"
SPEEDS = (120, 150)
SENTENCES = {
    "de": [
        "Guten Abend und willkommen, heute sprechen wir über das Wetter.",
        "Ich glaube, dass wir morgen früher anfangen sollten.",
        "Die Kinder spielen jeden Tag im Garten hinter dem Haus.",
        "Könnten Sie bitte die Frage noch einmal wiederholen?",
        "Der Zug nach München fährt in zehn Minuten ab.",
    ],
    "es": [
        "Buenas noches y bienvenidos, hoy hablamos del tiempo.",
        "Creo que mañana deberíamos empezar más temprano.",
        "Los niños juegan todos los días en el jardín de la casa.",
        "¿Podría usted repetir la pregunta otra vez, por favor?",
        "El tren para Madrid sale dentro de diez minutos.",
    ],
    "ar": [
        "مساء الخير وأهلا بكم، اليوم نتحدث عن الطقس.",
        "أعتقد أنه يجب أن نبدأ غدا في وقت مبكر.",
        "يلعب الأطفال كل يوم في الحديقة خلف البيت.",
        "هل يمكنك أن تعيد السؤال مرة أخرى من فضلك؟",
        "القطار إلى القاهرة يغادر بعد عشر دقائق.",
    ],
    "hi": [
        "नमस्ते और आपका स्वागत है, आज हम मौसम के बारे में बात करेंगे।",
        "मुझे लगता है कि हमें कल जल्दी शुरू करना चाहिए।",
        "बच्चे हर दिन घर के पीछे बगीचे में खेलते हैं।",
        "क्या आप कृपया सवाल फिर से दोहरा सकते हैं?",
        "दिल्ली जाने वाली गाड़ी दस मिनट में निकलेगी।",
    ],
}


@dataclass(frozen=True, slots=True)
class Speaker:
    """One voice and everything it says; `text` is empty where it is not known."""

    language: str
    name: str
    sound: bytes
    text: str


@dataclass(frozen=True, slots=True)
class Found:
    """How many utterances a speaker has, the languages found in them, and the words understood."""

    alone: Counter[str]
    kept: Counter[str]
    account: Counter[str]
    misled: int
    words: list[str]


def main() -> None:
    wanted = _options().languages or list(SENTENCES)
    isolate()
    django.setup()
    speakers = [speaker for speaker in _speakers() if speaker.language in wanted]
    found = [(speaker, _understand(speaker)) for speaker in speakers]
    print(f"{versions('faster-whisper')}\n")
    print(
        markdown(
            ["speaker", "utterances", "alone", "kept", "account", "misled", "words wrong"],
            [_row(*one) for one in found],
        )
    )
    for speaker, heard in found:
        print(f"\n{speaker.language}, {speaker.name}: {dict(heard.alone)}\n  {' '.join(heard.words)}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("languages", nargs="*", metavar="LANGUAGE", help="all by default")
    return parser.parse_args()


def _speakers() -> Iterator[Speaker]:
    yield Speaker("es", "a person", _joined([pcm(found_in(SPANISH, f"{name}.wav")) for name in ANNOUNCEMENTS]), "")
    yield Speaker("de", "a person", pcm(found_in(AUDITOK, PROVERB_FILE)), PROVERB)
    yield Speaker("ar", "a person", pcm(found_in(AUDITOK, NUMBERS_FILE)), NUMBERS)
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "said.wav"
        for language, sentences in SENTENCES.items():
            said = [(text, speed) for text in sentences for speed in SPEEDS]
            sounds = [spoken(path, text, voice=language, speed=speed, rate=RATE) for text, speed in said]
            yield Speaker(language, "espeak-ng", _joined(sounds), " ".join(text for text, _ in said))


def _joined(sounds: Sequence[bytes]) -> bytes:
    return b"".join(sound + silence(PAUSE_SECONDS, rate=RATE) for sound in sounds)


def _understand(speaker: Speaker) -> Found:
    from captions.engines import engine
    from captions.ingest.endpointer import Endpointer

    heard = [one.pcm for one in Endpointer().push(speaker.sound, at_ms=0)]
    alone = _alone(heard)
    others = [language for language in (*SENTENCES, "en") if language != speaker.language]
    misled = min(_alone(heard, expected=other)[speaker.language] for other in others)
    words = [word for one in heard for word in spelled(engine().transcribe(one, language=speaker.language).text)]
    account = Counter(_kept(heard, expected=speaker.language))
    return Found(alone, Counter(_kept(heard)), account, misled, words)


def _alone(heard: Sequence[bytes], *, expected: str = "") -> Counter[str]:
    from captions.engines import engine

    return Counter(engine().transcribe(one, language=None, expected=expected).language for one in heard)


def _kept(heard: Sequence[bytes], *, expected: str = "") -> Iterator[str]:
    from captions.engines import engine
    from captions.tasks import TELLING_BYTES

    known = None
    for one in heard:
        found = engine().transcribe(one, language=known, expected=expected)
        if found.is_sure and len(one) >= TELLING_BYTES:
            known = found.language
        yield found.language


def _row(speaker: Speaker, found: Found) -> list[str]:
    said, number = spelled(speaker.text), found.alone.total()
    wrong = f"{errors(said, found.words) / len(said):.2f}" if said else "-"
    right = (str(counted[speaker.language]) for counted in (found.alone, found.kept, found.account))
    return [f"{speaker.language}, {speaker.name}", str(number), *right, str(found.misled), wrong]


if __name__ == "__main__":
    main()
