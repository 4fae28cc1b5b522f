"""One settings file from the environment: unset, everything is embedded; set, PostgreSQL and Redis serve."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from metrology import env, logs, oidc

BASE_DIR = Path(__file__).resolve().parent.parent
read = env.Environment()

# --- What kind of installation this is ------------------------------------------------------------
database = read.url("DATABASE_URL", ("postgresql", "postgres"))
redis = read.url("REDIS_URL", ("redis", "rediss", "unix"))
HOST = read.text("HOST", "127.0.0.1")
PORT = read.number("PORT", 8000, least=1, most=65535)
PUBLIC_URL = read.text("PUBLIC_URL", f"http://localhost:{PORT}").rstrip("/")
public = read.url("PUBLIC_URL", ("https", "http"), PUBLIC_URL)
PUBLIC_HOST = (public and public.hostname) or "localhost"
DEMO = read.flag("DEMO", default=database is None and env.is_loopback(HOST) and env.is_loopback(PUBLIC_HOST))
DEMO_ACCOUNTS = ("city", "ningyang", "manager", "counter", "tester", "checker", "approver", "enterprise")
DEMO_SCALE = read.text("DEMO_SCALE", "full")  # or "small", as the suites take it
DEBUG = read.flag("DEBUG", default=False)
PRODUCTION = database is not None or not (env.is_loopback(HOST) and env.is_loopback(PUBLIC_HOST))

WEB_WORKERS = read.number("WEB_WORKERS", 2, least=1, most=64)
WORKER_CONCURRENCY = read.number("WORKER_CONCURRENCY", 2, least=1, most=64)

# --- Where the data lies --------------------------------------------------------------------------
DATA_DIR = Path(read.text("DATA_DIR", str(BASE_DIR / "var"))).resolve()
QUEUE_DIR = DATA_DIR / "queue"
CACHE_DIR = DATA_DIR / "cache"
MEDIA_ROOT = DATA_DIR / "files"
BACKUP_DIR = Path(read.text("BACKUP_DIR", str(DATA_DIR / "backups"))).resolve()
STATIC_ROOT = Path(read.text("STATIC_ROOT", str(DATA_DIR / "static"))).resolve()
STATIC_URL = "/static/"
env.make_folders(DATA_DIR, QUEUE_DIR, CACHE_DIR, MEDIA_ROOT, DATA_DIR / "static")

SECRET_KEY = read.text("SECRET_KEY")
if not SECRET_KEY and database is not None:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set: give 50 random characters in it, or in a file that SECRET_KEY_FILE names."
    )
SECRET_KEY = SECRET_KEY or env.kept_secret(DATA_DIR / "secret_key")
SECRET_KEY_FALLBACKS = read.words("SECRET_KEY_FALLBACKS")

DATABASES = {"default": env.postgresql(database) if database else env.sqlite(DATA_DIR / "db.sqlite3")}
DATABASE_OWNER_URL = read.text("DATABASE_OWNER_URL") if database else ""
DATABASE_APP_ROLE = read.text("DATABASE_APP_ROLE", "")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- What it is made of ---------------------------------------------------------------------------
ROOT_URLCONF = "metrology.urls"
WSGI_APPLICATION = "metrology.wsgi.application"
AUTH_USER_MODEL = "metrology.User"
KNOX_TOKEN_MODEL = "metrology.ApiToken"  # noqa: S105  the name of a model, not a secret
MIGRATION_MODULES = {"knox": None}  # its own token table is swapped out: never made
INSTALLED_APPS = [
    "metrology",
    "labs",
    "instruments",
    "certificates",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "knox",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "csp",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]
MIDDLEWARE = [
    "metrology.watch.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "metrology.middleware.PageCompressionMiddleware",
    "metrology.middleware.StorableCookiesMiddleware",
    "metrology.middleware.PrivateMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "metrology.middleware.ActorMiddleware",
    "metrology.accounts.middleware.SignInMiddleware",
    "metrology.middleware.RefusalMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "metrology.context.actor",
                "metrology.context.navigation",
                "metrology.context.demo",
                "metrology.context.single_sign_on",
            ]
        },
    }
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION

# --- Language and time ----------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "metrology" / "locale"]
FORMAT_MODULE_PATH = "metrology.formats"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# --- Who may come in ------------------------------------------------------------------------------
LOOPBACK_NAMES = ["localhost", "127.0.0.1", "[::1]"]
REVIEW_SAMPLING = read.flag("REVIEW_SAMPLING", False)
ALLOWED_HOSTS = [PUBLIC_HOST, *LOOPBACK_NAMES, *read.words("ALLOWED_HOSTS")]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
HTTPS = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_AGE = read.number("SESSION_HOURS", 12, least=1, most=720) * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_IDLE_MINUTES = read.number("SESSION_IDLE_MINUTES", 0, most=1440)
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4_000  # an order has up to 500 instruments with several fields each
TRUSTED_PROXIES = read.number("TRUSTED_PROXIES", 0, most=5)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    }
}
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "CommonPasswordValidator", "NumericPasswordValidator")
] + [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "metrology.passwords.NotOnesOwnName"},
    {"NAME": "metrology.passwords.NoRow"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "metrology.adapters.Adapter"
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_COOKIE_AGE = read.number("REMEMBER_DAYS", 14, least=1, most=90) * 86_400
if not read.flag("REMEMBER_ME", default=True):
    ACCOUNT_SESSION_REMEMBER = False
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
MFA_ADAPTER = "metrology.adapters.SecondStepAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Liangzhun"
MFA_TOTP_TOLERANCE = 1
MFA_ALLOW_UNVERIFIED_EMAIL = True
# Who must have two-step sign-in (metrology/accounts/policy.py): roles, and "approver" for whoever may.
REQUIRE_MFA_FOR = frozenset(
    read.words(
        "REQUIRE_MFA_FOR", "city_admin,county_admin,manager,operator,approver" if PRODUCTION else "none"
    )
) - {"none"}
REQUIRE_MFA_AFTER_DAYS = read.number("REQUIRE_MFA_AFTER_DAYS", 7, most=365)
# Single sign-on (metrology/oidc.py): adds a way in, never a right.
OIDC = oidc.configuration(read)
SOCIALACCOUNT_PROVIDERS = oidc.providers(OIDC)
SOCIALACCOUNT_ADAPTER = "metrology.adapters.SingleSignOnAdapter"
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 10
if OIDC:
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"].append(OIDC.origin)

# --- The API --------------------------------------------------------------------------------------
API_BODY_LIMIT = 2_000_000
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "metrology.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["metrology.parsing.StrictJSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.AnonRateThrottle",
        "rest_framework.throttling.UserRateThrottle",
        "rest_framework.throttling.ScopedRateThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {
        "anon": read.text("THROTTLE_ANON", "60/min"),
        "user": read.text("THROTTLE_USER", "1200/min"),
        "login": read.text("THROTTLE_LOGIN", "10/min"),
    },
    "NUM_PROXIES": TRUSTED_PROXIES,
    "EXCEPTION_HANDLER": "metrology.problems.handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
REST_KNOX = {
    "TOKEN_TTL": timedelta(days=read.number("TOKEN_DAYS", 30, least=1, most=366)),
    "TOKEN_PREFIX": "lz_",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "量准 Liangzhun",
    "DESCRIPTION": "Registry of public measurement standards, verifications, calibrations and certificates.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "ConfidenceEnum": "metrology.models.places.Confidence",
        "RegionLevelEnum": "metrology.models.Region.Level",
        "OrganizationKindEnum": "metrology.models.Organization.Kind",
        "RoleEnum": "metrology.roles.Role",
        "MethodKindEnum": "labs.models.Method.Kind",
        "AuthorisationKindEnum": "labs.models.Authorisation.Kind",
        "ExaminationKindEnum": "labs.models.Examination.Kind",
        "ExaminationStateEnum": "labs.models.Examination.State",
        "EquipmentStateEnum": "labs.models.Equipment.State",
        "MetrologistLevelEnum": "labs.models.Metrologist.Level",
        "StandardCategoryEnum": "labs.models.Standard.Category",
        "StandardEquipmentRoleEnum": "labs.models.StandardEquipment.Role",
        "StandardPersonRoleEnum": "labs.models.StandardPerson.Role",
        "CategoryModeEnum": "instruments.models.Category.Mode",
        "ItemStateEnum": "instruments.models.OrderItem.State",
        "JobStateEnum": "instruments.models.Job.State",
        "OrderModeEnum": "instruments.models.ServiceOrder.Mode",
        "OrderStateEnum": "instruments.models.ServiceOrder.State",
        "CertificateStateEnum": "certificates.models.CertificateHead.State",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# --- Cache and queue ------------------------------------------------------------------------------
# Without Redis the cache is a folder: throttles and login limits must be shared by every process,
# and a cache table in SQLite would queue each request behind the register's only writer.
CACHES: dict[str, Any] = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": read.text("CACHE_URL") or env.next_redis_database(redis),
        "KEY_PREFIX": "lz",
    }
    if redis
    else {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": CACHE_DIR,
        "OPTIONS": {"MAX_ENTRIES": 2000},
    }
}
CELERY: dict[str, Any] = {
    "broker_url": redis.geturl() if redis else "filesystem://localhost",
    "broker_transport_options": env.redis_transport() if redis else env.folder_transport(QUEUE_DIR),
    "broker_connection_retry_on_startup": True,
    "task_default_queue": "liangzhun",
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "task_ignore_result": True,
    "task_soft_time_limit": 120,
    "task_time_limit": 180,
    "task_serializer": "json",
    "accept_content": ["json"],
    "task_publish_retry_policy": {"max_retries": 2, "interval_start": 0, "interval_step": 0.1},
    "worker_prefetch_multiplier": 1 if redis else 16,
    "worker_max_tasks_per_child": 500,
    "worker_max_memory_per_child": 400_000,
    "worker_cancel_long_running_tasks_on_connection_loss": True,
    "worker_hijack_root_logger": False,
    "worker_enable_remote_control": redis is not None,
    "result_expires": None,
    "beat_scheduler": "celery.beat:Scheduler",
    "beat_cron_starting_deadline": None,
    "timezone": TIME_ZONE,
    "enable_utc": True,
}

# --- Certificates ---------------------------------------------------------------------------------
# Decisions of the operator (metrology/decisions.py): undecided, a production issues no formal verification.
SIGNING = read.choice("SIGNING", ("ca", "own-ca", "none"))
TIMESTAMPING = read.text("TIMESTAMPING")
TREE_HEADS_PUBLISHED_TO = read.text("TREE_HEADS_PUBLISHED_TO")
VALIDITY_MINUS_ONE_DAY = read.flag("VALIDITY_MINUS_ONE_DAY", default=True)
# Knobs of the fault suite (certificates/outbox.py); a register that others can reach refuses them.
OUTBOX_SWEEP = read.flag("OUTBOX_SWEEP", default=True)
SUPPRESS_PUBLISH = read.number("SUPPRESS_PUBLISH", 0, most=100)
if (SUPPRESS_PUBLISH or not OUTBOX_SWEEP) and not (env.is_loopback(HOST) and env.is_loopback(PUBLIC_HOST)):
    raise ImproperlyConfigured(
        "OUTBOX_SWEEP and SUPPRESS_PUBLISH belong to the fault suite: unset them, or set HOST and PUBLIC_URL"
        " to this machine alone."
    )

# --- Outgoing connections (metrology/outgoing.py) and metrics (metrology/metrics.py) ---------------
OUTGOING_ALLOWED = read.words("OUTGOING_ALLOWED")
OUTGOING_HTTP = read.flag("OUTGOING_HTTP", default=False)
METRICS_TOKEN = read.text("METRICS_TOKEN")

# --- Mail and log ---------------------------------------------------------------------------------
mail = read.url("EMAIL_URL", ("smtp", "smtps"))
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if mail else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = DATA_DIR / "mail"
if mail:
    EMAIL_HOST = mail.hostname
    EMAIL_PORT = mail.port or (465 if mail.scheme == "smtps" else 25)
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = env.credentials(mail)
    EMAIL_USE_SSL = mail.scheme == "smtps"
    EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = read.text("DEFAULT_FROM_EMAIL", "liangzhun@localhost")

LOG_LEVEL = read.text("LOG_LEVEL", "WARNING").upper()
LOG_FORMAT = read.choice("LOG_FORMAT", ("json", "line"), "json" if PRODUCTION else "line")
LOGGING = logs.configuration(LOG_FORMAT, LOG_LEVEL)
