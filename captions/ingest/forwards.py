"""Asks the gateway to send us the lanes that carry a voice, and no others."""

from collections.abc import Collection
from dataclasses import dataclass

from spaces.audio.gateways import room_credentials
from spaces.audio.lanes import GROUPS, LANES
from spaces.gateway.audiobridge import Forwarder
from spaces.gateway.pool import Gateway


@dataclass(frozen=True, slots=True)
class Forwards:
    """The forwards of one room to one ingest. Lane `n` has the SSRC `base + n`."""

    room: str
    host: str
    port: int
    base: int

    def ssrc(self, lane: int) -> int:
        return self.base + lane

    async def set(self, gateway: Gateway, lanes: Collection[int]) -> None:
        """Start the forwards that are missing and stop those that are not wanted, another ingest's too. Raises
        `NoSuchRoom` and the other errors of the gateway."""
        secret = room_credentials(self.room).secret
        ours: set[int] = set()
        for forwarder in await gateway.bridge.list_forwarders(room=self.room, secret=secret):
            lane = self._lane(forwarder)
            if lane in lanes:
                ours.add(lane)
            elif forwarder.group is not None:
                await gateway.bridge.stop_rtp_forward(room=self.room, secret=secret, forwarder=forwarder.id)
        for lane in sorted(set(lanes) - ours):
            await gateway.bridge.rtp_forward(
                room=self.room, secret=secret, host=self.host, port=self.port, ssrc=self.ssrc(lane), group=GROUPS[lane]
            )

    def _lane(self, forwarder: Forwarder) -> int:
        """Return which of our lanes a forward carries, or -1 for a forward of another kind."""
        lane = forwarder.ssrc - self.base
        is_ours = 0 <= lane < LANES and forwarder.group == GROUPS[lane] and forwarder.port == self.port
        return lane if is_ours else -1
