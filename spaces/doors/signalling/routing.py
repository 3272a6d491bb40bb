from channels.routing import URLRouter
from django.conf import settings
from django.urls import re_path

from spaces.doors.signalling.consumers import ConnectionConsumer, HomeConsumer, ListenInConsumer, SpaceConsumer
from spaces.doors.signalling.handshakes import Paced
from spaces.doors.signalling.origins import OnlyFrom

# Compare full origins with scheme and port: comparing hosts alone would let in any other service on this machine.
websocket_application = OnlyFrom(
    Paced(
        URLRouter(
            [
                re_path(r"^ws/spaces/(?P<public_id>[0-9A-Za-z]{1,13})$", SpaceConsumer.as_asgi()),
                re_path(r"^ws/listen-in/(?P<public_id>[0-9A-Za-z]{1,13})$", ListenInConsumer.as_asgi()),
                re_path(r"^ws/home$", HomeConsumer.as_asgi()),
                re_path(r"^ws/connection$", ConnectionConsumer.as_asgi()),
            ]
        )
    ),
    settings.TRUSTED_ORIGINS,
)
