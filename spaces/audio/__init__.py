"""Join the database and the mixer: rooms, connections, the display of who talks, and the repair of differences.

The database says who may be heard, and the gateway follows. This package decides nothing about people.
"""

from spaces.audio.connection import TARGETS, ConnectionAudio
from spaces.audio.follow import drain, follow
from spaces.audio.gateways import leave_gateways
from spaces.audio.reconcile import reconcile
from spaces.audio.switchboard import switchboard
from spaces.audio.talking import now_talking

__all__ = ["TARGETS", "ConnectionAudio", "drain", "follow", "leave_gateways", "now_talking", "reconcile", "switchboard"]
