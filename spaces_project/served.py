"""The application that the servers of `deploy/web` load, after the checks that this site may run."""

from spaces_project.asgi import application as checked_below
from spaces_project.own import require_sound_start

require_sound_start()
application = checked_below
