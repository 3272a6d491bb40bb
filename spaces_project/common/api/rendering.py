from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from rest_framework.renderers import BaseRenderer

from spaces_project.common.api.kinds import moment


class JsonRenderer(BaseRenderer):
    """A renderer that writes answers with msgspec, which leaves out fields that are `UNSET`."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        if isinstance(data, bytes):  # encoded before
            return data
        return b"" if data is None else encode(data)


def _other(value: Any) -> Any:
    if isinstance(value, datetime):
        return moment(value)
    raise NotImplementedError


encode = msgspec.json.Encoder(enc_hook=_other).encode
