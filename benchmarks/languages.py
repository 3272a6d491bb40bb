"""How often captions detect the language that is spoken.

    python -m benchmarks.languages

espeak-ng says five sentences in each language at two speeds. Its voice is synthetic and harder to recognise than a
person's. Each sentence is one utterance, and the engine gets no hint. `sure` counts how often the detected language
would be kept for the speaker.
"""

import tempfile
from collections import Counter
from pathlib import Path

import django

from captions.engines.base import RATE
from tests.support.environment import isolate
from tests.support.voice import spoken

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


def main() -> None:
    isolate()
    django.setup()
    from captions.engines import engine

    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "said.wav"
        for language, sentences in SENTENCES.items():
            sounds = [
                spoken(path, text, voice=language, speed=speed, rate=RATE) for text in sentences for speed in SPEEDS
            ]
            found = [engine().transcribe(pcm, language=None) for pcm in sounds]
            heard = Counter(one.language for one in found)
            sure = Counter(one.language for one in found if one.is_sure)
            print(f"{language}: right in {heard[language]} of {len(sounds)}; {dict(heard)}; sure: {dict(sure)}")


if __name__ == "__main__":
    main()
