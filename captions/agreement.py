"""Decide which words of an unfinished utterance may be shown. Pure.

A draft is made every half second, and every fourth would change a word that was already shown. So a word is shown when
two drafts in a row agree on it, or when the engine says that it is likely. The next draft is made to begin with what
was shown.
"""

from dataclasses import dataclass

from captions.recognised import Draft

_ENDINGS = ".,!?;:…。、，！？"  # noqa: RUF001 - Chinese has its own
_LETTERS_ALONE = "\u2e80"
"""From here on scripts put no spaces between words: each character may be the last one shown."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """The drafts of one utterance. `shown` only grows; `draft` is the latest one."""

    shown: str = ""
    draft: str = ""

    def after(self, draft: Draft) -> "Agreement":
        """Take the next draft into account."""
        if not draft.text.startswith(self.shown):
            return self
        likely = draft.likely.rstrip(_ENDINGS) if draft.text.startswith(draft.likely) else ""
        agreed = max(self.shown, _common_words(self.draft, draft.text), likely, key=len)
        return Agreement(agreed, draft.text)


def _common_words(one: str, other: str) -> str:
    """Return the whole words with which both begin. The mark that ends a draft is a guess, so it is left out."""
    length = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    while length and not (_ends_at(one, length) and _ends_at(other, length)):
        length -= 1
    return one[:length].rstrip().rstrip(_ENDINGS)


def _ends_at(text: str, length: int) -> bool:
    if length >= len(text) or text[length - 1] >= _LETTERS_ALONE:
        return True
    return not (text[length].isalnum() or text[length] in "'’-")
