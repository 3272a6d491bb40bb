"""The choice of a language, in the footer of every page and in the settings."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from accounts import services
from accounts.languages import known


@csrf_exempt
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep `language` in a cookie and, for a user, in the account. Then lead back to `next`.

    Without a known language, both are forgotten: the browser's language counts again. A visitor's form has no CSRF
    token: a token would make each page a page of its own, which no cache could keep, and all that a foreign site could
    change is the language of the next page.
    """
    return _choose_for_user(request) if request.user.is_authenticated else _choose(request)


def _choose(request: HttpRequest) -> HttpResponse:
    language, back = known(request.POST.get("language", "")), request.POST.get("next", "")
    if request.user.is_authenticated:
        services.choose_language(user=request.user, language=language)
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    # `redirect()` would take a word without a slash for the name of a page.
    response = HttpResponseRedirect(back if is_ours and back.startswith("/") else reverse("home"))
    if not language:
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite="Lax")
        return response
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )
    return response


_choose_for_user = csrf_protect(_choose)
