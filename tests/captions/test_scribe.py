"""What is left out when writing down takes longer than talking."""

from captions.ingest.endpointer import Heard
from captions.ingest.utterance_writer import CAPACITY, UtteranceWriter
from captions.ingest.voices import Speaker, Utterance

ADA = Speaker(1, 1, 1)


def tell(scribe: UtteranceWriter, *, ended: bool, times: int = CAPACITY) -> None:
    for number in range(times):
        scribe.tell(Utterance(ADA, Heard(number, b"", ended)))


def test_interims_are_left_out_while_there_is_still_room_for_utterances() -> None:
    scribe = UtteranceWriter()  # not started: nothing is taken from its queue
    tell(scribe, ended=False)
    left = CAPACITY - scribe._queue.qsize()
    assert left >= CAPACITY // 2 - 1
    tell(scribe, ended=True, times=left)
    assert (scribe._queue.qsize(), scribe.lost) == (CAPACITY, 0)


def test_utterances_that_find_no_room_are_counted() -> None:
    scribe = UtteranceWriter()
    tell(scribe, ended=True, times=CAPACITY + 3)
    tell(scribe, ended=False)
    assert scribe.lost == 3
