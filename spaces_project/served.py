"""What the servers of `deploy/web` are given: the application, once it is certain that the site may run."""

from spaces_project.asgi import application as checked_below
from spaces_project.own import require_sound_start

require_sound_start()
application = checked_below
