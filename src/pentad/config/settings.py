"""Django settings, made from a data folder and a few environment variables that the command line sets.

PENTAD_DATA      the data folder (default ./data)
PENTAD_DATABASE  where relational rows live; default SQLite in the data folder
PENTAD_HOSTS     host names under which pages are served, comma-separated; default any
PENTAD_HTTPS     "1" when people reach Pentad through https: cookies become Secure, HSTS is sent
PENTAD_PROXIES   how many reverse proxies stand in front and append to X-Forwarded-For; default 0
PENTAD_LEDGER    where the event store lives: a clickhouse:// URL; default the data folder
PENTAD_ASK_SECONDS how long a page or a program waits for counts and previews of segments before they are stopped; default 20
PENTAD_LOG       least level of log lines: debug, info, warning or error; default info, on a terminal warning
PENTAD_SMTP      how mail leaves: smtp://user:password@host:587, smtps://…:465, smtp://host:25; default none: links are shown
PENTAD_MAIL_FROM the sender of mails, such as "Kestrel Coffee <cx@kestrel.example>"; default pentad@localhost
PENTAD_ADDRESS   where customers reach Pentad, until the setting responses.address says so; default where it listens
PENTAD_METRICS   "open" lets anybody read /metrics; default: this machine and administrators' tokens
"""

import os
import secrets
import time
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import dj_database_url

DATA = Path(os.environ.get("PENTAD_DATA", "data")).absolute()


def _secret_key() -> str:
    """The installation's key, made at first start, readable by its owner only."""
    file = DATA / "secret.key"
    DATA.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        for _ in range(200):  # another process may be between creating and filling it
            if key := file.read_text():
                return key
            time.sleep(0.01)
        raise RuntimeError(f"{file} is empty. Remove it: a new key is made, and everybody signs in again.") from None
    with os.fdopen(handle, "w") as out:
        out.write(key := secrets.token_urlsafe(48))
    return key


SECRET_KEY = _secret_key()
DEBUG = False
ALLOWED_HOSTS = [host.strip() for host in os.environ.get("PENTAD_HOSTS", "*").split(",") if host.strip()]
HTTPS = os.environ.get("PENTAD_HTTPS") == "1"

# ── Rows ────────────────────────────────────────────────────────────────────────────────────────

DATABASES = {
    "default": dj_database_url.parse(
        os.environ.get("PENTAD_DATABASE") or f"sqlite:///{DATA / 'pentad.db'}",
        conn_max_age=600,
        conn_health_checks=True,
    )
}
if "sqlite" in DATABASES["default"]["ENGINE"]:
    DATABASES["default"]["ENGINE"] = "pentad.core.sqlite"
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
        # secure_delete: an erased person leaves no bytes behind. FULL: committed means on disk.
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"
            " PRAGMA cache_size=-64000; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=268435456;"
        ),
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ── Parts ───────────────────────────────────────────────────────────────────────────────────────

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_cotton.apps.SimpleAppConfig",
    "django_htmx",
    "django_tasks",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.socialaccount.providers.saml",
    "allauth.idp.oidc",
    "axes",
    "pentad.core",
    "pentad.roles",
    "pentad.data",
    "pentad.intelligence",
    "pentad.content",
    "pentad.platforms",
    "pentad.engage",
    "pentad.shell",
]

MIDDLEWARE = [
    "pentad.config.middleware.log_request",
    "pentad.config.middleware.security_headers",
    "pentad.config.middleware.refuse_null_characters",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "pentad.roles.access.middleware.set_actor",
    "pentad.roles.audit.middleware.set_origin",
    "pentad.roles.access.sessions.middleware.note_browser",
    "pentad.config.errors.RenderErrors",
    "pentad.shell.dialogs.frame_dialogs",
    "axes.middleware.AxesMiddleware",  # must stay last
]

ROOT_URLCONF = "pentad.config.urls"
WSGI_APPLICATION = "pentad.config.asgi.pages"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": [
                "django.templatetags.static",
                "django_cotton.templatetags.cotton",
            ],
        },
    }
]

STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},  # files of notes go their own way
    "staticfiles": {"BACKEND": "pentad.config.static.HashedStorage"},
}

# Counted tries, and codes of apps that are worth something for a minute: in memory, since pages come from one process. With
# Django's 300 places, what one visitor fills would push out what is counted of another.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 20_000}}}

# Other people's background tasks land in our job table; no list of queues means any.
TASKS = {"default": {"BACKEND": "pentad.core.jobs.backend.JobsBackend", "QUEUES": []}}

EQUIPMENT = "pentad.config.wiring"
"""The module that registers what an owner of the data folder works with."""

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True

# ── Signing in ──────────────────────────────────────────────────────────────────────────────────

AUTH_USER_MODEL = "pentad_roles.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name"), "max_similarity": 0.8},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/signin/"
LOGIN_REDIRECT_URL = "/"
PASSWORD_RESET_TIMEOUT = 3 * 24 * 3600  # how long an invitation link works, seconds

ACCOUNT_ADAPTER = "pentad.roles.access.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # colleagues are added by an administrator, who knows the address
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_RATE_LIMITS = {
    "login_failed": "30/m/ip",
    "reset_password": "20/m/ip,3/m/key",
}  # by account: axes, below, which keeps count on disk

SOCIALACCOUNT_ADAPTER = "pentad.roles.access.sso.adapter.SocialAdapter"
SOCIALACCOUNT_STORE_TOKENS = False  # nothing is asked in anybody's name later
SOCIALACCOUNT_LOGIN_ON_GET = True  # a form could not leave for the provider: form-action is 'self'
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"

IDP_OIDC_ADAPTER = "pentad.roles.access.apps.adapter.OidcAdapter"
IDP_OIDC_RATE_LIMITS = {"device_code": "30/m/ip"}
IDP_OIDC_REFRESH_TOKEN_EXPIRES_IN = 90 * 24 * 3600  # an app that was not used for so long asks again

MFA_ADAPTER = "pentad.roles.access.adapters.MfaAdapter"
MFA_FORMS = {
    "authenticate": "pentad.roles.access.second_step.AuthenticateForm",
    "reauthenticate": "pentad.roles.access.second_step.ReauthenticateForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "Pentad"
MFA_TOTP_TOLERANCE = 1  # one period each way: telephones' clocks drift
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS  # browsers themselves allow it on localhost only

AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # the account's owner elsewhere is not locked out
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_CALLABLE = "pentad.roles.access.adapters.attempted_email"
AXES_LOCKOUT_CALLABLE = "pentad.roles.access.adapters.locked_out"
AXES_DISABLE_ACCESS_LOG = True  # sign-ins are audit lines
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
SILENCED_SYSTEM_CHECKS = ["axes.W006"]

# ── Mail ────────────────────────────────────────────────────────────────────────────────────────

_smtp = urlsplit(os.environ.get("PENTAD_SMTP", ""))
MAIL = bool(_smtp.hostname)
"""Whether mail can be sent."""
EMAIL_HOST = _smtp.hostname or ""
EMAIL_PORT = _smtp.port or {"smtps": 465, "smtp": 587}.get(_smtp.scheme, 25)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_smtp.username or ""), unquote(_smtp.password or "")
EMAIL_USE_SSL = _smtp.scheme == "smtps"
EMAIL_USE_TLS = _smtp.scheme == "smtp" and bool(EMAIL_HOST_PASSWORD)  # a password never travels in the clear
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = os.environ.get("PENTAD_MAIL_FROM", "pentad@localhost")

# ── Cookies, headers, limits ────────────────────────────────────────────────────────────────────

SESSION_COOKIE_NAME = "pentad_session"
CSRF_COOKIE_NAME = "pentad_csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_FAILURE_VIEW = "pentad.config.errors.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 12_000  # the rules of the largest segment: 300 conditions of up to 40 fields
FILE_UPLOAD_TEMP_DIR = None
FILE_UPLOAD_HANDLERS = [
    "pentad.config.uploads.Bounded",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

LOGGING_CONFIG = None  # core.logs, set up by config.bootstrap
METRICS_OPEN = os.environ.get("PENTAD_METRICS") == "open"
PROXIES = int(os.environ.get("PENTAD_PROXIES", "0"))
LEDGER = os.environ.get("PENTAD_LEDGER", "")
ASK_SECONDS = float(os.environ.get("PENTAD_ASK_SECONDS", "20"))
ADDRESS = os.environ.get("PENTAD_ADDRESS", "http://localhost:8000")
"""What links in messages begin with, until somebody sets it."""
