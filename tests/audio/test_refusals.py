"""Why a session description is refused, as people read it."""

import pytest
from django.utils import translation

from spaces.audio import connection
from spaces.gateway import sdp
from spaces_project.common.errors import BadInput
from tests.gateway.descriptions import OFFER

REFUSED = {
    "no_opus": OFFER.replace("opus", "PCMU"),
    "too_long": OFFER + "a=x\r\n" * 8_000,
    "not_one_audio": OFFER.replace("m=audio", "m=video"),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_a_reason_is_said_in_the_readers_language(reason: str) -> None:
    told = []
    for language in ("en", "de"):
        with translation.override(language), pytest.raises(BadInput) as refusal:
            connection._checked(sdp.check_offer, REFUSED[reason])
        assert refusal.value.details == {"reason": reason}
        told.append(refusal.value.message)
    english, german = told
    assert english != german
    assert "{" not in english + german
