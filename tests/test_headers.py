"""What every answer says around its content, and under which name the site speaks."""

import logging
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from spaces_project import bodies
from tests.factories import UserFactory
from tests.test_settings import setting_with

PASSWORD = "correct horse 9 battery"


@pytest.fixture(autouse=True)
def _quick(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


@pytest.fixture
def ana(db: None) -> User:
    person: User = UserFactory.create(username="ana", email="ana@spaces.example")
    person.set_password(PASSWORD)
    person.save()
    return person


@pytest.fixture
def as_ana(ana: User) -> Client:
    client = Client()
    client.force_login(ana)
    return client


@pytest.fixture
def public(settings: Settings) -> None:
    settings.PUBLIC_ORIGIN = "https://spaces.example"
    settings.ALLOWED_HOSTS = ["spaces.example"]


def log_in(client: Client, password: str) -> None:
    client.post("/accounts/login/", {"login": "ana", "password": password})


# --- What stays in a browser (C25) ---


@pytest.mark.security("C25")
@pytest.mark.asvs("14.3.2")
@pytest.mark.parametrize("path", ["/", "/messages", "/settings/profile", "/ana", "/accounts/email/", "/no-such-page"])
def test_no_page_of_a_member_is_kept(as_ana: Client, path: str) -> None:
    assert as_ana.get(path)["Cache-Control"] == "no-store"


@pytest.mark.security("C25")
def test_no_json_of_a_member_is_kept(as_ana: Client) -> None:
    answer = as_ana.get("/api/v1/notifications", headers={"accept": "application/json"})
    assert answer["Content-Type"].startswith("application/")
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.security("C25")
def test_the_answers_that_begin_and_end_a_session_are_not_kept(ana: User) -> None:
    client = Client()
    answer = client.post("/accounts/login/", {"login": "ana", "password": PASSWORD})
    assert answer.status_code == 302
    assert answer["Cache-Control"] == "no-store"
    assert client.post("/accounts/logout/")["Cache-Control"] == "no-store"


@pytest.mark.django_db
@pytest.mark.security("C25")
@pytest.mark.asvs("3.4.6")
@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/no-such-page", "/healthz"])
def test_every_answer_limits_what_scripts_may_ask_for(client: Client, path: str) -> None:
    allowed = client.get(path)["Permissions-Policy"].split(", ")
    assert "microphone=(self)" in allowed
    assert {"camera=()", "geolocation=()", "display-capture=()"} <= set(allowed)


@pytest.mark.security("C25")
@pytest.mark.asvs("3.4.1")
def test_https_is_insisted_on_for_subdomains_too() -> None:
    assert setting_with("SECURE_HSTS_SECONDS", SPACES_ORIGIN="https://spaces.example") == "31536000"
    assert setting_with("SECURE_HSTS_INCLUDE_SUBDOMAINS", SPACES_ORIGIN="https://spaces.example") == "True"


@pytest.mark.django_db
@pytest.mark.security("C25")
def test_whom_to_tell_of_a_fault(client: Client, settings: Settings) -> None:
    assert client.get("/.well-known/security.txt").status_code == 404
    settings.SECURITY_CONTACT = ["mailto:security@spaces.example"]
    answer = client.get("/.well-known/security.txt")
    fields = dict(line.split(": ", 1) for line in answer.content.decode().splitlines())
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert fields["Contact"] == "mailto:security@spaces.example"
    assert timedelta() < datetime.fromisoformat(fields["Expires"]) - datetime.now(UTC) < timedelta(days=365)
    assert fields["Canonical"] == f"{settings.PUBLIC_ORIGIN}/.well-known/security.txt"


# --- The site's name (C21) ---


@pytest.mark.security("C21")
@pytest.mark.asvs("6.4.3")
@pytest.mark.parametrize("host", ["localhost:6666", "127.0.0.1:31337", "localhost"])
def test_links_in_mails_are_of_the_origin_whatever_the_host(ana: User, settings: Settings, host: str) -> None:
    settings.PUBLIC_ORIGIN = "http://localhost:8000"
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
    Client(headers={"host": host}).post("/accounts/password/reset/", {"email": ana.email})
    links = set(re.findall(r"https?://[^/\s]+", str(mail.outbox[0].body)))
    assert links == {"http://localhost:8000"}


@pytest.mark.security("C21")
@pytest.mark.usefixtures("public")
@pytest.mark.parametrize("host", ["spaces.example:31337", "SPACES.example"])
def test_a_public_site_speaks_of_itself_by_its_origin(ana: User, settings: Settings, host: str) -> None:
    Client(headers={"host": host}).post("/accounts/password/reset/", {"email": ana.email}, secure=True)
    assert set(re.findall(r"https?://[^/\s]+", str(mail.outbox[0].body))) == {"https://spaces.example"}


@pytest.mark.security("C21")
@pytest.mark.usefixtures("public")
@pytest.mark.parametrize("host", ["127.0.0.1:31337", "localhost", "evil.example", "spaces.example.evil.example"])
def test_a_public_site_answers_to_no_other_name(client: Client, host: str) -> None:
    answer = client.get("/accounts/login/", headers={"host": host}, secure=True)
    assert answer.status_code == 400


@pytest.mark.security("C21")
def test_loopback_is_a_name_of_local_sites_only() -> None:
    for name in ("ALLOWED_HOSTS", "TRUSTED_ORIGINS", "CSRF_TRUSTED_ORIGINS", "CONTENT_SECURITY_POLICY"):
        public = setting_with(name, SPACES_ORIGIN="https://spaces.example")
        assert "spaces.example" in public
        assert "127.0.0.1" not in public
        assert "localhost" not in public
        assert "127.0.0.1" in setting_with(name, PORT="9123")


@pytest.mark.security("C21")
def test_no_client_puts_a_path_before_our_links() -> None:
    import asyncio

    seen: list[str] = []

    async def application(scope: dict[str, object], receive: object, send: object) -> None:
        seen.append(str(scope["root_path"]))

    scope = {"type": "http", "path": "/", "headers": [], "root_path": "/evil"}
    asyncio.run(bodies.Bounded(application)(scope, None, None))  # type: ignore[arg-type]
    assert seen == [""]


@pytest.mark.security("C26")
@pytest.mark.usefixtures("public")
def test_a_foreign_host_costs_one_line_of_the_log(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    client.get("/", headers={"host": "evil.example"}, secure=True)
    [line] = [record for record in caplog.records if record.name == "django.security.DisallowedHost"]
    assert line.exc_info is None


@pytest.mark.django_db
@pytest.mark.security("C26")
@pytest.mark.usefixtures("public")
def test_a_monitor_of_this_machine_need_not_know_the_name(client: Client) -> None:
    assert client.get("/healthz", headers={"host": "localhost"}).status_code in (200, 503)
    outside = client.get("/healthz", headers={"host": "localhost"}, REMOTE_ADDR="192.0.2.1")
    assert outside.status_code == 400


# --- The security log (C26) ---


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, "spaces.security")
    return caplog


def lines(log: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in log.records if record.name == "spaces.security"]


@pytest.mark.security("C26")
@pytest.mark.asvs("16.3.1")
def test_log_ins_failed_ones_and_log_outs_are_told(ana: User, told: pytest.LogCaptureFixture) -> None:
    client = Client()
    log_in(client, "wrong horse 9 battery")
    log_in(client, PASSWORD)
    client.post("/accounts/logout/")
    assert lines(told) == [
        f"log_in_failed user={ana.pk} address=127.0.0.1",
        f"log_in user={ana.pk} address=127.0.0.1",
        f"log_out user={ana.pk} address=127.0.0.1",
    ]


@pytest.mark.django_db
@pytest.mark.security("C26")
@pytest.mark.asvs("16.2.5")
def test_what_was_typed_is_not_told(client: Client, told: pytest.LogCaptureFixture) -> None:
    client.post("/accounts/login/", {"login": "my-secret-password\nforged", "password": "other-secret"})
    assert "secret" not in told.text
    assert "forged" not in told.text
    assert lines(told) == ["log_in_failed address=127.0.0.1"]


@pytest.mark.security("C26")
@pytest.mark.asvs("16.3.2", "16.3.3")
def test_a_refused_permission_is_told_with_who_and_where(
    as_ana: Client, ana: User, told: pytest.LogCaptureFixture
) -> None:
    assert as_ana.get("/metrics", REMOTE_ADDR="192.0.2.1").status_code == 403
    assert lines(told)[-1] == "refused status=403 method=GET view=metrics address=192.0.2.1"


# --- Compression (B16) ---


@pytest.mark.security("B16")
def test_pages_are_compressed_and_json_is_not(as_ana: Client) -> None:
    page = as_ana.get("/", headers={"accept-encoding": "gzip"})
    assert page["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in page["Vary"]
    answer = as_ana.get("/api/v1/notifications", headers={"accept-encoding": "gzip"})
    assert "Content-Encoding" not in answer


@pytest.mark.security("B16")
def test_the_length_of_a_compressed_page_tells_nothing(as_ana: Client) -> None:
    lengths = {len(as_ana.get("/", headers={"accept-encoding": "gzip"}).content) for _ in range(12)}
    assert len(lengths) > 1
