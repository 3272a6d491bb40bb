"""Captions as files: what was said, cut into cues that can be read, written as WebVTT, SubRip and plain text."""

from captions.files.cues import Cue, cues_of
from captions.files.formats import FORMATS, NOTICE, Format, Heading
from captions.files.paragraphs import paragraphs

__all__ = ["FORMATS", "NOTICE", "Cue", "Format", "Heading", "cues_of", "paragraphs"]
