"""One settings file; everything that differs between installations comes from the environment."""

import contextlib
import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlparse

import structlog
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from core.logs import (
    kind_and_place,
    without_address_secrets,
    without_classed_values,
    without_exception_text,
)
from core.roles import Role

BASE_DIR = Path(__file__).resolve().parent.parent


def flag(name: str, default: bool = False) -> bool:
    return os.environ.get(name, "1" if default else "0").lower() in {"1", "true", "yes", "on"}


def words(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


DATA_DIR = Path(os.environ.get("DATA_DIR", BASE_DIR / "var")).resolve()
DEBUG = flag("DEBUG")
# Loopback installations (demo, tests, a developer's machine) may run on a key made for this folder;
# anything that names its hosts must bring its own.
ALLOWED_HOSTS = words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
LOOPBACK_ONLY = set(ALLOWED_HOSTS) <= {"localhost", "127.0.0.1", "[::1]", "testserver"}
CSRF_TRUSTED_ORIGINS = words("CSRF_TRUSTED_ORIGINS")


def secret_key() -> str:
    """SECRET_KEY of the environment, else one kept under DATA_DIR (loopback installations only)."""
    if key := os.environ.get("SECRET_KEY"):
        return key
    if not LOOPBACK_ONLY:
        raise ImproperlyConfigured("Set SECRET_KEY: this installation serves other hosts than loopback.")
    import secrets

    DATA_DIR.mkdir(parents=True, exist_ok=True)
    path = DATA_DIR / "secret_key"
    if not path.exists():
        # Written apart and then linked, so that a process that starts at the same moment reads all of one key.
        draft = DATA_DIR / f"secret_key.{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50))
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text()


SECRET_KEY = secret_key()
# What was sealed with an earlier key (keys of authenticator apps) stays readable after a change of SECRET_KEY.
SECRET_KEY_FALLBACKS = words("EARLIER_KEYS")
VS_TRAINING_DATA = flag("VS_TRAINING_DATA")

INSTALLED_APPS = [
    "virtualschool",
    "reports",
    "retention",
    "rights",
    "incentives",
    "pledge",
    "peps",
    "attendance",
    "attainment",
    "provision",
    "pupils",
    "schools",
    "core",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "crispy_forms",
    "crispy_forms_gds",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "django_tables2",
    "health_check",
    "pgtrigger",
    "pghistory",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.edges.EdgeHeadersMiddleware",
    # Above what makes answers of its own, so that these have the header too.
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "core.middleware.TimeoutMiddleware",
    "core.middleware.SignInMiddleware",
    "core.middleware.SecondStepMiddleware",
    "core.middleware.KeptFormMiddleware",
    "core.middleware.MethodPageMiddleware",
    "core.middleware.ActorMiddleware",
    "core.middleware.RefusalAuditMiddleware",
    "core.moved.MovedMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

if flag("TRUST_PROXY"):
    MIDDLEWARE.insert(0, "virtualschool.proxy.ClientAddressMiddleware")

ROOT_URLCONF = "virtualschool.urls"
WSGI_APPLICATION = "virtualschool.wsgi.application"
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
                "core.context.site",
            ],
        },
    }
]


def database() -> dict[str, Any]:
    """DATABASE_URL names a PostgreSQL server; without it the embedded one under DATA_DIR is used."""
    url = os.environ.get("DATABASE_URL")
    if not url:
        return {
            "ENGINE": "core.db.embedded",
            "NAME": "virtualschool",
            "DATA_DIR": str(DATA_DIR),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
        }
    parts = urlparse(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured("DATABASE_URL must begin with postgresql://")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        # ?host=/run/postgresql names a socket's folder, as libpq has it.
        "HOST": unquote(parts.hostname or parse_qs(parts.query).get("host", [""])[0]),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


DATABASES = {"default": database()}
if "VS_TEST_TEMPLATE" in os.environ:
    # Databases of a test run are copies of one that was migrated, which takes a second where migrating takes a minute.
    DATABASES["default"]["TEST"] = {"TEMPLATE": os.environ["VS_TEST_TEMPLATE"]}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEST_RUNNER = "django.test.runner.DiscoverRunner"

# Accounts
AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = ["core.accounts.AccountBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_ADAPTER = "core.accounts.ClosedAccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
# The sign-in package tells a person by mail when password or second step change.
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_RATE_LIMITS = {"login_failed": "10/5m/ip,5/5m/key"}
MFA_ADAPTER = "core.second_step.SecondStepAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# Browsers take http for safe on this machine alone.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = LOOPBACK_ONLY
MFA_TOTP_ISSUER = "Virtual School"


def roles_named(names: list[str]) -> frozenset[str]:
    """Roles by their stored names; ["all"] is every role, ["none"] no role."""
    named = set(names)
    if named <= {"none"}:
        return frozenset()
    if named == {"all"}:
        return frozenset(role.value for role in Role)
    if unknown := named - {role.value for role in Role}:
        raise ImproperlyConfigured(f"MFA_REQUIRED_ROLES: there is no role {', '.join(sorted(unknown))}.")
    return frozenset(named)


# Whose password alone opens nothing. Off where only this machine asks, and for invented children.
MFA_REQUIRED_ROLES = roles_named(
    words("MFA_REQUIRED_ROLES", "none" if LOOPBACK_ONLY or VS_TRAINING_DATA else "all"),
)
ACCOUNT_FORMS = {
    "login": "core.account_forms.LoginForm",
    "change_password": "core.account_forms.ChangePasswordForm",
    "set_password": "core.account_forms.SetPasswordForm",
    "reset_password": "core.account_forms.ResetPasswordForm",
    "reset_password_from_key": "core.account_forms.ResetPasswordKeyForm",
    "reauthenticate": "core.account_forms.ReauthenticateForm",
}
MFA_FORMS = {
    "authenticate": "core.account_forms.AuthenticateForm",
    "reauthenticate": "core.account_forms.MfaReauthenticateForm",
    "activate_totp": "core.account_forms.ActivateForm",
    "add_webauthn": "core.account_forms.AddPasskeyForm",
    "edit_webauthn": "core.account_forms.RenamePasskeyForm",
    "authenticate_webauthn": "core.account_forms.UsePasskeyForm",
    "reauthenticate_webauthn": "core.account_forms.ConfirmByPasskeyForm",
    "login_webauthn": "core.account_forms.SignInByPasskeyForm",
}
# Single sign-on by OpenID Connect; without a server's address there is none.
OIDC_NAME = os.environ.get("OIDC_NAME", "") or "your council account"
OIDC_SERVER_URL = os.environ.get("OIDC_SERVER_URL", "")
# Domains whose addresses the provider gives out itself: taken as verified also where it does not say so (Entra ID).
OIDC_EMAIL_DOMAINS = frozenset(domain.lower() for domain in words("OIDC_EMAIL_DOMAINS"))
# On when the provider asks everybody for a second step itself.
OIDC_IS_SECOND_STEP = flag("OIDC_IS_SECOND_STEP")
# Email domains whose people sign in by single sign-on only
PASSWORD_OFF_DOMAINS = frozenset(domain.lower() for domain in words("PASSWORD_OFF_DOMAINS"))
SOCIALACCOUNT_ADAPTER = "core.single_sign_on.SingleSignOnAdapter"
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_STORE_TOKENS = False


def openid_providers(server_url: str, name: str, client_id: str, secret: str) -> dict[str, Any]:
    """The one provider as the sign-in package wants it."""
    app = {
        "provider_id": "council",
        "name": name,
        "client_id": client_id,
        "secret": secret,
        "settings": {"server_url": server_url.rstrip("/")},
    }
    return {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app] if server_url else []}}


SOCIALACCOUNT_PROVIDERS = openid_providers(
    OIDC_SERVER_URL, OIDC_NAME, os.environ.get("OIDC_CLIENT_ID", ""), os.environ.get("OIDC_CLIENT_SECRET", "")
)
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [{"NAME": "core.passwords.PasswordValidator"}]
# For how many days the link works by which a person gets into a new account
INVITATION_DAYS = int(os.environ.get("INVITATION_DAYS", "7"))
IDLE_TIMEOUT_SECONDS = int(os.environ.get("IDLE_TIMEOUT_SECONDS", "1200"))
SESSION_LIMIT_SECONDS = int(os.environ.get("SESSION_LIMIT_SECONDS", "36000"))
SESSION_COOKIE_AGE = SESSION_LIMIT_SECONDS
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# Browser protection
HTTPS_ONLY = flag("HTTPS_ONLY", default=not LOOPBACK_ONLY)
SECURE_SSL_REDIRECT = HTTPS_ONLY
SECURE_REDIRECT_EXEMPT = [r"^health/$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if flag("TRUST_PROXY") else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS_ONLY else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS_ONLY
SECURE_HSTS_PRELOAD = HTTPS_ONLY
SESSION_COOKIE_SECURE = HTTPS_ONLY
CSRF_COOKIE_SECURE = HTTPS_ONLY
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"


def form_targets(server_url: str) -> list[str]:
    """Where forms may lead: browsers hold the redirect that answers the button of single sign-on to it too."""
    parts = urlparse(server_url)
    return [SELF, *([f"{parts.scheme}://{parts.netloc}"] if server_url else [])]


CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        # Neither inline script nor inline style: both come from files of ours only.
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # the square code of an authenticator app
        "connect-src": [SELF],
        "font-src": [SELF],
        "frame-src": [NONE],
        "media-src": [NONE],
        "worker-src": [NONE],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": form_targets(OIDC_SERVER_URL),
        **({"upgrade-insecure-requests": True} if HTTPS_ONLY else {}),
    }
}
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: []
    for name in (
        "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen", "geolocation",
        "gyroscope", "magnetometer", "microphone", "midi", "payment", "usb",
    )
}  # fmt: skip
# Whom to tell of a weakness (RFC 9116), and until when that holds.
SECURITY_CONTACTS = words("SECURITY_CONTACT")
SECURITY_POLICY_URL = os.environ.get("SECURITY_POLICY_URL", "")
SECURITY_TXT_EXPIRES = os.environ.get("SECURITY_TXT_EXPIRES", "")
# How many each person may make in how many seconds (core/limits.py): "60/300" is sixty in five minutes.
PERSON_LIMITS: dict[str, tuple[int, int]] = {
    what: (int(allowed), int(seconds))
    for what, (allowed, seconds) in {
        "searches": os.environ.get("LIMIT_SEARCHES", "60/300").split("/"),
        "exports": os.environ.get("LIMIT_EXPORTS", "30/3600").split("/"),
        "wrong_links": os.environ.get("LIMIT_WRONG_LINKS", "20/300").split("/"),
        "link_saves": os.environ.get("LIMIT_LINK_SAVES", "300/300").split("/"),
    }.items()
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
FEED_MAX_UPLOAD_BYTES = 200 * 1024 * 1024

# Files
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORED_FILES_DIR = DATA_DIR / "files"
DOCUMENTS_DIR = DATA_DIR / "documents"
# The seals of the audit trail outside the database (docs/adr/0008).
AUDIT_DIR = DATA_DIR / "audit"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or flag("PLAIN_STATIC")
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
MEDIA_ROOT = DATA_DIR / "files"
FILE_UPLOAD_TEMP_DIR = None

# Language and time
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_I18N = True
USE_TZ = True
DATE_FORMAT = "D j M Y"

# Look
CRISPY_ALLOWED_TEMPLATE_PACKS = ["gds"]
CRISPY_TEMPLATE_PACK = "gds"
CRISPY_GDS_FRONTEND_VERSION = "6.6.0"
DJANGO_TABLES2_TEMPLATE = "tables/govuk.html"
COUNCIL_NAME = os.environ.get("VS_COUNCIL_NAME", "Westmarch County Council")
HOME_LA = os.environ.get("VS_HOME_LA", "990")
# For how many hours a record that was opened in an emergency stays open (pupils/emergencies).
VS_EMERGENCY_HOURS = int(os.environ.get("VS_EMERGENCY_HOURS", "4"))
if not 1 <= VS_EMERGENCY_HOURS <= 72:
    raise ImproperlyConfigured("VS_EMERGENCY_HOURS must be 1 to 72.")
# What an authority decides for itself in NI 99, 100 and 101 (docs/indicators.md); the defaults are the cautious ones.
INDICATOR_CHOICES = {
    "ceased_on_snapshot_counts": flag("VS_CEASED_ON_SNAPSHOT_COUNTS"),
    "recorded_year_wins": flag("VS_RECORDED_YEAR_WINS", default=True),
    "teacher_assessment_counts": flag("VS_TEACHER_ASSESSMENT_COUNTS"),
}

# Queue
REDIS_URL = os.environ.get("REDIS_URL", "")
CELERY_BROKER_URL = REDIS_URL or "memory://"
CELERY_TASK_ALWAYS_EAGER = flag("CELERY_TASK_ALWAYS_EAGER", default=not REDIS_URL)
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 50
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 2 * 60 * 60}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE = {
    # Every job is idempotent by its date, so that two beats or a missed day do no harm.
    "indicators-nightly": {"task": "attainment.compute_indicators", "schedule": crontab(hour=3, minute=15)},
    "departed-nightly": {"task": "core.close_departed", "schedule": crontab(hour=0, minute=10)},
    "sessions-nightly": {"task": "core.clear_sessions", "schedule": crontab(hour=1, minute=45)},
    "effective-registers-nightly": {
        "task": "attendance.rebuild_recent",
        "schedule": crontab(hour=2, minute=30),
    },
    "peps-nightly": {"task": "peps.open_due", "schedule": crontab(hour=2, minute=0)},
    "peps-reminders": {"task": "peps.send_reminders", "schedule": crontab(hour="6-9", minute=30)},
    "peps-lock-nightly": {"task": "peps.lock_due", "schedule": crontab(hour=2, minute=10)},
    "peps-prints-hourly": {"task": "peps.clear_prints", "schedule": crontab(minute=50)},
    "audit-seal": {"task": "core.seal_audit", "schedule": crontab(minute=20)},
    "audit-verify": {"task": "core.verify_audit", "schedule": crontab(hour=5, minute=0)},
    "retention-nightly": {"task": "retention.open_due", "schedule": crontab(hour=3, minute=45)},
    "termly-report": {"task": "reports.draft_termly_report", "schedule": crontab(hour=4, minute=0)},
}
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# The access log keeps where a person came from; the process's log does not (core/classification.py).
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False

# How the grades of a PEP's criteria make one: any_red, more_than_one_red or most_red (peps/rules/quality.py)
PEP_OVERALL_RULE = os.environ.get("PEP_OVERALL_RULE", "any_red")

# The virus scanner of uploads: a socket's path or "host:port"; empty for none (core/scanning.py)
CLAMD = os.environ.get("CLAMD_SOCKET") or os.environ.get("CLAMD_HOST", "")

# Change history
PGHISTORY_DEFAULT_TRACKERS = ()

# Mail, logs
EMAIL_HOST = os.environ.get("EMAIL_HOST", "")
# Without a mail server a mail is shown on the terminal of who runs the demo; elsewhere that would be a log, where the
# links that set a password must not stand.
EMAIL_BACKEND = "django.core.mail.backends." + (
    "smtp.EmailBackend" if EMAIL_HOST else "console.EmailBackend" if LOOPBACK_ONLY else "dummy.EmailBackend"
)
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "587"))
EMAIL_TIMEOUT = 10
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = flag("EMAIL_USE_TLS", default=True)
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "virtual-school@localhost")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": [
                structlog.stdlib.add_logger_name,
                structlog.stdlib.add_log_level,
                structlog.processors.TimeStamper(fmt="iso"),
            ],
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                # The text of an exception may quote a name or a UPN; its kind and place do not.
                without_exception_text,
                without_address_secrets,
                without_classed_values,
                structlog.processors.JSONRenderer(),
            ],
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("LOG_LEVEL", "WARNING")},
    "loggers": {
        "django_structlog": {"level": os.environ.get("LOG_LEVEL", "WARNING")},
        "django.template": {"level": "ERROR"},  # below that it writes whole contexts, children's names with them
        "fontTools": {"level": "ERROR"},
        "weasyprint": {"level": "ERROR"},
    },
}
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)

if dsn := os.environ.get("SENTRY_DSN"):
    import sentry_sdk

    sentry_sdk.init(
        dsn=dsn,
        send_default_pii=False,
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        before_send=kind_and_place,  # type: ignore[arg-type, unused-ignore]
        traces_sample_rate=0,
    )
