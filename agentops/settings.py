"""Every setting in one flat file; the environment decides, and each value that cannot be meant ends the process with
one clear line.

Without any variable this is the embedded default: SQLite, in-process broker and channel layer, offline planner.
"""

import os
import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

from agentops.startup import refuse_to_start

BASE_DIR = Path(__file__).resolve().parent.parent
faults: list[str] = []


def env_text(name: str, default: str = "") -> str:
    """Read a variable, or the file named by NAME_FILE, so that secrets need not stand in the environment."""
    path = os.environ.get(f"{name}_FILE")
    if not path:
        return os.environ.get(name, default)
    try:
        return Path(path).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        faults.append(f"{name}_FILE is {path!r}, which cannot be read ({type(error).__name__}); name a text file")
        return default


def env_bool(name: str, default: bool) -> bool:
    """Read yes or no; anything else is a fault rather than a guess."""
    value = env_text(name, "yes" if default else "no").lower()
    if value not in {"yes", "no", "true", "false", "1", "0"}:
        faults.append(f"{name} is {value!r}; write yes or no")
    return value in {"yes", "true", "1"}


def env_int(name: str, default: int) -> int:
    """Read a whole number."""
    value = env_text(name, str(default))
    try:
        return int(value)
    except ValueError:
        faults.append(f"{name} is {value!r}; write a whole number, for example {default}")
        return default


def env_choice(name: str, default: str, choices: tuple[str, ...]) -> str:
    """Read one of a few words."""
    value = env_text(name, default)
    if value not in choices:
        faults.append(f"{name} is {value!r}; write one of {', '.join(choices)}")
    return value


def read_database(url: str) -> dict[str, object]:
    """Turn sqlite:///PATH or postgresql://USER:PASSWORD@HOST:PORT/NAME into Django's form."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "agentops.sqlite",
            "NAME": parts.path[1:] if parts.path.startswith("//") else str(BASE_DIR / parts.path.lstrip("/")),
            "TEST": {"NAME": str(BASE_DIR / "var" / f"test-{os.getpid()}.sqlite3")},
            "OPTIONS": {
                # IMMEDIATE: a deferred transaction that reads and then writes fails at once with "database is locked".
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                # FULL: the row that says "about to act" must survive a power cut.
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;"
                "PRAGMA temp_store=MEMORY;PRAGMA cache_size=-20000",
            },
        }
    if parts.scheme in {"postgres", "postgresql"}:
        return {
            "ENGINE": "agentops.postgresql",
            "NAME": parts.path.lstrip("/"),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 0,
            "OPTIONS": {
                # Only what the hot path names is prepared, and planned once (agentops/postgresql, docs/decisions/0006).
                "prepare_threshold": 1_000_000,
                # Connections follow commits: a few serve hundreds of runs, which queue when all begin at once.
                "pool": {"min_size": 1, "max_size": env_int("HANDRAIL_DATABASE_POOL", 12), "timeout": 30},
                "options": "-c statement_timeout=10s -c lock_timeout=5s -c idle_in_transaction_session_timeout=30s "
                "-c plan_cache_mode=force_generic_plan",
            },
        }
    faults.append(f"HANDRAIL_DATABASE starts with {parts.scheme!r}; write sqlite:///… or postgresql://…")
    return {}


# --- what this process is
PRODUCTION = env_bool("HANDRAIL_PRODUCTION", False)
DEBUG = env_bool("HANDRAIL_DEBUG", False)
SECRET_KEY = env_text("HANDRAIL_SECRET_KEY")
if PRODUCTION and DEBUG:
    faults.append("HANDRAIL_DEBUG is on in production, where an error page would show the code; write no")
if PRODUCTION and (len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 10 or SECRET_KEY.startswith("django-insecure-")):
    faults.append(
        "HANDRAIL_SECRET_KEY is missing, short or a default; set at least 50 random characters, for example the output "
        "of: openssl rand -base64 48"
    )
if not SECRET_KEY and not PRODUCTION:
    key_file = BASE_DIR / "var" / "secret-key"
    key_file.parent.mkdir(exist_ok=True)
    if not key_file.exists():
        key_file.touch(mode=0o600)
        key_file.write_text(secrets.token_urlsafe(64))
    SECRET_KEY = key_file.read_text()
ALLOWED_HOSTS = [
    h for h in env_text("HANDRAIL_HOSTS", "" if PRODUCTION else "localhost,127.0.0.1,[::1]").split(",") if h
]
if PRODUCTION and (not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS):
    faults.append("HANDRAIL_HOSTS is missing or holds *; name the hosts, for example desk.clinic.example")

# What seals the record of decisions. SECRET_KEY stays in the ring, since it is what seals where no other key is named.
AUDIT_KEYS = [
    key
    for key in (env_text("HANDRAIL_AUDIT_KEY"), SECRET_KEY, *env_text("HANDRAIL_AUDIT_OLD_KEYS").split(","))
    if key.strip()
]
if env_text("HANDRAIL_AUDIT_KEY") and len(AUDIT_KEYS[0]) < 32:
    faults.append("HANDRAIL_AUDIT_KEY is short; set at least 32 random characters, or leave it out")

# --- database, broker, live hints
DATABASES = {"default": read_database(env_text("HANDRAIL_DATABASE", "sqlite:///var/handrail.sqlite3"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env_text("HANDRAIL_REDIS")
if PRODUCTION and not REDIS_URL:
    faults.append(
        "HANDRAIL_REDIS is missing; several processes need a shared broker, for example redis://127.0.0.1:6379"
    )
CELERY_BROKER_URL = f"{REDIS_URL}/0" if REDIS_URL else "memory://"
CHANNEL_LAYERS: dict[str, dict[str, object]] = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [f"{REDIS_URL}/1"], "symmetric_encryption_keys": [SECRET_KEY]},
    }
    if REDIS_URL
    else {"BACKEND": "agentops.local_layer.LocalChannelLayer"}
}

# --- the machine
MODEL_PROVIDER = env_choice("HANDRAIL_MODEL", "offline", ("offline", "anthropic"))
ANTHROPIC_API_KEY = env_text("ANTHROPIC_API_KEY")
ANTHROPIC_BASE_URL = env_text("ANTHROPIC_BASE_URL")
if MODEL_PROVIDER == "anthropic" and not ANTHROPIC_API_KEY:
    faults.append("HANDRAIL_MODEL=anthropic needs ANTHROPIC_API_KEY; without a key use HANDRAIL_MODEL=offline")
if ANTHROPIC_BASE_URL and not ANTHROPIC_BASE_URL.startswith(("http://", "https://")):
    faults.append(f"ANTHROPIC_BASE_URL is {ANTHROPIC_BASE_URL!r}; write http://… or https://…")
MODEL_TIMEOUT_SECONDS = env_int("HANDRAIL_MODEL_TIMEOUT_SECONDS", 60)
LEASE_SECONDS = env_int("HANDRAIL_LEASE_SECONDS", 30)
SWEEP_SECONDS = env_int("HANDRAIL_SWEEP_SECONDS", 5)
WORKER_THREADS = env_int("HANDRAIL_WORKER_THREADS", 16)
# The probe: a lost doorbell explains a wait of two sweeps, a dead sweeper or no worker what is longer.
READY_SWEEP_SECONDS = env_int("HANDRAIL_READY_SWEEP_SECONDS", 15)
READY_RUN_SECONDS = env_int("HANDRAIL_READY_RUN_SECONDS", 15)
REQUEST_MAX_CHARS = 8_000

# --- who looks after it: the rules of alerts, in every web process (0: in none; then `manage.py check_alerts` does)
WATCH = "supervision.watch.start_watch"  # by name: the machine does not know its supervisors
WATCH_SECONDS = env_int("HANDRAIL_WATCH_SECONDS", 60)
PUBLIC_URL = env_text("HANDRAIL_URL").rstrip("/")  # what links in a message begin with
EMAIL_HOST = env_text("HANDRAIL_SMTP_HOST")
EMAIL_PORT = env_int("HANDRAIL_SMTP_PORT", 587)
EMAIL_HOST_USER = env_text("HANDRAIL_SMTP_USER")
EMAIL_HOST_PASSWORD = env_text("HANDRAIL_SMTP_PASSWORD")
EMAIL_USE_TLS = env_bool("HANDRAIL_SMTP_TLS", True)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env_text("HANDRAIL_SMTP_FROM", "handrail@localhost")

# --- what the answers of a month suggest about a policy (shares are lower bounds of Wilson's 95 % interval)
# Of fewer answers than this even "always yes" proves little: 20 of 20 is at least 83 in 100.
POLICY_SUGGEST_LEAST = 20
# To ask less: when at most about one in seven could have been anything but an unchanged yes. 22 of 22 are enough,
# a single no takes 34 answers.
POLICY_RELAX_FROM = 0.85
# To ask more: when at least one in seven was turned down, changed or taken back; fewer is what asking is for.
POLICY_TIGHTEN_FROM = 0.15

# --- the clinic
CLINIC_TIME_ZONE = env_text("HANDRAIL_CLINIC_TIME_ZONE", "Europe/London")
TIME_ZONE = CLINIC_TIME_ZONE
USE_TZ = True
USE_I18N = True
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English"), ("es", "Español")]
CLINIC_LANGUAGE = env_text("HANDRAIL_CLINIC_LANGUAGE", LANGUAGE_CODE)
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = PRODUCTION
LANGUAGE_COOKIE_SAMESITE = "Lax"

# --- Django
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "channels",
    "agentops.apps.AgentopsConfig",
    "agentops.toolsets.clinic.apps.ClinicConfig",
    "supervision.apps.SupervisionConfig",
]
MIDDLEWARE = [
    "supervision.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "supervision.middleware.SecurityHeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "supervision.middleware.LanguageEndMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "agentops.urls"
ASGI_APPLICATION = "agentops.asgi.application"
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
                "supervision.context.desk",
            ],
            "builtins": ["supervision.templatetags.visible"],
        },
    }
]
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = not PRODUCTION

# --- people and their sessions
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # who waits is told how long, and it does not grow
AXES_LOCKOUT_CALLABLE = "supervision.views.login.pause"
AXES_VERBOSE = False
OTP_TOTP_ISSUER = "Handrail"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "queue"
LOGOUT_REDIRECT_URL = "login"
SESSION_COOKIE_NAME = "__Host-sessionid" if PRODUCTION else "sessionid"
SESSION_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 10 * 60 * 60
CSRF_COOKIE_NAME = "__Host-csrftoken" if PRODUCTION else "csrftoken"
CSRF_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "supervision.errors.csrf_failure"
CSRF_TRUSTED_ORIGINS = [o for o in env_text("HANDRAIL_TRUSTED_ORIGINS").split(",") if o]

# --- what leaves the server
SECURE_CSP = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
    "object-src": ["'none'"],
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = PRODUCTION and env_bool("HANDRAIL_HTTPS_REDIRECT", True)
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
if env_bool("HANDRAIL_BEHIND_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200

# --- logs: one JSON line per event on standard error, configured in agentops.logs
LOGGING_CONFIG = "agentops.logs.configure_logging"
LOGGING: dict[str, object] = {"version": 1}
LOG_LEVEL = env_choice("HANDRAIL_LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))

if faults:
    refuse_to_start(faults)
