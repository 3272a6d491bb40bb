"""The engines, and what is said of one that is not there."""

from pathlib import Path

import pytest
from pytest_django import Settings

from captions import checks
from captions.engines import ENGINES, EngineMissing, base, pocketsphinx
from tests.support.voice import spoken


def test_pocketsphinx_understands_english_offline(tmp_path: Path) -> None:
    # Slowly: what it gets else hangs on the noise that a change of rate adds; here it always gets five words or six.
    pcm = spoken(tmp_path / "said.wav", "we will go to the park with the children", speed=120, rate=16_000)
    words = pocketsphinx.load(model="", language="en").transcribe(pcm)
    assert len({"we", "will", "go", "to", "the", "park", "with", "children"} & {word.text for word in words}) >= 4
    assert all(0 <= word.start_ms < word.end_ms <= len(pcm) / 32 + 50 for word in words)
    assert all(0 < word.confidence <= 1 for word in words)


def test_another_language_needs_a_model_of_its_own() -> None:
    with pytest.raises(EngineMissing, match="English only"):
        pocketsphinx.require(model="", language="de")


@pytest.mark.parametrize(
    ("engine", "model"), [("pocketsphinx", "/none"), ("faster_whisper", "/none"), ("moonshine", "x")]
)
def test_a_model_that_is_not_there_is_named(engine: str, model: str) -> None:
    with pytest.raises(EngineMissing):
        ENGINES[engine].require(model=model, language="en")


@pytest.mark.parametrize(
    ("engine", "requirements"),
    [("faster_whisper", "requirements-faster-whisper.txt"), ("moonshine", "requirements-moonshine.txt")],
)
def test_a_library_that_is_not_there_is_named_with_what_to_install(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, engine: str, requirements: str
) -> None:
    monkeypatch.setattr(base, "find_spec", lambda name: None)
    settings.CAPTIONS_ENGINE = engine
    [message] = checks.engine(None)
    assert (message.id, f"pip install -r {requirements}." in message.msg) == ("captions.E002", True)
    assert (Path(checks.__file__).parents[1] / requirements).is_file()


@pytest.mark.parametrize(
    ("engine", "model", "said"),
    [
        ("faster_whisper", "", "a model's directory, or its name"),
        ("faster_whisper", "/none", "there is no model.bin, config.json, tokenizer.json in /none"),
        ("moonshine", "", "ARCHITECTURE:DIRECTORY"),
        ("moonshine", "huge:/none", "one of tiny, base"),
        ("moonshine", "tiny", "ARCHITECTURE:DIRECTORY"),
        ("moonshine", "tiny:/none", "there is no encoder_model.ort, decoder_model_merged.ort, tokenizer.bin in /none"),
        ("moonshine", "tiny_streaming:/none", "there is no tokenizer.bin in /none"),
    ],
)
def test_a_model_that_is_not_there_is_said_before_anybody_speaks(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, engine: str, model: str, said: str
) -> None:
    monkeypatch.setattr(base, "find_spec", lambda name: object())
    settings.CAPTIONS_ENGINE, settings.CAPTIONS_MODEL = engine, model
    [message] = checks.engine(None)
    assert (message.id, said in message.msg) == ("captions.E002", True)


@pytest.mark.parametrize(
    ("name", "value", "number"),
    [
        ("CAPTIONS_ENGINE", "abacus", "captions.E001"),
        ("CAPTIONS_LANGUAGES", ["de"], "captions.E002"),
        ("CAPTIONS_MODEL", "/none", "captions.E002"),
        ("CAPTIONS_LANGUAGES", [], "captions.E003"),
    ],
)
def test_a_setting_that_cannot_work_is_found_at_the_start(
    settings: Settings, name: str, value: object, number: str
) -> None:
    setattr(settings, name, value)
    assert [message.id for check in (checks.engine, checks.languages) for message in check(None)] == [number]


def test_our_own_settings_pass() -> None:
    assert checks.engine(None) == checks.languages(None) == []
