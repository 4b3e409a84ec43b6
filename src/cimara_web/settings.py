"""Django's settings, all of them from `environment.py`: nothing is configured in a file."""

from __future__ import annotations

import os
from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from cimara_web.accounts import sign_in_settings
from cimara_web.environment import read_environment
from cimara_web.logs import configuration

ENVIRONMENT = read_environment(os.environ)
PACKAGE = Path(__file__).parent

SECRET_KEY = ENVIRONMENT.secret_key
DEBUG = ENVIRONMENT.debug
ALLOWED_HOSTS = list(ENVIRONMENT.hosts)
DATABASES = {"default": ENVIRONMENT.database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    *sign_in_settings.APPS,
    "csp",
    "cimara_web",
    "cimara_web.audit",
    "cimara_web.accounts",
    "cimara_web.members",
    "cimara_web.studies",
    "cimara_web.api",
    "cimara_web.finder",
    "cimara_web.outbox",
    "cimara_web.alerts",
]
AUTH_USER_MODEL = "accounts.Account"
MIDDLEWARE = [
    "cimara_web.middleware.RequestLog",
    "csp.middleware.CSPMiddleware",
    "cimara_web.middleware.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "cimara_web.middleware.NothingKept",
    *sign_in_settings.MIDDLEWARE,
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
]
ROOT_URLCONF = "cimara_web.urls"
WSGI_APPLICATION = "cimara_web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [PACKAGE / "templates"],
        "OPTIONS": {
            "environment": "cimara_web.templating.environment",
            "context_processors": [
                "cimara_web.context.registry",
                "cimara_web.context.visitor",
                "cimara_web.accounts.context.sign_in",
            ],
        },
    }
]

# Languages: English at /, Spanish at /es/ (urls.py).
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("es", _("Spanish"))]
LOCALE_PATHS = [PACKAGE / "locale"]

# Static files: collected by `serve` into the var folder, hashed names, compressed once.
STATIC_URL = "/static/"
STATIC_ROOT = ENVIRONMENT.var / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Headers. What Django has no setting for is in middleware.SecurityHeaders.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}
ONE_YEAR = 365 * 24 * 3600
SECURE_HSTS_SECONDS = ONE_YEAR
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = ENVIRONMENT.behind_proxy
SECURE_REDIRECT_EXEMPT = [r"^health/"]  # asked over plain HTTP from the same machine
if ENVIRONMENT.behind_proxy:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = [
    "security.W021",  # HSTS preload binds a whole domain in browsers' own lists: the operator's choice
]

# Cookies: `__Host-` binds them to this host, this path, and HTTPS (or loopback).
COOKIE_PREFIX = "" if ENVIRONMENT.insecure_cookies else "__Host-"
FINDER_COOKIE_NAME = f"{COOKIE_PREFIX}finder"
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}session"
SESSION_COOKIE_SECURE = not ENVIRONMENT.insecure_cookies
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrf"
CSRF_COOKIE_SECURE = not ENVIRONMENT.insecure_cookies
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "cimara_web.errors.forbidden"

# Limits of sign-in and used codes hold over all processes (portal.md F10): in the database, and never thrown
# out to make room before they end. The API counts requests of an address in this process alone.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cimara_cache",
        "OPTIONS": {"MAX_ENTRIES": 1_000_000},
    },
    "limits": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "limits"},
}
NINJA_NUM_PROXIES = 1 if ENVIRONMENT.behind_proxy else 0

# A form of ours has a few short fields.
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 100

# Mails go to files in the var folder until a mail server is named.
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend" if ENVIRONMENT.smtp else "cimara_web.outbox.files.MailFiles"
)
EMAIL_FILE_PATH = ENVIRONMENT.var / "mail"
EMAIL_TIMEOUT = 20
globals().update(ENVIRONMENT.smtp)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENVIRONMENT.mail_from
ADDRESS = ENVIRONMENT.address

LOGGING = configuration()

SITE_NAME = ENVIRONMENT.site_name
SNAPSHOT = ENVIRONMENT.snapshot
DEMONSTRATION = False  # set when the server starts (wsgi.py), from what the database holds
STUDIES = ENVIRONMENT.var  # the demonstration study is made there by `cimara web demo`
STUDY_STORE = ENVIRONMENT.study_store
SCAN_COMMAND = ENVIRONMENT.scan_command
FEDERATION_JOBS = ENVIRONMENT.federation_jobs
LOGIN_URL = "account_login"
globals().update(sign_in_settings.taken(ENVIRONMENT))
