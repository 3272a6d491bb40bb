"""Idempotency keys: a creating call that is sent twice creates one object."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import RepeatableAnswer, User
from spaces_project.common.api.operations import FORM
from spaces_project.common.api.problems import BadRequest
from spaces_project.common.api.rendering import encode
from spaces_project.common.errors import BadInput, Conflict

KEPT = timedelta(days=1)
LONGEST_KEY = 100


class Reused(BadInput):
    """The idempotency key was already used with another request."""

    status = 422


def once(request: Request, user: User, answer: Callable[[], Response]) -> Response:
    """Return `answer()`, or the stored first answer if the request's `Idempotency-Key` was used before.

    The key's row is written in the transaction that creates the object, and before it. A second call at the same time
    therefore waits for the first one at the unique index. If the first call fails, its row is rolled back too and the
    client can retry.

    Raises `Reused` if the key came with another request, `BadRequest` for a malformed key, and `Conflict` `try_again`
    if the change clashed with another one but no answer is stored.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return answer()
    _require_key(key)
    request_hash = _hash(request)
    try:
        with transaction.atomic():
            row = RepeatableAnswer.objects.create(user=user, key=key, request_hash=request_hash)
            response = answer()
            row.status, row.body = response.status_code, encode(response.data)
            row.save(update_fields=["status", "body"])
            return response
    except IntegrityError:
        return _again(user, key, request_hash)


def forget_old_answers() -> int:
    """Delete stored answers older than `KEPT`. Return how many."""
    deleted, _ = RepeatableAnswer.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
    return deleted


def _again(user: User, key: str, request_hash: str) -> Response:
    row = RepeatableAnswer.objects.filter(user=user, key=key).first()
    if row is None:
        raise Conflict("try_again", "A conflicting change was made at the same moment. Send the request again.")
    if row.request_hash != request_hash:
        raise Reused("idempotency_key_reused", "This idempotency key was already used with another request.")
    return Response(bytes(row.body), status=row.status, headers={"Idempotent-Replayed": "true"})


def _require_key(key: str) -> None:
    if not (1 <= len(key) <= LONGEST_KEY and key.isascii() and key.isprintable() and " " not in key):
        message = f"An Idempotency-Key has 1 to {LONGEST_KEY} printable characters."
        raise BadRequest(message, {"Idempotency-Key": [key[:200]]})


def _hash(request: Request) -> str:
    plain = request._request
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if plain.content_type == FORM:
        # Not the bytes: each time it is sent, a form has another boundary.
        for part in _parts(plain):
            digest.update(hashlib.sha256(part).digest())
    else:
        digest.update(plain.body)
    return digest.hexdigest()


def _parts(form: HttpRequest) -> Iterator[bytes]:
    for name, values in sorted(form.POST.lists()):
        yield from (part.encode() for part in (name, *values))
    for name, files in sorted(form.FILES.lists()):
        yield name.encode()
        for file in files:
            yield file.read()
            file.seek(0)
