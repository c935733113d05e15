"""The one settings module. Nothing here starts a server or reads a file outside the checkout."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from letsconnect import database_timeouts, env, production_checks
from letsconnect.embedded import paths

BASE_DIR = Path(__file__).resolve().parent.parent

_database = env.database("DATABASE_URL")
_redis = env.broker("REDIS_URL")
_email = env.smtp("EMAIL_URL")

# Demo accounts, the loopback mailbox and the throw-away secret exist on the embedded database only.
EMBEDDED_DATABASE = _database is None
EMBEDDED_REDIS = not _redis
EMBEDDED_MAILBOX = EMBEDDED_DATABASE and _email is None

DEBUG = env.boolean("DEBUG", default=False)
SECRET_KEY = env.text("SECRET_KEY", production_checks.EMBEDDED_SECRET_KEY if EMBEDDED_DATABASE else "")

SITE_NAME = env.line("SITE_NAME", "Let's Connect")
_site = env.site("SITE_URL")
SITE_URL = _site.geturl() if _site else f"http://127.0.0.1:{env.integer('PORT', 8000, low=1, high=65535)}"
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", [_site.hostname or ""] if _site else ["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = [SITE_URL]
FROM_EMAIL = env.text("FROM_EMAIL", f"Let's Connect <{production_checks.mailbox_at((_site and _site.hostname) or '')}>")
TRUST_OUTSIDE_EMAIL = env.text("TRUST_OUTSIDE_EMAIL", "ca@wikimedia.org")  # where to turn while the trust team is empty
CONTACT_EMAIL = env.text("CONTACT_EMAIL", production_checks.mailbox_at((_site and _site.hostname) or ""))
if not EMBEDDED_DATABASE:
    _problems = production_checks.problems(
        production_checks.Environment(
            secret_key=SECRET_KEY,
            site=_site,
            has_email=_email is not None,
            is_debugging=DEBUG,
            allowed_hosts=ALLOWED_HOSTS,
            from_email=FROM_EMAIL,
            contact_email=CONTACT_EMAIL,
            trust_outside_email=TRUST_OUTSIDE_EMAIL,
        )
    )
    if _problems:
        raise ImproperlyConfigured("With a real DATABASE_URL this portal does not start:\n" + "\n".join(_problems))
elif len(SECRET_KEY) < production_checks.SHORTEST_KEY:
    raise ImproperlyConfigured("SECRET_KEY is shorter than 32 characters.")

INSTALLED_APPS = [
    "letsconnect.base",
    "registrations",
    "mailings",
    "matching",
    "clinics",
    "trust",
    "reports",
    "letsconnect",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "crispy_forms",
    "letsconnect.apps.WorkingGroupAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "letsconnect.middleware.response_headers",
    "letsconnect.health.probes",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",  # compresses assets once, when they are collected
    "letsconnect.middleware.CompressText",  # outside of all that writes into a page or counts its length
    "letsconnect.middleware.dressed_pages",
    "letsconnect.request_encoding.utf8_only",
    "letsconnect.database_unavailable.DatabaseUnavailable",
    "letsconnect.sessions.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "letsconnect.session_age.end_old_sessions",
    "allauth.account.middleware.AccountMiddleware",
    "letsconnect.middleware.member_language_and_zone",
    "registrations.accounts.activity.note_activity",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "letsconnect.base.nudges.once_per_request",
    "registrations.accounts.closed.AnswerClosed",
]

ROOT_URLCONF = "letsconnect.urls"
WSGI_APPLICATION = "letsconnect.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "letsconnect.context_processors.site",
            ],
            "builtins": ["letsconnect.base.templatetags.punctuation"],
        },
    },
]
FORM_RENDERER = "letsconnect.form_renderer.FormRenderer"
CRISPY_ALLOWED_TEMPLATE_PACKS = "codex"
CRISPY_TEMPLATE_PACK = "codex"

_connection = _database | {"ENGINE": "letsconnect.database"} if _database else paths.embedded_database(BASE_DIR)
_options = _connection.get("OPTIONS", {})
DATABASES = {
    "default": _connection
    | {
        "OPTIONS": database_timeouts.with_limits(
            _options, database_timeouts.limits_of(database_timeouts.this_process())
        ),
        "CONN_MAX_AGE": database_timeouts.KEEPS_FOR.get(database_timeouts.this_process(), 0),
        "CONN_HEALTH_CHECKS": True,  # a kept one may have ended since
        "ATOMIC_REQUESTS": False,
        "TEST": {"NAME": env.text("TEST_DATABASE") or None},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

KEEPS_PAGES = True  # for visitors, until what they show has changed (letsconnect/base/kept_pages.py)
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# People
AUTH_USER_MODEL = "registrations.Member"
AUTHENTICATION_BACKENDS = [
    "letsconnect.signed_in.AuthenticationBackend",
    "allauth.account.auth_backends.AuthenticationBackend",  # named by sessions that began before ours was there
]
AUTH_PASSWORD_VALIDATORS: list[dict[str, str]] = []
LOGIN_URL = "registrations:sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
# The Wikimedia door, or that of any other MediaWiki; it is not there without a client id.
MEDIAWIKI_NAME = env.line("MEDIAWIKI_NAME", "Wikimedia")
MEDIAWIKI_URL = env.foreign_url("MEDIAWIKI_URL", "https://meta.wikimedia.org/w/rest.php")
MEDIAWIKI_CLIENT_ID = env.text("MEDIAWIKI_CLIENT_ID")
MEDIAWIKI_CLIENT_SECRET = env.text("MEDIAWIKI_CLIENT_SECRET")
MEDIAWIKI_SCOPES = env.words("MEDIAWIKI_SCOPES", [])
MEDIAWIKI_FORM_ORIGINS = env.origins("MEDIAWIKI_FORM_ORIGINS", env.form_origins(MEDIAWIKI_URL))
MEDIAWIKI_SECONDS = 5.0  # for both calls of one sign-in together
if MEDIAWIKI_CLIENT_SECRET and not MEDIAWIKI_CLIENT_ID:
    raise ImproperlyConfigured("MEDIAWIKI_CLIENT_SECRET is set without MEDIAWIKI_CLIENT_ID.")
SOCIALACCOUNT_ADAPTER = "registrations.views.wikimedia_adapter.WikimediaAccounts"
SESSION_ENGINE = "letsconnect.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 60
STAFF_SESSION_AGE = 60 * 60 * 24  # the working group's and the trust team's, who see what others wrote
IS_HTTPS = SITE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = IS_HTTPS
# With this prefix browsers take a cookie from this very host over https and from nowhere else.
COOKIE_PREFIX = "__Host-" if IS_HTTPS else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
LANGUAGE_COOKIE_NAME = f"{COOKIE_PREFIX}django_language"
ZONE_COOKIE_NAME = f"{COOKIE_PREFIX}zone"
THEME_COOKIE_NAME = f"{COOKIE_PREFIX}theme"
MESSAGE_STORAGE = "letsconnect.messages.HostStorage"
SIGN_IN_CODE_MINUTES = 15
SIGN_IN_CODES_PER_HOUR = env.integer("SIGN_IN_CODES_PER_HOUR", 6, low=1, high=1000)
# Per browser and per network only letters count whose code was not used: an hour of a whole school's newcomers is none.
SIGN_IN_CODES_PER_HOUR_AND_BROWSER = env.integer("SIGN_IN_CODES_PER_HOUR_AND_BROWSER", 12, low=1, high=1000)
SIGN_IN_CODES_PER_HOUR_AND_NETWORK = env.integer("SIGN_IN_CODES_PER_HOUR_AND_NETWORK", 300, low=1, high=100_000)
# How many proxies of ours stand before the web process; 0 believes no header.
PROXY_HOPS = env.integer("PROXY_HOPS", 0, low=0, high=5)
# Every version people could agree to, oldest first, with its first day; a new one is added when its text is. Whoever
# agreed is asked again then; what only reads better gets none (docs/decisions/0020).
DOCUMENT_VERSIONS = {
    "code_of_conduct": [("2024-01", date(2024, 1, 1))],
    "privacy_notice": [
        ("2026-11", date(2026, 11, 1)),
        ("2026-11-29", date(2026, 11, 29)),
        ("2026-11-30", date(2026, 11, 30)),
    ],
}
CSRF_FAILURE_VIEW = "letsconnect.views.csrf_failure"

# Words and hours
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español"), ("ar", "العربية"), ("fr", "Français"), ("pt", "Português")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
FORMAT_MODULE_PATH = ["letsconnect.formats"]
USE_TZ = True
TIME_ZONE = "UTC"

# Assets: served by us, and no other host is ever asked
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "letsconnect.assets.CodexFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = False

# Letters
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_TIMEOUT = 20
NEWSLETTER_NEEDS_TWO = env.boolean("NEWSLETTER_NEEDS_TWO", default=True)  # a second person confirms each issue
EMAIL_TOGETHER = 10  # on the wire after one commit: as many are uncertain when a worker is killed
CALL_ROOM_URL = env.service("CALL_ROOM_URL")  # where rooms for calls are offered; empty: nowhere
EMAIL_RATE = env.integer("EMAIL_RATE", 0, low=0, high=1_000_000)  # letters a minute, by all workers; 0: no limit
SMTP_PATIENCE = 2.5  # seconds a page waits in all for the letter with a code; then the worker sends another one
DEFAULT_FROM_EMAIL = SERVER_EMAIL = FROM_EMAIL
MAILBOX_DIR = BASE_DIR / "var" / "mailbox"
LETTERS_GATHER_FOR = timedelta(minutes=1)  # quiet before the newest of several letters about one thing goes out
NUDGES = env.boolean("NUDGES", default=True)  # off where only cron's `manage.py tick` sends
_smtp: env.MailServer = _email or {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": paths.mailbox_port(BASE_DIR)}
EMAIL_HOST: str = _smtp["EMAIL_HOST"]
EMAIL_PORT: int = _smtp["EMAIL_PORT"]
EMAIL_HOST_USER = _smtp.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = _smtp.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_SSL = _smtp.get("EMAIL_USE_SSL", False)
EMAIL_USE_TLS = _smtp.get("EMAIL_USE_TLS", False)

# Celery: hands only; no results, no ETA, no countdown (design rule 1)
CELERY_BROKER_URL = _redis or paths.embedded_broker_url(BASE_DIR)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 5, "socket_connect_timeout": 5}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
_TICK_IS_STALE = timedelta(hours=2)  # not sooner: a worker whose clock is an hour ahead would drop every one
CELERY_BEAT_SCHEDULE = {
    "tick": {
        "task": "mailings.tasks.tick",
        "schedule": timedelta(seconds=30),
        "options": {"expires": _TICK_IS_STALE.total_seconds()},
    },
}
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"  # in memory: the file of Celery's own one dies with a killed process

# Behind https everything is strict; the embedded default serves plain http on loopback only
FILE_UPLOAD_HANDLERS = [
    "letsconnect.base.upload_limits.BoundedFiles",  # first, so that no other keeps what is too much
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # the portal's subdomains, if there are any, are not ours to decide about
    "security.W021",  # nor is a list that browsers are shipped with
    "security.W009",  # a key is 32 characters or more, and no repetition, or a real portal does not start
]
if IS_HTTPS:
    SECURE_SSL_REDIRECT = env.boolean("SECURE_SSL_REDIRECT", default=True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = env.integer("SECURE_HSTS_SECONDS", 31_536_000, low=0, high=63_072_000)

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.choice("LOG_LEVEL", "INFO", choices=LOG_LEVELS)},
}
