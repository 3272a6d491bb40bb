"""`GET /media/<path>`: pictures that the product wrote itself, under names of its own.

Pictures of posts lie in the same directory, but their own view serves them: it asks who may see the post.
"""

import errno
import posixpath

from django.conf import settings
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.static import serve

ASKED_FIRST = ("posts",)
"""Directories whose files are never served here."""
_NO_NAME = (errno.ENAMETOOLONG, errno.ENOTDIR)


def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """Serve one file. Raises Http404 if there is none, also for a path that no file system takes."""
    if posixpath.normpath(path).lstrip("/").partition("/")[0] in ASKED_FIRST:
        raise Http404
    try:
        return serve(request, path, document_root=str(settings.MEDIA_ROOT))
    except OSError as error:
        if error.errno in _NO_NAME:
            raise Http404 from error
        raise
