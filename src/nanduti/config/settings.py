"""Django settings. What differs between installations comes from the environment; see :mod:`.environment`."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from csp.constants import NONCE, NONE, SELF

from . import environment

PACKAGE = Path(__file__).resolve().parents[1]
HOME = environment.home()

SECRET_KEY = environment.secret("NANDUTI_SECRET_KEY", "secret.key")
# Several keys separated by commas: the first encrypts, all decrypt, so that keys can be changed.
VAULT_KEYS = environment.secret("NANDUTI_VAULT_KEYS", "vault.key").split(",")
DEBUG = os.environ.get("NANDUTI_DEBUG") == "1"
ALLOWED_HOSTS = os.environ.get("NANDUTI_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("NANDUTI_ORIGINS", "").split(",") if o]
BEHIND_TLS = os.environ.get("NANDUTI_TLS") == "1"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "axes",
    # Rooms stand before allauth so that our templates win.
    "nanduti.foundation",
    "nanduti.interface",
    "nanduti.vault",
    "nanduti.register",
    "nanduti.programme",
    "nanduti.surveys",
    "nanduti.indicators",
    "nanduti.networks",
    "nanduti.diagnostics",
    "nanduti.plans",
    "nanduti.twinning",
    "nanduti.results",
    "nanduti.release",
    "nanduti.home",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "nanduti.foundation.middleware.LanguageOfUser",
    "nanduti.interface.sessions.SessionLimits",
    "nanduti.foundation.middleware.UserOfToken",
    "nanduti.foundation.middleware.SecondFactorWhereRequired",
    "nanduti.foundation.middleware.WithinScope",
    "nanduti.interface.middleware.ErrorsAsPages",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "nanduti.config.urls"
WSGI_APPLICATION = "nanduti.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "nanduti.interface.context.frame",
            ],
        },
    }
]

DATABASES = {
    "default": environment.database("DATABASE_URL", "nanduti.sqlite3"),
    "vault": environment.database("VAULT_DATABASE_URL", "vault.sqlite3"),
}
# Files, so that the processes of one machine count together; holds nothing but counters of attempts.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": HOME / "cache"}
}
DATABASE_ROUTERS = ["nanduti.vault.router.VaultRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
IS_EMBEDDED = DATABASES["default"]["ENGINE"].endswith("sqlite3")
# Background work runs in the web process on the embedded database, in `nanduti worker` otherwise.
WORK_IN_PROCESS = os.environ.get("NANDUTI_WORK_IN_PROCESS", "1" if IS_EMBEDDED else "0") == "1"

AUTH_USER_MODEL = "foundation.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "nanduti.foundation.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
# django-axes counts wrong passwords in the database. What is limited here is wrong codes of a second factor
# (allauth knows both by one name; see AccountAdapter.pre_authenticate), counted in the cache.
ACCOUNT_RATE_LIMITS = {"login_failed": "5/5m/key", "login": None}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Nanduti"
# Clocks of telephones differ, and a code may change while it is typed: the neighbouring codes count (RFC 6238, 5.2).
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "nanduti.foundation.second_factor.SignInForm",
    "reauthenticate": "nanduti.foundation.second_factor.ConfirmForm",
}
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not BEHIND_TLS

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_FORM_FIELD = "login"
AXES_USERNAME_CALLABLE = "nanduti.foundation.accounts.name_tried"
AXES_LOCKOUT_CALLABLE = "nanduti.foundation.accounts.locked_out"
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True

# Browsers know cookies by host, not by port: two installations on one machine would sign each other out.
_OURS = hashlib.sha256(b"cookies " + SECRET_KEY.encode()).hexdigest()[:8]
SESSION_COOKIE_NAME = f"session_{_OURS}"
CSRF_COOKIE_NAME = f"csrf_{_OURS}"
LANGUAGE_COOKIE_NAME = f"language_{_OURS}"
# A session ends after a day's work, and earlier when nothing happens; see interface.sessions.
SESSION_COOKIE_AGE = 12 * 3600
SESSION_IDLE_SECONDS = 2 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_HTTPONLY = False
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "nanduti.interface.error_pages.forged"
if BEHIND_TLS:
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        # Charts and maps set styles of single elements from scripts; no <style> block comes from outside.
        "style-src": [SELF],
        "style-src-attr": ["'unsafe-inline'"],
        "img-src": [SELF, "data:", "blob:"],
        "worker-src": [SELF, "blob:"],
        "connect-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
    }
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [PACKAGE / "methods" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = os.environ.get("NANDUTI_TIME_ZONE", "UTC")
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "static/"
STATIC_ROOT = HOME / "static"
STATIC_ROOT.mkdir(exist_ok=True)  # whitenoise warns on every start where it is missing
STATICFILES_DIRS = [PACKAGE / "static"] if (PACKAGE / "static").is_dir() else []
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 60 if DEBUG else 3600
# Vite puts a digest into each file name, so such a file never changes.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^.+[.-][0-9a-zA-Z_-]{8,12}\..+$"
MEDIA_ROOT = HOME / "files"
# What people handed in is read through Nanduti, never by other users of the machine.
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o750
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_242_880
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
MAX_IMPORT_BYTES = 64 * 1_048_576

# What the records say may be kept in memory until anybody does anything; see foundation.kept.
KEEP_ANSWERS = True

MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"
SILENCED_SYSTEM_CHECKS = []
DEFAULT_EXCEPTION_REPORTER_FILTER = "nanduti.foundation.logs.QuietReporter"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"quiet": {"()": "nanduti.foundation.logs.NoValues"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["quiet"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "nanduti": {"level": "INFO"},
        "axes": {"level": "ERROR"},
        "django.request": {"level": "ERROR"},
    },
}
