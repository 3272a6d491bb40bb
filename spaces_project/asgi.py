"""The ASGI entry point of a web process: pages over HTTP, signalling over WebSocket."""

import gc
import os
import sys

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spaces_project.settings")
pages = get_asgi_application()

from spaces.doors.signalling.routing import websocket_application  # noqa: E402 - models load only after the line above
from spaces_project.bodies import Bounded  # noqa: E402 - the same
from spaces_project.graceful_shutdown import Departing  # noqa: E402

application = Departing(Bounded(ProtocolTypeRouter({"http": pages, "websocket": websocket_application})))

# A full garbage collection visits every object while no request is answered: 0.3 s with 1,500 people in a Space, and
# one came each time a crowd grew by a quarter. Objects loaded by now are never garbage, nor is a crowd while it grows.
gc.collect()
gc.freeze()
gc.set_threshold(5_000, 10, 10)

# A thread that runs Python keeps the lock of the interpreter for 5 ms unless told otherwise, and one command of a room
# goes ten times from the loop to a thread and back: a few busy threads of others' requests made a host's mute wait.
sys.setswitchinterval(0.0005)
