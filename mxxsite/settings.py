"""Every setting once. What a user may change comes from the environment (docs/configuration.md)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from mxxsite import env, keys

BASE_DIR = Path(__file__).resolve().parent.parent

# ---- the user's choices
MXX_HOME = env.folder("MXX_HOME", Path.home() / ".mxx")
MXX_JOBS_DIR = env.folder("MXX_JOBS_DIR", MXX_HOME / "jobs")
MXX_BIND = env.address("MXX_BIND", "127.0.0.1:8765")
MXX_SLOTS = env.integer("MXX_SLOTS", 16, least=1, most=1000)
MXX_UMASK = env.umask("MXX_UMASK")
MXX_TAG_SLOTS = env.slots_of_tags("MXX_TAG_SLOTS")
MXX_TIMEZONE = env.timezone("MXX_TIMEZONE")
MXX_LOG = env.choice("MXX_LOG", "info", ("debug", "info", "warning", "error"))

SECRET_KEY = keys.secret_key(MXX_HOME)
DEBUG = False
MXX_HOSTS = env.names("MXX_ALLOWED_HOSTS")
MXX_REACHABLE = not all(map(env.is_local, (MXX_BIND[0], *MXX_HOSTS)))
"""From other machines, by itself or through a proxy in front: then a password alone is not enough."""
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *MXX_HOSTS, *env.own_name(MXX_BIND[0])]
CSRF_TRUSTED_ORIGINS = [
    f"https://{host}" for host in MXX_HOSTS
]  # pages that a proxy serves over TLS post to us

INSTALLED_APPS = [
    "mxxsite.apps.MxxAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "template_partials",
    "django_apscheduler",
    "jobs",
]

MIDDLEWARE = [
    "jobs.web.language.TheirLanguage",  # first, so that a refusal speaks it too
    "jobs.web.failing.database_is_there",
    "jobs.web.headers.ContentSecurityPolicy",
    "jobs.frontdoor.visitors.KnownHost",
    "jobs.frontdoor.visitors.OwnPages",
    "jobs.frontdoor.visitors.Asked",
    "django.middleware.gzip.GZipMiddleware",  # a list of 50 jobs is 70 kB, packed 7; padded against BREACH
    "django.middleware.common.CommonMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "jobs.web.looks.Looks",  # below whatever every answer carries, above what only whole pages need
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "jobs.frontdoor.sessions.SessionEnds",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "mxxsite.urls"
WSGI_APPLICATION = "mxxsite.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["jobs.web.tags"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# ---- database. IMMEDIATE is what keeps "database is locked" away; synchronous=FULL keeps a started
# run from being forgotten by a power cut (research/core 5)
SQLITE_OPTIONS: dict[str, Any] = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;"
        "PRAGMA journal_size_limit=67108864;PRAGMA temp_store=MEMORY;"
    ),
}

# a process that was stopped inside a transaction must not keep the lease's row locked for the others
POSTGRESQL_OPTIONS: dict[str, Any] = {
    "options": "-c idle_in_transaction_session_timeout=8000 -c lock_timeout=15000"
}


def database() -> dict[str, Any]:
    url = env.text("DATABASE_URL")
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": MXX_HOME / "db.sqlite3",
            "OPTIONS": SQLITE_OPTIONS,
        }
    if not url.startswith(("postgres://", "postgresql://", "sqlite:///")):
        raise ImproperlyConfigured(
            "DATABASE_URL is not allowed: postgres://USER:PASSWORD@HOST:PORT/NAME or sqlite:////absolute/path"
        )
    parsed: dict[str, Any] = dict(dj_database_url.parse(url))
    if parsed["ENGINE"] == "django.db.backends.sqlite3":
        return parsed | {"OPTIONS": SQLITE_OPTIONS}
    options = POSTGRESQL_OPTIONS | parsed.get("OPTIONS", {})
    # a session of PostgreSQL is a process of its own: a new one for each request costs more than the request
    return parsed | {"OPTIONS": options, "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}


DATABASES = {"default": database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ---- people
AUTHENTICATION_BACKENDS = ["jobs.frontdoor.permissions.People"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login/"
SESSION_COOKIE_AGE = 7 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# ---- language, time, files
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LANGUAGE_COOKIE_NAME = "mxx_language"
LOCALE_PATHS = [MXX_HOME / "cache" / "locale"]  # made of the tree's locale/ when the pages are first served
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True  # no collectstatic step: a checkout serves itself
WHITENOISE_AUTOREFRESH = False

# ---- API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "knox.auth.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "jobs.api.errors.handle",
    "URL_FORMAT_OVERRIDE": None,  # ?format= would choose another answer than Accept says
}
REST_KNOX = {"AUTH_HEADER_PREFIX": "Bearer", "TOKEN_PREFIX": "mxx_", "TOKEN_TTL": None}
KNOX_TOKEN_MODEL = "jobs.Token"
SPECTACULAR_SETTINGS = {
    "TITLE": "MXX",
    "VERSION": "0.1.0",
    "OAS_VERSION": "3.1.0",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "jobs.api.document.finish",
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "filters": {
        # 503 is an answer (starting, database locked), not a fault of the program
        "no_503": {
            "()": "django.utils.log.CallbackFilter",
            "callback": lambda record: getattr(record, "status_code", 0) != 503,
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["no_503"]}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "mxx": {"level": MXX_LOG.upper()},
        "django.request": {"level": "ERROR"},  # a 4xx is the caller's, not the log's
        "waitress.queue": {
            "level": "ERROR"
        },  # it warns of each request that waits for a thread, even a millisecond
    },
}
