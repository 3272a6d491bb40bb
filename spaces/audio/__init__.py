"""Join the database and the mixer: rooms, connections, the display of who talks, and the repair of differences.

The database says who may be heard, and the gateway follows. This package decides nothing about people.
"""

from spaces.audio.connection import TARGETS, ConnectionAudio
from spaces.audio.follow import drain, follow
from spaces.audio.gateways import leave_gateways
from spaces.audio.listeners import capacity
from spaces.audio.moving import LOOK_EVERY_SECONDS, GatewayWatch
from spaces.audio.reconcile import reconcile
from spaces.audio.switchboard import switchboard
from spaces.audio.talking import now_talking

__all__ = [
    "LOOK_EVERY_SECONDS",
    "TARGETS",
    "ConnectionAudio",
    "GatewayWatch",
    "capacity",
    "drain",
    "follow",
    "leave_gateways",
    "now_talking",
    "reconcile",
    "switchboard",
]
