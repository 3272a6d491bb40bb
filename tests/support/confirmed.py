"""Clients whose user has just proven again who they are."""

import time

from django.test import Client


def confirmed(client: Client) -> Client:
    """Return `client`, whose session says that its user gave their password a moment ago."""
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session["account_authentication_methods_user"] = session["_auth_user_id"]
    session.save()
    return client
