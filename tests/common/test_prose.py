"""The figures of `tests.support.prose`, on a sample small enough to count by hand."""

from pathlib import Path

import pytest

from tests.support import prose

PYTHON = '''"""Rooms of somebody."""
# noqa: a word to a tool

LIMIT = 3
"""The most that nobody passes."""


def refuse(code):
    """Of those who are refused."""
    # One reason.
    return Refused("removed", "You were removed.")


def close():
    """Close the room."""

    return Refused("ended", f"It ended {LIMIT} times.")
'''
SCRIPT = 'const url = "http://x"; // beside code\n// Whoever reads.\n/** A block\n *  of two lines. */\n'


@pytest.fixture
def module(tmp_path: Path) -> prose.Module:
    path = tmp_path / "sample.py"
    path.write_text(PYTHON)
    return prose.Module.read(path)


def test_docstrings_are_those_of_modules_functions_and_attributes(module: prose.Module) -> None:
    assert list(prose.docstrings(module.tree)) == [
        "Rooms of somebody.",
        "The most that nobody passes.",
        "Of those who are refused.",
        "Close the room.",
    ]


def test_one_of_two_functions_opens_with_a_fragment(module: prose.Module) -> None:
    assert prose.fragments_share(list(prose.docstrings(module.tree, of=prose.FUNCTIONS))) == 0.5


def test_vague_words_are_counted_per_thousand() -> None:
    assert prose.vague_share(["Nobody hears", "whoever is muted, whoever leaves, and some body"]) == pytest.approx(300)
    assert prose.vague_share([]) == 0


def test_comments_leave_out_words_to_tools_and_addresses(module: prose.Module) -> None:
    assert list(prose.comments(module.text)) == ["One reason."]
    assert [" ".join(text.split()) for text in prose.script_comments(SCRIPT)] == [
        "Whoever reads.",
        "A block * of two lines.",
    ]


def test_a_message_follows_its_code(module: prose.Module) -> None:
    assert list(prose.messages(module.tree)) == ["You were removed.", "It ended  times."]


def test_a_template_is_its_text() -> None:
    assert prose.template_text("<p title='x'>Hello{# not this #} {{ name }}</p><style>p {}</style>").split() == [
        "Hello"
    ]


def test_lines_of_functions_and_files(module: prose.Module) -> None:
    assert prose.function_lengths(module.tree) == [4, 4]
    assert prose.filled_lines(module.text) == 11
    assert prose.spread([1, 2, 3, 4, 100]) == "3 / 100 / 100"
    assert prose.long_lines(["a" * 121 + "\n" + "b" * 120]) == 1


def test_the_report_reads_a_whole_tree(tmp_path: Path) -> None:
    (tmp_path / "spaces").mkdir()
    (tmp_path / "spaces/rooms.py").write_text(PYTHON)
    report = prose.report(tmp_path)
    assert "healthchecks" in report
    assert "50.0%" in report
