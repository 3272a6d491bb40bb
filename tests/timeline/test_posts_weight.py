"""What a post weighs. The numbers are those of twitter-text's own conformance tests, version 3."""

import pytest

from timeline.weight import weighted_length


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("hello", 5),
        ("caf\u00e9", 4),
        ("\u65e5\u672c\u8a9e", 6),
        ("\u2018quoted\u2019", 8),
        ("\U0001f637", 2),
        ("\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466", 2),
        ("\U0001f44d\U0001f3fd", 2),
        ("\U0001f3f3\ufe0f\u200d\U0001f308!", 3),
        ("\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7", 4),
        ("1\ufe0f\u20e3", 2),
        ("\u00a9", 1),
        ("\u00a9\ufe0f", 2),
        ("see https://example.com/a/very/long/way/to/nowhere?at=all#really", 27),
        ("https://a.example.", 24),
        ("(https://example.com/a_(b))", 25),
        ("example.com", 11),
    ],
)
def test_weights(text: str, weight: int) -> None:
    assert weighted_length(text) == weight


@pytest.mark.timeout(5)
@pytest.mark.parametrize("text", ["a." * 2_000, "http://" + "(" * 3_990, "@" * 4_000, "\U0001f44d\u200d" * 2_000])
def test_no_text_is_slow_to_weigh(text: str) -> None:
    assert weighted_length(text) > 0
