"""The page that asks whether an app may act for somebody."""

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpResponse
from oauth2_provider.views import AuthorizationView


class AskPerson(AuthorizationView):
    """As the toolkit does it, in our clothes."""

    template_name = "accounts/authorize.html"

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        answer: HttpResponse = super().render_to_response(context, **kwargs)
        back = urlsplit(str(self.request.GET.get("redirect_uri", "")))
        application = context.get("application")
        # The form is answered by a redirect to the app, which the policy of every other page forbids. Not to anything
        # that is merely named in the address: the toolkit has found it among the app's own by now.
        if application is not None and back.scheme in ("http", "https"):
            answer._csp_update = {"form-action": [f"{back.scheme}://{back.netloc}"]}  # type: ignore[attr-defined]
        return answer
