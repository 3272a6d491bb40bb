"""The views of `reach`."""

from reach.views.app import manifest, offline, root_icon, service_worker

__all__ = ["manifest", "offline", "root_icon", "service_worker"]
