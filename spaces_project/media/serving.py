"""Serve media from the local disk, or send the reader to the bucket. Every view asks who may have a file first."""

import errno
import posixpath
from pathlib import Path
from typing import Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils._os import safe_join
from django.utils.cache import patch_cache_control
from django.views.static import serve

from spaces_project.common.ranged import Ranged, ranged_response
from spaces_project.media import bucket

ASKED_FIRST = ("posts",)
"""Directories whose files `media` never serves: their own views ask who may see them."""
PICTURE: Final = "image/webp"
_NO_NAME = (errno.ENAMETOOLONG, errno.ENOTDIR)


def media_response(request: HttpRequest, file: Ranged) -> HttpResponseBase:
    """Return the response to a GET or HEAD of a file. Raise `FileNotFoundError` if there is none.

    A file that only the bucket has is answered with a redirect to an address that is signed for this reader and soon
    expires. The redirect is not cached, so who may have the file is asked each time, as for a file of the local disk.
    """
    try:
        return ranged_response(request, file)
    except FileNotFoundError:
        response = _elsewhere(request, file)
    patch_cache_control(response, private=True, no_cache=True)
    return response


def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """Serve `/media/<path>`: pictures that the product wrote itself, under names of its own, and that all may see.

    Raises Http404 if there is none, also for a path that no file system takes.
    """
    if posixpath.normpath(path).lstrip("/").partition("/")[0] in ASKED_FIRST:
        raise Http404
    try:
        return serve(request, path, document_root=str(settings.MEDIA_ROOT))
    except OSError as error:
        if error.errno in _NO_NAME:
            raise Http404 from error
        raise
    except Http404:
        if not bucket.is_on():
            raise
        return _public_elsewhere(request, path)


def _public_elsewhere(request: HttpRequest, path: str) -> HttpResponseBase:
    """Browsers keep the redirect for half as long as it works: avatars stand on every page."""
    try:
        file = Path(safe_join(settings.MEDIA_ROOT, posixpath.normpath(path).lstrip("/")))
        response = _elsewhere(request, Ranged(file, PICTURE))
    except FileNotFoundError as error:
        raise Http404 from error
    patch_cache_control(response, public=True, max_age=settings.S3_URL_SECONDS // 2)
    return response


def _elsewhere(request: HttpRequest, file: Ranged) -> HttpResponse:
    found = bucket.stored(file.path)
    if found is None:
        raise FileNotFoundError(file.path)
    if request.method == "HEAD":  # a signed address is for one method
        facts = {"Content-Length": str(found.size), "Accept-Ranges": "bytes", "ETag": f'"{found.sha256}"'}
        return HttpResponse(content_type=file.content_type, headers=facts)
    url = bucket.signed_url(found, content_type=file.content_type, disposition=file.disposition)
    # The type of the file, although there is no body: `no-store`, which members' pages get, would be for text.
    return HttpResponseRedirect(url, content_type=file.content_type)
