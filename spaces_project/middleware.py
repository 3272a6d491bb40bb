"""What surrounds every view of ours."""

from collections.abc import Awaitable, Callable
from typing import Any, cast

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from spaces_project.common.addresses import address_of_request
from spaces_project.common.limits import acting_from

Answer = Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]


@sync_and_async_middleware
def counts_addresses(get_response: Answer) -> Any:
    """Limits count where a request comes from, whichever verb it calls."""
    if not iscoroutinefunction(get_response):

        def answer(request: HttpRequest) -> HttpResponseBase:
            with acting_from(address_of_request(request)):
                return cast(HttpResponseBase, get_response(request))

        return answer

    async def answer_later(request: HttpRequest) -> HttpResponseBase:
        with acting_from(address_of_request(request)):
            return await cast(Awaitable[HttpResponseBase], get_response(request))

    return answer_later
