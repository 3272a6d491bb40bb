"""Joins database and mixer: rooms, connections, talking, and the repair of what drifted apart.

The database says who may be heard; the gateway follows. Nothing here decides anything about people.
"""

from spaces.audio.connection import TARGETS, ConnectionAudio
from spaces.audio.follow import drain, follow
from spaces.audio.gateways import leave_gateways
from spaces.audio.reconcile import reconcile
from spaces.audio.switchboard import switchboard
from spaces.audio.talking import now_talking

__all__ = ["TARGETS", "ConnectionAudio", "drain", "follow", "leave_gateways", "now_talking", "reconcile", "switchboard"]
