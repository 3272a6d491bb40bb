"""What a program does to log a person in, step by step, for tests that look at each step."""

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.test import Client

from accounts import services
from accounts.models import User
from spaces_project.common.arrival import ARRIVED

BACK = "https://reader.example/back"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


def registered(owner: User, **more: Any) -> services.IssuedApp:
    fields: dict[str, Any] = {"user": owner, "name": "Reader", "redirect_uris": BACK, "is_public": True}
    return services.register_app(**fields | more)


def asked(app: services.IssuedApp, **more: str) -> dict[str, str]:
    return {
        "response_type": "code",
        "client_id": app.app.client_id,
        "redirect_uri": BACK,
        "scope": "space.read users.read tweet.read",
        "state": "s",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    } | more


def decided(client: Client, form: dict[str, str], *, allow: bool = True) -> dict[str, str]:
    """Return the parameters with which the person is sent back to the app."""
    decision = {"allow": "Authorize"} if allow else {}
    answer = client.post("/i/oauth2/authorize", form | decision, query_params=form)
    return {name: values[0] for name, values in parse_qs(urlsplit(answer["Location"]).query).items()}


def basic(app: services.IssuedApp, secret: str | None = None) -> dict[str, str]:
    pair = f"{app.app.client_id}:{app.secret if secret is None else secret}"
    return {"authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def exchanged(client: Client, app: services.IssuedApp, code: str, **more: Any) -> Any:
    return tokens(client, app, grant_type="authorization_code", code=code, code_verifier=VERIFIER, **more)


def refreshed(client: Client, app: services.IssuedApp, refresh_token: str, **more: Any) -> Any:
    return tokens(client, app, grant_type="refresh_token", refresh_token=refresh_token, **more)


def tokens(client: Client, app: services.IssuedApp, *, came: float | None = None, **fields: str) -> Any:
    """`came` is when the request arrived, if that is not now."""
    body = {"client_id": app.app.client_id, "redirect_uri": BACK, **fields}
    extra: dict[str, Any] = {} if came is None else {ARRIVED: came}
    return client.post("/2/oauth2/token", body, **extra)
