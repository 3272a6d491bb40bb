"""Captions as files: what was said, cut into cues that can be read, written as WebVTT, SubRip and plain text."""

from captions.files.cues import Cue, cues_of
from captions.files.formats import FORMATS, Format, Heading

__all__ = ["FORMATS", "Cue", "Format", "Heading", "cues_of"]
