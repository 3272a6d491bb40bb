"""The page that asks whether an app may act for a user."""

from typing import Any

from django.db.models import Model
from django.forms import Form
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from oauth2_provider.models import Application
from oauth2_provider.views import AuthorizationView
from oauthlib.oauth2.rfc6749 import errors

from accounts.redirects import redirect_origin, with_issuer
from accounts.rules import suspension
from spaces_project.common.api.scopes import IDLE_SCOPES, OAUTH_SCOPES
from spaces_project.common.http import as_response


class AskPerson(AuthorizationView):
    """The toolkit's authorization view with our page and our checks."""

    template_name = "accounts/authorize.html"
    http_method_names = ["get", "head", "post"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer an address that cannot be decoded like any other invalid request."""
        self.oauth2_data: dict[str, Any] = {}
        try:
            answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
            return answer
        except ValueError:
            return self._refusal(errors.InvalidRequestFatalError())

    def form_valid(self, form: Form) -> HttpResponse:
        """Check the app and the redirect address again.

        Both may have changed since the form was shown, and the browser can alter its fields.
        """
        if form.cleaned_data["allow"] and (error := suspension(self.request.user)):
            return as_response(self.request, error)
        app = Application.objects.filter(client_id=form.cleaned_data["client_id"]).first()
        if app is None:
            return self._refusal(errors.InvalidClientIdError())
        back = form.cleaned_data["redirect_uri"]
        if redirect_origin(back) is None or not app.redirect_uri_allowed(back):
            return self._refusal(errors.MismatchingRedirectURIError())
        answer: HttpResponse = super().form_valid(form)
        return answer

    def form_invalid(self, form: Form) -> HttpResponse:
        return self._refusal(errors.InvalidRequestFatalError())

    def redirect(self, redirect_to: str, application: Model | None) -> HttpResponse:
        """Redirect the user back to the app with a code or an error. Both name this site as the sender."""
        answer: HttpResponse = super().redirect(with_issuer(redirect_to), application)
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        scopes = context.get("scopes", ())
        return context | {
            "grants": [_(OAUTH_SCOPES[name]) for name in scopes if name not in IDLE_SCOPES],
            "idle": [_(OAUTH_SCOPES[name]) for name in scopes if name in IDLE_SCOPES],
            "origin": redirect_origin(context.get("redirect_uri") or ""),
        }

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        answer: HttpResponse = super().render_to_response(context, **kwargs)
        # The form is answered by a redirect to the app, which the policy of every other page forbids. It is allowed
        # only for an address that the toolkit has found among the app's own, not for any address in the query string.
        if context.get("application") is not None and context.get("origin"):
            # A policy cannot name an IPv6 address. That address is the user's own machine, so the scheme has to do.
            allowed = "http:" if "[" in context["origin"] else context["origin"]
            answer._csp_update = {"form-action": [allowed]}  # type: ignore[attr-defined]
        return answer

    def _refusal(self, error: errors.OAuth2Error) -> HttpResponse:
        """Show the error on a page, because there is no safe address to send the user to."""
        return self.render_to_response({"error": error}, status=error.status_code)


class AskPersonOnX(AskPerson):
    """The same page at X's own path. A client that is not a browser gets errors as JSON."""

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        error = context.get("error")
        if error is None or "text/html" in self.request.headers.get("Accept", ""):
            return super().render_to_response(context, **kwargs)
        return JsonResponse(dict(error.twotuples), status=error.status_code)

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        refused = {"error": "invalid_request", "error_description": "Send GET or POST."}
        return JsonResponse(refused, status=405, headers={"Allow": "GET, HEAD, POST"})
