"""The only settings file.

Every value that an operator may change is read from the environment; see `docs/settings.md`.
"""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from celery.schedules import crontab
from csp.constants import NONCE, NONE, SELF
from django.urls import reverse_lazy

from captions.languages import AUTOMATIC, WHISPER
from spaces_project.chosen import confirming_of_allauth
from spaces_project.common.api.scopes import OAUTH_SCOPES, SECURITY_SCHEMES
from spaces_project.common.origins import host_of, is_local_host, is_local_origin, origin_of
from spaces_project.env import (
    BASE_DIR,
    broker_options,
    broker_url,
    cache_location,
    channel_host,
    env,
    local_secret,
    mark_of,
    redis_url,
    turn_urls,
)

VAR_DIR = Path(env.str("SPACES_VAR", default=str(BASE_DIR / "var")))
SECRETS_DIR = VAR_DIR / "secrets"
# The ports that `make run` chose, so that commands in another terminal reach the same Redis and gateway.
env.read_env(VAR_DIR / "run.env")

# --- Django -----------------------------------------------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = local_secret("SECRET_KEY", directory=SECRETS_DIR)
SITE_MARK = mark_of(SECRET_KEY)
"""Marks this site's data in a shared Redis, and its gateway. It is not secret: the key cannot be derived from it."""
PORT = env.int("PORT", default=8000)
PUBLIC_ORIGIN = env.str("SPACES_ORIGIN", default=f"http://localhost:{PORT}").rstrip("/")
"""Scheme, host and port as browsers see them, for example `https://spaces.example`."""
_LOOPBACK_TOO = [f"http://127.0.0.1:{PORT}"] if is_local_origin(PUBLIC_ORIGIN) else []
TRUSTED_ORIGINS = env.list("SPACES_TRUSTED_ORIGINS", default=[PUBLIC_ORIGIN, *_LOOPBACK_TOO])
"""Full origins whose pages may open our sockets and post our forms."""
WEB_PROCESSES = env.int("WEB_PROCESSES", default=1)
"""Number of processes that serve pages and sockets. With more than one, `make run` starts a proxy in front."""
WEB_DRAIN_SECONDS = env.float("WEB_DRAIN_SECONDS", default=15.0 if WEB_PROCESSES > 1 else 0.0)
"""How long a web process waits at shutdown for its participants to reach the other processes."""
IS_HTTPS = PUBLIC_ORIGIN.startswith("https://")
SITE_NAME = env.str("SITE_NAME", default="Spaces")
"""The site's name, unless the operator gave it one in the admin."""
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=sorted({o.split("://")[1].split(":")[0] for o in TRUSTED_ORIGINS}))
ALLOWED_HOSTS = sorted({*ALLOWED_HOSTS, host_of(PUBLIC_ORIGIN)})
SITE_HOSTS = sorted({*map(host_of, TRUSTED_ORIGINS), *ALLOWED_HOSTS})
"""Every host name of the site as the operator set it. Tests add names of their own elsewhere."""
IS_LOCAL = is_local_origin(PUBLIC_ORIGIN) and all(map(is_local_host, SITE_HOSTS))
CSRF_TRUSTED_ORIGINS = TRUSTED_ORIGINS
CSRF_FAILURE_VIEW = "accounts.views.stale_form"

INSTALLED_APPS = [
    "daphne",
    "accounts.staff_config.StaffConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "channels",
    "corsheaders",
    "csp",
    "django_celery_beat",
    "django_celery_results",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "oauth2_provider",
    "rest_framework",
    "spaces_project.media",
    "accounts",
    "spaces",
    "timeline",
    "captions",
    "timeline.reach",
]

MIDDLEWARE = [
    "spaces_project.requests.Observed",
    "spaces_project.middleware.OneName",
    "django.middleware.security.SecurityMiddleware",
    "spaces_project.middleware.Headers",
    "spaces_project.middleware.CompressedPages",
    "corsheaders.middleware.CorsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "accounts.middleware.FirstVisit",
    "accounts.middleware.TellsViewer",
    "accounts.middleware.LeadsBack",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.languages.SpeaksLanguage",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "csp.middleware.CSPMiddleware",
    "spaces_project.middleware.counts_addresses",
    "spaces_project.middleware.Unstorable",
]

ROOT_URLCONF = "spaces_project.urls"
ASGI_APPLICATION = "spaces_project.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
            # Every page has texts, and the name of the site in its title.
            "builtins": ["django.templatetags.i18n", "timeline.templatetags.site"],
        },
    }
]

# --- Database ---------------------------------------------------------------------------------------------------------

DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'spaces.sqlite3'}")
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Deferred transactions that read and then write fail with "database is locked" whatever the timeout, WAL or not.
    # IMMEDIATE ones queue up.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
    # Threads of a test share a file, never an in-memory database: the race tests need real connections.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c statement_timeout=10000 -c lock_timeout=5000"

# Opening a connection costs milliseconds on both, and closing the last one to an SQLite file writes its log back.
DATABASES["default"]["CONN_MAX_AGE"] = 60

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- A bucket for finished media --------------------------------------------------------------------------------------

S3_BUCKET = env.str("S3_BUCKET", default="")
"""The bucket of an S3-compatible store that finished files are moved to. Empty: they stay on the local disk."""
S3_REGION = env.str("S3_REGION", default="us-east-1")
S3_ENDPOINT = env.str("S3_ENDPOINT", default=f"https://s3.{S3_REGION}.amazonaws.com").rstrip("/")
"""The address of the store, as browsers reach it too."""
S3_ACCESS_KEY = env.str("S3_ACCESS_KEY", default="")
S3_SECRET_KEY = env.str("S3_SECRET_KEY", default="")
S3_URL_SECONDS = env.int("S3_URL_SECONDS", default=3_600)
"""How long an address that a reader was sent to works. Nobody can take it back before."""

# --- Redis: events between processes, presence, limits, Celery's broker -----------------------------------------------

REDIS_PORT = env.int("REDIS_PORT", default=0)
"""Port of the Redis that `make run` starts, which then needs its password. 0: it only has a socket in `SPACES_VAR`."""
REDIS_PASSWORD = local_secret("REDIS_PASSWORD", directory=SECRETS_DIR)
REDIS_URL = env.str("REDIS_URL", default="") or redis_url(VAR_DIR, port=REDIS_PORT, password=REDIS_PASSWORD)
# Our own sockets do not use the layer (docs/architecture.md says why). A consumer that is added finds it here.
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [channel_host(REDIS_URL)], "prefix": f"{SITE_MARK}:channels"},
    }
}
_CACHE_LOCATION, _CACHE_OPTIONS = cache_location(REDIS_URL)
CACHES = {
    "default": {
        # Not Django's own cache: while Redis is down it fails every log-in, because allauth counts attempts in it.
        "BACKEND": "spaces_project.cache.ForgivingCache",
        "LOCATION": _CACHE_LOCATION,
        "KEY_PREFIX": f"{SITE_MARK}:json",
        "OPTIONS": {
            # Not pickle, the library's default: write access to the cache would run code in the web process.
            "SERIALIZER": "django_redis.serializers.json.JSONSerializer",
            "SOCKET_TIMEOUT": 3,
            "SOCKET_CONNECT_TIMEOUT": 1,
            "IGNORE_EXCEPTIONS": True,
            **_CACHE_OPTIONS,
        },
    }
}
DJANGO_REDIS_LOG_IGNORED_EXCEPTIONS = True

CELERY_BROKER_URL = broker_url(REDIS_URL)
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = CELERY_RESULT_ACCEPT_CONTENT = ["json"]
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 120,
    "global_keyprefix": "celery:",
    "queue_order_strategy": "sorted",  # `speech` before `speech.interim`, `notify` before `notify.many`
    **broker_options(REDIS_URL),
}
CELERY_RESULT_BACKEND = "django-db"
CELERY_RESULT_EXTENDED = True
CELERY_RESULT_EXPIRES = timedelta(days=2)
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 60
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_IMPORTS = ["spaces_project.heartbeat", "spaces_project.mail"]
CELERY_TASK_ROUTES = {
    "captions.tasks.transcribe": {"queue": "speech"},
    "captions.tasks.interim": {"queue": "speech.interim"},
    "spaces_project.heartbeat.arrive_at_speech": {"queue": "speech"},
    "spaces_project.heartbeat.arrive_at_notify": {"queue": "notify"},
    # Work on a whole recording takes up to minutes.
    "spaces.doors.tasks.measure_recording": {"queue": "sound"},
    "spaces.doors.tasks.export_recording": {"queue": "sound"},
    "spaces.doors.tasks.make_clip": {"queue": "sound"},
    "spaces.doors.tasks.move_finished_files": {"queue": "sound"},
    # Tasks that wait for other people's servers have a worker of their own, so that no other task waits behind them.
    "accounts.tasks.deliver": {"queue": "outside"},
    "spaces.doors.tasks.delete_discarded_files": {"queue": "outside"},
    "spaces_project.mail.send_later": {"queue": "outside"},
    "timeline.reach.tasks.mail": {"queue": "outside"},
    "timeline.reach.tasks.digest": {"queue": "outside"},
    "timeline.reach.tasks.send_digests": {"queue": "outside"},
    # Push services have a worker too: 200 steps for a host with 100,000 followers stand behind every single notice.
    "timeline.reach.tasks.tell": {"queue": "notify"},
    "timeline.reach.tasks.tell_followers": {"queue": "notify.many"},
}
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "expire-spaces": {"task": "spaces.doors.tasks.expire_spaces", "schedule": 5.0},
    "reconcile-audio": {"task": "spaces.doors.tasks.reconcile_audio", "schedule": 10.0},
    "remove-recording-files": {
        "task": "spaces.doors.tasks.remove_recording_files",
        "schedule": 20.0,
        "options": {"expires": 20},
    },
    "keep-reactions": {"task": "spaces.doors.tasks.keep_reactions", "schedule": 15.0},
    "queue-exports": {"task": "spaces.doors.tasks.queue_exports", "schedule": 60.0, "options": {"expires": 60}},
    "expire-recordings": {"task": "spaces.doors.tasks.expire_recordings", "schedule": 600.0},
    "purge-expired": {"task": "spaces.doors.tasks.purge_expired", "schedule": crontab(hour=4, minute=10)},
    "heal-follow-counts": {"task": "accounts.tasks.heal_follow_counts", "schedule": crontab(hour=3, minute=40)},
    "tell-overdue-reminders": {"task": "timeline.tasks.tell_overdue", "schedule": 60.0},
    "delete-expired-fleets": {"task": "timeline.tasks.delete_expired_fleets", "schedule": 300.0},
    "clear-expired-tokens": {"task": "accounts.tasks.clear_expired_tokens", "schedule": crontab(hour=3, minute=50)},
    "empty-closed-accounts": {"task": "accounts.tasks.empty_closed_accounts", "schedule": 3600.0},
    "deliver-webhooks": {"task": "accounts.tasks.deliver_due", "schedule": 30.0, "options": {"expires": 30}},
    "forget-push-subscriptions": {
        "task": "timeline.reach.tasks.forget_subscriptions",
        "schedule": crontab(hour=3, minute=55),
    },
    # In UTC, and away from the hours that a change of the clock leaves out or repeats.
    "send-digests": {
        "task": "timeline.reach.tasks.send_digests",
        "schedule": crontab(day_of_week="mon", hour=7, minute=20),
    },
    "mend-captions": {"task": "captions.tasks.mend", "schedule": 3.0},
    "heartbeat-of-speech": {
        "task": "spaces_project.heartbeat.arrive_at_speech",
        "schedule": 10.0,
        "options": {"expires": 30},
    },
    "heartbeat-of-notify": {
        "task": "spaces_project.heartbeat.arrive_at_notify",
        "schedule": 10.0,
        "options": {"expires": 30},
    },
    "heartbeat": {"task": "spaces_project.heartbeat.arrive", "schedule": 10.0, "options": {"expires": 30}},
}
if S3_BUCKET:
    CELERY_BEAT_SCHEDULE |= {
        "move-finished-files": {"task": "spaces.doors.tasks.move_finished_files", "schedule": 60.0},
        "delete-discarded-files": {"task": "spaces.doors.tasks.delete_discarded_files", "schedule": 20.0},
    }

# --- People -----------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
] + [{"NAME": "accounts.validators.NotTheDemoPassword"}]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = reverse_lazy("home")
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
CONFIRM_ADDRESSES = env.bool("CONFIRM_ADDRESSES", default=not IS_LOCAL)
"""Whether an email address must be confirmed before the first log-in and before follows, unless the operator chose
in the admin."""
ACCOUNT_EMAIL_VERIFICATION = confirming_of_allauth()
# Sign-up answers the same whether or not an address has an account. If it has one, the mail says so.
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "signup": "accounts.forms.SignupForm",
    "add_email": "accounts.forms.AddEmailForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "set_password": "accounts.forms.SetPasswordForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
}
# Wrong passwords are counted in `accounts.guessing`, by account, network address and device. `login_failed` is for the
# second factor, which counts wrong codes by account.
ACCOUNT_RATE_LIMITS = {"signup": "20/m/ip,100/d/ip", "login": "60/m/ip", "login_failed": "5/300s/key"}
ACCOUNT_SESSION_REMEMBER = True
# A session alone does not prove as much as the password: actions that could hand over the account ask for it again.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_REDIRECT_URL = reverse_lazy("account_login")
ACCOUNT_USERNAME_MIN_LENGTH = 1
ACCOUNT_USERNAME_VALIDATORS = "accounts.validators.username_validators"

ACCOUNT_DELETION_DELAY = timedelta(days=env.int("ACCOUNT_DELETION_DAYS", default=30))
"""How long an account that its owner deletes is only closed, so that they can take it back."""
ACCOUNT_EXPORTS_DIR = VAR_DIR / "exports"
STAFF_SECOND_FACTOR = env.bool("STAFF_SECOND_FACTOR", default=not IS_LOCAL)
"""Whether staff need a second factor before any staff page opens."""
MFA_ADAPTER = "accounts.adapter.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "accounts.forms_second_factor.AuthenticateForm",
    "reauthenticate": "accounts.forms_second_factor.ReauthenticateForm",
    "activate_totp": "accounts.forms_second_factor.ActivateTotpForm",
    "add_webauthn": "accounts.forms_second_factor.AddPasskeyForm",
    "edit_webauthn": "accounts.forms_second_factor.EditPasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
# Browsers allow passkeys on https and on localhost only. The library would refuse localhost.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = IS_LOCAL
# Without this a user with a second factor could not change their email address. Off localhost an address is confirmed
# before the first log-in, so a second factor cannot take a stranger's address hostage.
MFA_ALLOW_UNVERIFIED_EMAIL = True

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="filemail://")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 10
if EMAIL_CONFIG["EMAIL_BACKEND"] == "django.core.mail.backends.filebased.EmailBackend":
    EMAIL_BACKEND = EMAIL_CONFIG["EMAIL_BACKEND"] = "spaces_project.common.mail_files.FileBackend"
EMAIL_DIRECT_BACKEND: str = EMAIL_CONFIG["EMAIL_BACKEND"]
if EMAIL_DIRECT_BACKEND == "django.core.mail.backends.smtp.EmailBackend":
    EMAIL_BACKEND = "spaces_project.mail.LaterBackend"
EMAIL_FILE_PATH = str(VAR_DIR / "mail")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Spaces <spaces@localhost>")

# --- Notifications ----------------------------------------------------------------------------------------------------

VAPID_PRIVATE_KEY = local_secret("VAPID_PRIVATE_KEY", directory=SECRETS_DIR)
"""The key by which push services know this site. A new one ends every subscription."""

# --- Pages ------------------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", "English"),
    ("ar", "العربية"),
    ("de", "Deutsch"),
    ("es", "Español"),
    ("fr", "Français"),
    ("ja", "日本語"),
    ("pt-br", "Português (Brasil)"),
]
"""The languages whose catalogues in `locale/` are complete, with their own names. `docs/languages.md` says more."""
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["spaces_project.formats"]
LANGUAGE_COOKIE_NAME = "__Host-language" if IS_HTTPS else "language"
LANGUAGE_COOKIE_AGE = 31_536_000
LANGUAGE_COOKIE_SECURE = IS_HTTPS
LANGUAGE_COOKIE_HTTPONLY = True
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
# Scripts of other projects, pinned in deploy/js/package-lock.json. Pages work without them.
_LIBRARIES = BASE_DIR / "deploy/js/served"
STATICFILES_DIRS = [("libraries", _LIBRARIES)] if _LIBRARIES.is_dir() else []
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
# Django's default is 0644, whatever the umask.
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o600, 0o700
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "spaces_project.storage.StaticStorage"},
}
if S3_BUCKET:
    from spaces_project.media.s3 import storage_of

    STORAGES["default"] = {"BACKEND": "spaces_project.media.storage.LocalFirst"}
    STORAGES["bucket"] = storage_of(
        S3_BUCKET, S3_ENDPOINT, S3_REGION, access_key=S3_ACCESS_KEY, secret_key=S3_SECRET_KEY
    )
# ES modules import each other by relative path; the manifest storage rewrites those imports too.
WHITENOISE_USE_FINDERS = DEBUG

# --- Security ---------------------------------------------------------------------------------------------------------

SESSION_COOKIE_NAME = "__Host-session" if IS_HTTPS else "session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_NAME = "__Host-csrf" if IS_HTTPS else "csrf"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = IS_HTTPS and env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^metrics$"]
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=True)
SECURITY_CONTACT = env.list("SECURITY_CONTACT", default=[])
"""Addresses (`mailto:…`, `https://…`) for `/.well-known/security.txt`."""
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000 if IS_HTTPS else 0)
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
OWN_PROXY = env.bool("OWN_PROXY", default=False)
"""Whether that proxy is the one of `deploy/proxy` with no other in front. `deploy/web` sets it."""
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0
SECURE_REFERRER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 128 * 1024  # of a form without its files: four bytes a character, each written as %XX
X_FRAME_OPTIONS = "DENY"
AUDIENCE_URL = env.str("AUDIENCE_URL", default="/audience").rstrip("/")
"""Where listeners over HTTP get the sound, for example at a CDN that asks `/audience` of this site."""
_AUDIENCE = [origin_of(AUDIENCE_URL)] if host_of(AUDIENCE_URL) else []
_BUCKET = [origin_of(S3_ENDPOINT)] if S3_BUCKET else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:", *_BUCKET],
        "media-src": [SELF, "blob:", "mediastream:", *_AUDIENCE, *_BUCKET],
        "connect-src": [SELF, *(o.replace("http", "ws", 1) for o in TRUSTED_ORIGINS), *_AUDIENCE],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# For forms without files and for JSON. Our longest text, encoded, has 48 KB. For whole bodies see
# spaces_project/bodies.py.
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024

LIMITS_PEOPLE_PER_ADDRESS = env.int("LIMITS_PEOPLE_PER_ADDRESS", default=50)
"""One network address may use every rate limit this many times, because a school is one address. 0:
limits apply per user only."""

# --- API --------------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["spaces_project.common.api.rendering.JsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_SCHEMA_CLASS": "spaces_project.common.api.schema.OperationSchema",
    "URL_FORMAT_OVERRIDE": None,
    "NUM_PROXIES": 1 if BEHIND_PROXY else 0,
}
API_CALLS_PER_WINDOW = env.int("API_CALLS_PER_WINDOW", default=300)
"""Calls of one operation in 15 minutes that a program may make for one user, or for itself."""
WEBHOOK_PORTS = frozenset(int(port) for port in env.list("WEBHOOK_PORTS", default=[]))
"""Ports besides 80 and 443 that webhooks may use. Trusted hosts may use any port."""
WEBHOOK_TRUSTED_HOSTS = env.list("WEBHOOK_TRUSTED_HOSTS", default=[])
"""Host names that webhooks may reach in a private network and without TLS."""
CORS_ALLOWED_ORIGINS = env.list("API_CORS_ORIGINS", default=[])
"""Origins of other sites whose pages may call the API with a token. Their cookies are never accepted."""
CORS_URLS_REGEX = r"^/((2|api|oauth2)/|i/spaces/[0-9A-Za-z]+/whip(/|$))"
CORS_EXPOSE_HEADERS = [
    "ETag", "Link", "Location", "Idempotent-Replayed",
    "x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset",
]  # fmt: skip
CORS_ALLOW_HEADERS = ["accept", "authorization", "content-type", "idempotency-key", "if-match", "if-none-match"]

# Set although it is the default: one of our migrations refers to this setting.
OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL = "oauth2_provider.AccessToken"  # noqa: S105 - no password
OAUTH2_PROVIDER = {
    "OAUTH2_BACKEND_CLASS": "accounts.oauth.Core",
    "OAUTH2_VALIDATOR_CLASS": "accounts.oauth.Validator",
    "SCOPES": OAUTH_SCOPES,
    "DEFAULT_SCOPES": ["space.read", "users.read", "tweet.read"],
    "ACCESS_TOKEN_EXPIRE_SECONDS": 7_200,
    "REFRESH_TOKEN_EXPIRE_SECONDS": timedelta(days=180),
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    # For a client that lost the answer. accounts/oauth.py says what else has to hold.
    "REFRESH_TOKEN_GRACE_PERIOD_SECONDS": 60,
    "OAUTH2_RESPONSE_TYPES_SUPPORTED": ["code"],
    "OAUTH2_GRANT_TYPES_SUPPORTED": ["authorization_code", "client_credentials", "refresh_token"],
    "OAUTH2_TOKEN_ENDPOINT_AUTH_METHODS_SUPPORTED": ["client_secret_basic", "client_secret_post", "none"],
    "PKCE_REQUIRED": True,
    # The best current practice of RFC 9700. Among other things, only a hash of a token is stored.
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_MATCHING": True,
    "COMPLIANT_BCP_RFC9700_PKCE_REQUIRED": True,
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Spaces",
    "VERSION": "1.3.0",
    "DESCRIPTION": "`/2` is the X API v2 for Spaces, people and posts, as X's own clients know it. `/api/v1` is the "
    "rest: creating, running and moderating Spaces, messages, Fleets, notifications and webhooks.",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": [],
    "SERVE_AUTHENTICATION": [],
    "APPEND_COMPONENTS": {"securitySchemes": SECURITY_SCHEMES},
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "POSTPROCESSING_HOOKS": [],
    "ENABLE_DJANGO_DEPLOY_CHECK": False,
}

# --- Spaces: the rules an operator may change -------------------------------------------------------------------------

SPACES_HOST_MIN_FOLLOWERS = env.int("SPACES_HOST_MIN_FOLLOWERS", default=600)
"""Followers needed to host, unless the operator chose in the admin. 0 opens hosting to every user."""
SPACES_MAX_SPEAKERS = env.int("SPACES_MAX_SPEAKERS", default=10)
"""Microphones besides the host's and the co-hosts'."""
SPACES_HOST_GRACE = timedelta(seconds=env.int("SPACES_HOST_GRACE_SECONDS", default=60))
"""How long a live Space waits for a lost host before it ends."""
SPACES_SPEAKER_GRACE = timedelta(seconds=env.int("SPACES_SPEAKER_GRACE_SECONDS", default=60))
"""How long an absent speaker keeps the seat."""
SPACES_MAX_DURATION = timedelta(hours=env.int("SPACES_MAX_DURATION_HOURS", default=24))
SPACES_START_GRACE = timedelta(minutes=env.int("SPACES_START_GRACE_MINUTES", default=30))
"""How long after its scheduled time a Space that was not started is canceled."""
RECORDINGS_DIR = Path(env.str("RECORDINGS_DIR", default=str(VAR_DIR / "recordings")))
"""The directory that the gateway records into. The recorder reads it, so both need it."""
RECORDINGS_REDIRECT = env.str("RECORDINGS_REDIRECT", default="").rstrip("/")
"""The internal location of the server in front (nginx) that has `RECORDINGS_DIR`. Empty: web processes send sound."""
RECORDINGS_KEEP = timedelta(days=env.int("RECORDINGS_KEEP_DAYS", default=30))
"""How long a recording is kept after the end of its Space. A host may choose less, or begin anew. 0: for good."""
RECORDINGS_QUOTA_MB = env.int("RECORDINGS_QUOTA_MB", default=5_000)
"""Megabytes that the recordings of one host may take. 0: no limit."""
CLIPS_PER_PERSON = env.int("CLIPS_PER_PERSON", default=100)
"""Clips of replays that one person keeps at a time. A minute takes about 0.7 MB."""
RECORDINGS_LEAST_FREE_MB = env.int("RECORDINGS_LEAST_FREE_MB", default=1_000)
"""Megabytes that stay free on the disk. Recordings stop before they take them."""
AUDIENCE_DIR = Path(env.str("AUDIENCE_DIR", default=str(VAR_DIR / "audience")))
"""The directory with the last seconds of live Spaces, for listeners over HTTP. The gateway and the recorder need it."""
SPACES_KEEP = timedelta(days=env.int("SPACES_KEEP_DAYS", default=365))
"""How long ended Spaces are kept, with their logs and the texts of reports."""
SPACES_PRESENCE_LEASE = timedelta(seconds=env.int("SPACES_PRESENCE_LEASE_SECONDS", default=25))
"""The lease of a connection: without a sign of life for this long it counts as gone."""
SPACES_CONNECTIONS_PER_PERSON = env.int("SPACES_CONNECTIONS_PER_PERSON", default=20)
"""Sockets of one kind (home pages; Spaces) that one account may have open in one web process, tokens included."""
SPACES_PUBLIC_LISTENING = env.bool("SPACES_PUBLIC_LISTENING", default=True)
"""Whether visitors without an account may listen. They are counted, have no name, and can do nothing else."""
SPACES_PUBLIC_CONNECTIONS = env.int("SPACES_PUBLIC_CONNECTIONS", default=50)
"""Such visitors that one network address may connect at once. An IPv6 network of 64 bits is one address."""
SPACES_PUBLIC_JOINS_PER_MINUTE = env.int("SPACES_PUBLIC_JOINS_PER_MINUTE", default=60)
"""Joins per minute of such visitors from one network address."""

# --- The gateway (a Janus WebRTC server; the `janus` package on PyPI is a queue) --------------------------------------

# Not 8188 and 7188, where Debian's own janus service may listen.
GATEWAY_PORT = env.int("GATEWAY_PORT", default=8190)
GATEWAY_ADMIN_PORT = env.int("GATEWAY_ADMIN_PORT", default=7190)
GATEWAY_API_ADDRESS = env.str("GATEWAY_API_ADDRESS", default="127.0.0.1")
"""Where both APIs of the gateway listen. Any other than loopback needs a private network around it."""
GATEWAY_IS_OURS = not env.str("GATEWAY_URL", default="")
"""Whether `make run` starts the gateway, which then reports `SITE_MARK`."""
GATEWAY_URL = env.str("GATEWAY_URL", default="") or f"ws://127.0.0.1:{GATEWAY_PORT}"
GATEWAY_NAME = env.str("GATEWAY_NAME", default="main")
"""The name of the gateway that `run_gateway` runs on this machine."""
GATEWAY_DIR = VAR_DIR / "gateway" / GATEWAY_NAME
GATEWAYS: dict[str, str] = env.dict("GATEWAYS", default={}) or {GATEWAY_NAME: GATEWAY_URL}
"""Every gateway of the site, name to address of its API: `main=ws://10.0.0.2:8190,west=ws://10.0.0.3:8190`. All share
the three secrets below."""
GATEWAY_ADMIN_URL = env.str("GATEWAY_ADMIN_URL", default=f"ws://127.0.0.1:{GATEWAY_ADMIN_PORT}")
GATEWAY_API_SECRET = local_secret("GATEWAY_API_SECRET", directory=SECRETS_DIR)
GATEWAY_ADMIN_SECRET = local_secret("GATEWAY_ADMIN_SECRET", directory=SECRETS_DIR)
GATEWAY_ROOM_KEY = local_secret("GATEWAY_ROOM_KEY", directory=SECRETS_DIR)
"""The `admin_key` of both plugins. Without it no client can create a room or a mountpoint."""
GATEWAY_ICE_ADDRESS = env.str("GATEWAY_ICE_ADDRESS", default="")
"""The address that browsers send audio to. Empty: the machine's own first one."""
GATEWAY_PUBLIC_ADDRESS = env.str("GATEWAY_PUBLIC_ADDRESS", default="")
"""The address that browsers reach where this machine is behind one-to-one NAT, as at most cloud providers."""
GATEWAY_IPV6_ADDRESS = env.str("GATEWAY_IPV6_ADDRESS", default="")
"""The machine's IPv6 address that is offered too. Empty: browsers are offered IPv4 only."""
GATEWAY_RTP_PORTS = env.str("GATEWAY_RTP_PORTS", default="20000-40000")
# Threads that carry all media. They share nothing but what they forward (docs/measurements/listeners.md).
GATEWAY_EVENT_LOOPS = env.int("GATEWAY_EVENT_LOOPS", default=os.cpu_count() or 2)
GATEWAY_LISTENERS = env.int("GATEWAY_LISTENERS", default=0)
"""Listeners who get their sound from the gateway itself. More of them listen over HTTP, a few seconds late. 0: no
limit."""
GATEWAYS_HERE = env.list("GATEWAYS_HERE", default=[])
"""The gateways whose files and lanes `run_recorder` and `run_captions` of this machine take. Empty: those of all."""
GATEWAY_TIMEOUT_SECONDS = env.float("GATEWAY_TIMEOUT_SECONDS", default=3.0)

# --- TURN: a relay for browsers whose network blocks UDP (deploy/coturn) ----------------------------------------------

TURN_PORT = env.int("TURN_PORT", default=0)
"""Where our coturn listens, UDP and TCP. 0: this site runs none."""
TURN_TLS_PORT = env.int("TURN_TLS_PORT", default=0)
TURN_RELAY_PORTS = env.str("TURN_RELAY_PORTS", default="40001-40400")
"""The ports from which our coturn reaches the gateway. They are never opened to browsers."""
TURN_ADDRESS = env.str("TURN_ADDRESS", default="")
"""The address that our coturn listens at and relays from. Empty: that of the gateway."""
TURN_PEERS = env.list("TURN_PEERS", default=[])
"""The addresses of gateways on other machines, which our coturn may reach."""
TURN_CERTIFICATE = env.str("TURN_CERTIFICATE", default="")
TURN_CERTIFICATE_KEY = env.str("TURN_CERTIFICATE_KEY", default="")
TURN_SECRET = local_secret("TURN_SECRET", directory=SECRETS_DIR)
"""Shared with coturn (`static-auth-secret`), so that it knows our credentials without asking."""
TURN_URLS = env.list("TURN_URLS", default=turn_urls(host_of(PUBLIC_ORIGIN), port=TURN_PORT, tls_port=TURN_TLS_PORT))
"""What browsers are told. Only needed where coturn is not ours or has another name than the site."""

# --- Captions ---------------------------------------------------------------------------------------------------------

CAPTIONS_ENGINE = env.str("CAPTIONS_ENGINE", default="faster_whisper")
"""`faster_whisper` or `moonshine`."""
CAPTIONS_MODEL = env.str("CAPTIONS_MODEL", default="base")
"""The engine's model.

`make run` installs `base` and `tiny.en`. Otherwise a directory, or a name that the library knows.
"""
CAPTIONS_MODELS_DIR = env.str("CAPTIONS_MODELS_DIR", default=str(BASE_DIR / "var/models"))
"""Where models are installed. Outside `SPACES_VAR`, because several sites of one checkout share them."""
CAPTIONS_THREADS = env.int("CAPTIONS_THREADS", default=2)
"""Utterances that one speech process works on at once, each on a core, with one model for all."""
CAPTIONS_INGEST_ADDRESS = env.str("CAPTIONS_INGEST_ADDRESS", default="127.0.0.1")
"""The address of the ingest's machine, as the gateway reaches it."""
_KNOWS_ALL = CAPTIONS_ENGINE == "faster_whisper" and not CAPTIONS_MODEL.endswith(".en")
CAPTIONS_LANGUAGES = env.list("CAPTIONS_LANGUAGES", default=[AUTOMATIC, *WHISPER] if _KNOWS_ALL else ["en"])
"""Languages that hosts may choose from. `auto` detects the language of each speaker. The engine must know them all."""
CAPTIONS_LANGUAGE = env.str("CAPTIONS_LANGUAGE", default="en" if "en" in CAPTIONS_LANGUAGES else CAPTIONS_LANGUAGES[0])
"""The language of a new Space, unless the operator chose in the admin."""
CAPTIONS_BROWSER = env.bool("CAPTIONS_BROWSER", default=False)
"""Whether speakers' own browsers recognise speech. If a browser cannot, this site's engine does it."""

BACKUPS_DIR = Path(env.str("SPACES_BACKUPS", default=str(VAR_DIR / "backups")))
"""Where `manage.py backup` writes, and where `manage.py doctor` looks for the newest backup."""

# --- What operators see -----------------------------------------------------------------------------------------------

METRICS_DIR = env.str("METRICS_DIR", default="")
"""A directory in which the processes of this machine keep their counters, so that any of them answers for all at
`/metrics`. It is emptied when the site starts. Without it, each process answers for itself."""
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
"""The token that `/metrics` requires as `Authorization: Bearer …`. Without one, only this machine may ask."""

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "spaces_project.common.logs.LineFormatter",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        },
        "json": {"()": "spaces_project.common.logs.JsonFormatter"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "json" if env.bool("LOG_JSON", default=False) else "line",
        }
    },
    "filters": {
        "tells_more": {
            "()": "django.utils.log.CallbackFilter",
            "callback": "ext://spaces_project.common.logs.tells_more",
        },
        "briefly": {"()": "django.utils.log.CallbackFilter", "callback": "ext://spaces_project.common.logs.briefly"},
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "daphne": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
        "celery": {"level": "WARNING"},
        "django.request": {"filters": ["tells_more"]},
        # Strangers choose the content of these lines: one line each, without a traceback.
        **{
            f"django.security.{name}": {"filters": ["briefly"]}
            for name in (
                "DisallowedHost",
                "RequestDataTooBig",
                "TooManyFieldsSent",
                "TooManyFilesSent",
                "SuspiciousFileOperation",
            )
        },
    },
}
