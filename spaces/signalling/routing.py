from channels.routing import URLRouter
from django.conf import settings
from django.urls import re_path

from spaces.signalling.home_socket import HomeSocket
from spaces.signalling.listen_in_socket import ListenInSocket
from spaces.signalling.origins import OnlyFrom
from spaces.signalling.space_socket import SpaceSocket

# Compare full origins with scheme and port: comparing hosts alone would let in any other service on this machine.
websocket_application = OnlyFrom(
    URLRouter(
        [
            re_path(r"^ws/spaces/(?P<public_id>[0-9A-Za-z]{1,13})$", SpaceSocket.as_asgi()),
            re_path(r"^ws/listen-in/(?P<public_id>[0-9A-Za-z]{1,13})$", ListenInSocket.as_asgi()),
            re_path(r"^ws/home$", HomeSocket.as_asgi()),
        ]
    ),
    settings.TRUSTED_ORIGINS,
)
