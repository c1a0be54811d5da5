"""Every setting of the product, with safe development defaults; `.env.example` lists what the environment may set."""

import sys
import warnings
from pathlib import Path

import environ

from prm.stack import default_urls, redis_client_url, redis_url_with_db

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
if (BASE_DIR / ".env").exists():
    env.read_env(BASE_DIR / ".env")

DEBUG = env.bool("DEBUG", default=False)
TESTING = "pytest" in sys.modules
SECRET_KEY = env.str("SECRET_KEY", default="" if not (DEBUG or TESTING) else "development only")
SITE_URL = env.str("SITE_URL", default="http://localhost:8000").rstrip("/")
IS_HTTPS = SITE_URL.startswith("https://")
# Any host may be a vendor's own domain, so the framework lets all in: the tenancy middleware answers 404 to hosts that
# are neither ours nor proven to be a vendor's. Nothing else reads the host of a request.
OWN_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]", ".localhost", "testserver"])
ALLOWED_HOSTS = ["*"]
# Name servers that are asked for the proof of a vendor's own domain; without them the machine's own are asked.
DNS_SERVERS = env.list("DNS_SERVERS", default=[])  # host:port
PROOF_PORT, PROOF_ON_LOOPBACK = 80, False  # tests run a web server of their own
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
# Ports besides 443 that a vendor's webhooks may call; and, in development only, the way to a receiver on this machine.
WEBHOOK_PORTS = [int(port) for port in env.list("WEBHOOK_PORTS", default=[])]
WEBHOOK_LOOPBACK = env.bool("WEBHOOK_LOOPBACK", default=False)

# --- the house -------------------------------------------------------------------------------------------
APPS = [  # lowest storey first
    "partners",
    "sales",
    "planning",
    "scorecards",
    "engagement",
    "learning",
    "referrals",
    "mdf",
    "dealreg",
    "qbr",
    "insights",
]
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "csp",
    "django_filters",
    "django_htmx",
    "template_partials",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "allauth.usersessions",
    *APPS,
    "prm.apps.RoofConfig",
    "prm.demo",
    "prm.kernel",  # last: its post_migrate step stamps the fences on the tables of all the others
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "prm.kernel.web.health.HealthMiddleware",
    "prm.kernel.web.headers.HeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "prm.kernel.web.tenancy.TenancyMiddleware",
]
FORM_RENDERER = "django.forms.renderers.Jinja2"  # widgets only: the same markup as Django's, drawn faster
ROOT_URLCONF = "prm.urls"
WSGI_APPLICATION = "prm.wsgi.application"
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
                "prm.kernel.web.context.page",
            ],
            "builtins": [
                "prm.kernel.templatetags.kit",
                "prm.kernel.templatetags.kit_lists",
                "template_partials.templatetags.partials",
            ],
            "libraries": {"i18n": "prm.kernel.templatetags.own_i18n"},  # the vendor's own words in every text
        },
    }
]
SILENCED_SYSTEM_CHECKS = ["templates.W003"]  # that library takes the place of Django's on purpose
AUTH_USER_MODEL = "kernel.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- data ------------------------------------------------------------------------------------------------
_URLS = default_urls()
DATABASES = {
    "default": env.db_url_config(env.str("DATABASE_URL", default=_URLS["DATABASE_URL"])),
    "owner": env.db_url_config(env.str("DATABASE_OWNER_URL", default=_URLS["DATABASE_OWNER_URL"])),
}
for _name, _db in DATABASES.items():
    _db["ATOMIC_REQUESTS"] = False
    _db["CONN_MAX_AGE"] = 0 if TESTING else env.int("CONN_MAX_AGE", default=600)
    _db["CONN_HEALTH_CHECKS"] = True
    _db["DISABLE_SERVER_SIDE_CURSORS"] = True
    _db.setdefault("OPTIONS", {})["connect_timeout"] = 3
    if _name == "default":
        _db["OPTIONS"]["options"] = env.str(
            "DATABASE_OPTIONS",
            default="-c statement_timeout=15s -c lock_timeout=3s -c idle_in_transaction_session_timeout=30s",
        )
# Questions of every page are planned once per connection, where connections are this program's own.
DATABASE_PREPARES = env.bool("DATABASE_PREPARES", default=False) and not TESTING
# The suite runs as the plain role too: the owner's alias only creates and flushes the test database.
DATABASES["owner"]["TEST"] = {"NAME": "test_prm", "DEPENDENCIES": []}
DATABASES["default"]["TEST"] = {"MIRROR": "owner"}
DATABASE_ROUTERS = ["prm.kernel.tenancy.router.OwnerMigrates"]

REDIS_URL = env.str("REDIS_URL", default=_URLS["REDIS_URL"])
CACHES = {
    "default": {
        "BACKEND": "prm.kernel.caching.TolerantRedisCache",
        "LOCATION": redis_client_url(redis_url_with_db(REDIS_URL, env.int("CACHE_DB", default=1))),
        "KEY_PREFIX": "prm",
        "OPTIONS": {"socket_timeout": 1},
    }
}
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 600
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    "unacked_restore_interval": 2,
    "socket_timeout": 3,
    "socket_connect_timeout": 2,
    "max_retries": 1,
}
DELIVERY_LEASE_SECONDS = env.int("DELIVERY_LEASE_SECONDS", default=30)
DELIVERY_MAX_ATTEMPTS = 8

MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(BASE_DIR / "var" / "media")))
MAX_UPLOAD_BYTES = env.int("MAX_UPLOAD_BYTES", default=50 * 1024 * 1024)
FILE_UPLOAD_HANDLERS = [
    "prm.kernel.web.uploads.CutOffHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILE_SCAN_COMMAND = env.list("FILE_SCAN_COMMAND", default=[])
FIELD_KEYS = env.list("FIELD_KEYS", default=[])
RECEIPT_KEYS = env.list("RECEIPT_KEYS", default=[])

# --- signing in ------------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if TESTING:  # the cast signs in hundreds of times
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *PASSWORD_HASHERS]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "prm.kernel.signin.adapters.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "prm.kernel.signin.adapters.SocialAccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # there is no sign-up: an invitation proves the address
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/15m/key"}
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a changed password or second factor is told to the person
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
PASSWORD_RESET_TIMEOUT = 3600
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_OPENID_CONNECT_URL_PREFIX = "oidc"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "PRM"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_HTTPS
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="smtp://localhost:1025" if IS_HTTPS else "filemail:")
if EMAIL_CONFIG["EMAIL_BACKEND"].endswith("filebased.EmailBackend"):
    EMAIL_FILE_PATH = str(BASE_DIR / "var" / "mail")
vars().update({k: v for k, v in EMAIL_CONFIG.items() if k != "EMAIL_FILE_PATH"})
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="PRM <no-reply@localhost>")

# --- the web ---------------------------------------------------------------------------------------------
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 7 * 24 * 3600
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
if IS_HTTPS:
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    SECURE_HSTS_SECONDS = 31536000
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[SITE_URL] if IS_HTTPS else [])
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
from csp.constants import NONE, SELF  # noqa: E402

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
_NODE = BASE_DIR / "node_modules"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    *(
        (prefix, folder)
        for prefix, folder in [
            ("tabler", _NODE / "@tabler" / "core" / "dist"),
            ("icons", _NODE / "@tabler" / "icons-sprite" / "dist"),
            ("inter", _NODE / "@fontsource-variable" / "inter" / "files"),
            ("echarts", _NODE / "echarts" / "dist"),
        ]
        if folder.exists()
    ),
]
WHITENOISE_USE_FINDERS = env.bool("WHITENOISE_USE_FINDERS", default=not (STATIC_ROOT / "staticfiles.json").exists())
if WHITENOISE_USE_FINDERS:  # then there need not be a collected folder
    warnings.filterwarnings("ignore", message="No directory at")
# Looks for each file when it is asked for, instead of for all of them at the start: for tests, which start often.
WHITENOISE_AUTOREFRESH = env.bool("WHITENOISE_AUTOREFRESH", default=False)
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if WHITENOISE_USE_FINDERS
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LOCALE_PATHS = [BASE_DIR / "locale"]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["prm.kernel.web.api.MemberAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["prm.kernel.web.api.Permitted"],
    "DEFAULT_FILTER_BACKENDS": ["prm.kernel.web.list_api.ListFilters"],
    "URL_FORMAT_OVERRIDE": None,  # there is one format, and `?format=` is an unknown parameter
    "DEFAULT_PAGINATION_CLASS": "prm.kernel.web.api.Pages",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "prm.kernel.web.schema.Schema",
    "EXCEPTION_HANDLER": "prm.kernel.web.api.answer_refusal",
    "COERCE_DECIMAL_TO_STRING": True,
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "PRM API",
    "VERSION": "1",
    "DESCRIPTION": "The same data, permissions and actions as the pages. Send `Authorization: Bearer TOKEN`.",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [],  # choices stand where they are used: as components they would be named by numbers
}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "prm.kernel.logs.JsonFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
}
