"""Describe where a gateway is and how to speak to it."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One gateway, as its clients see it. Times are seconds.

    Attributes:
        name: what the rest of the product calls this gateway.
        url: the WebSocket API, such as `ws://127.0.0.1:8188`.
        api_secret: goes with every request.
        admin_key: needed to create rooms and mountpoints and to forward RTP.
        session_timeout: the gateway's own setting; a session silent for so long dies.
        request_timeout: how long any answer may take; the gateway answers in milliseconds, so a slower one is hung.
        keepalive_every: how often an idle connection is proved alive; a hung gateway is noticed
            `keepalive_every + request_timeout` after its last sign of life at the latest.
        max_message_bytes: the largest message accepted; a full room's list of participants is about 20 KB.
    """

    name: str
    url: str
    api_secret: str = field(repr=False)
    admin_key: str = field(repr=False)
    session_timeout: float = 60.0
    request_timeout: float = 3.0
    keepalive_every: float = 5.0
    max_message_bytes: int = 1 << 20

    def __post_init__(self) -> None:
        if self.keepalive_every + self.request_timeout > self.session_timeout / 3:
            raise ValueError("keepalive_every + request_timeout must fit three times into session_timeout")
