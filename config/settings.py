"""Django's settings, read from the environment (docs/running.md lists the variables)."""

from pathlib import Path

from csp.constants import NONE, SELF

from config.environment import DATABASE, HOOK, MAIL, REDIS, Environment, database, mail
from config.grants import ABOUT, GRANTS
from kit import generics
from kit.keyfile import kept_secret

# Lets `ModelForm[User]` and the like be written as the type checker wants them.
generics.allow()

ROOT = Path(__file__).resolve().parent.parent

env = Environment()
MODE = env.mode
QUICKSTART = MODE == "quickstart"
PRODUCTION = MODE == "production"
VAR = Path(env.text("SITREP_VAR", default=str(ROOT / "var")))

DEBUG = False
SECRET_KEY = env.secret(
    "SECRET_KEY",
    default=None if PRODUCTION else kept_secret(VAR / "secret_key"),
    least=50 if PRODUCTION else 0,
)
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS", default="")
ALLOWED_HOSTS = env.hosts(
    "ALLOWED_HOSTS", default=None if PRODUCTION else "localhost,127.0.0.1,testserver", example="sitrep.example.com"
)
DATABASE_URL = env.server("DATABASE_URL", DATABASE, default=None if PRODUCTION else f"sqlite:///{VAR}/sitrep.sqlite3")
REDIS_URL = env.server("REDIS_URL", REDIS, default=None if PRODUCTION else "")
# Where people reach the operators' pages; links in letters start with it.
WEB_PORT = env.number("PORT", default=8000, least=1, most=65535)
SITE_URL = env.site(
    "SITE_URL", default=None if PRODUCTION else f"http://127.0.0.1:{WEB_PORT}", example="https://sitrep.example.com"
)
# Where the public page is reached, and the folder its files are rendered into.
PUBLIC_PORT = env.number("PUBLIC_PORT", default=8001, least=1, most=65535)
PUBLIC_URL = env.site(
    "PUBLIC_URL",
    default=None if PRODUCTION else f"http://127.0.0.1:{PUBLIC_PORT}",
    example="https://status.example.com",
)
PUBLIC_ROOT = Path(env.text("PUBLIC_ROOT", default=str(VAR / "public")))
# Pages that only people of the house are shown; no front server sees this folder.
PRIVATE_ROOT = VAR / "private"
MAIL_URL = env.server("MAIL_URL", MAIL, default="")
DEFAULT_FROM_EMAIL = env.sender("MAIL_FROM", default="Sitrep <sitrep@localhost>")
OUTBOX = VAR / "outbox"
EGRESS_ALLOWED_NETWORKS = env.networks("EGRESS_ALLOWED_NETWORKS")
# Told once a minute that all is well, and nothing otherwise.
WATCHDOG_URL = env.server("WATCHDOG_URL", HOOK, default="")
# Whoever shows this may read /metrics from elsewhere than this machine.
METRICS_TOKEN = env.text("METRICS_TOKEN", default="")
CLOCK_OFFSET_FILE = None if PRODUCTION else Path(env.text("SITREP_CLOCK_OFFSET_FILE", default=str(VAR / "no-offset")))
# The quick start seeds an empty database with a small organisation unless DEMO=0.
DEMO = env.flag("DEMO", default=QUICKSTART)
HTTPS = SITE_URL.startswith("https://")
TRUST_PROXY = env.flag("TRUST_PROXY", default=False)
STATIC_MANIFEST = env.flag("STATIC_MANIFEST", default=PRODUCTION)
STATIC_ROOT = Path(env.text("STATIC_ROOT", default=str(ROOT / "staticfiles"))) if STATIC_MANIFEST else None
env.allow(SITE_URL, ALLOWED_HOSTS)
env.refuse_if_wrong()

DATABASES = {"default": database(DATABASE_URL)}
if MAIL_URL:
    globals().update(mail(MAIL_URL))
EMAIL_TIMEOUT = 15
EMAIL_BACKEND = "notifications.mailing.Backend"

INSTALLED_APPS = [
    "config",
    "insights",
    "notifications",
    "reviews",
    "incidents",
    "roles",
    "statuspage",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    # Not rest_framework and drf_spectacular: installed, their template tags would have every page import the API.
    "django.forms",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "roles.middleware.Door",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "roles.middleware.Viewer",
    "config.refusals.Refusals",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["roles.templatetags.house"],
        },
    }
]
FORM_RENDERER = "roles.rendering.HouseForms"

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en-gb"
USE_I18N = False
FORMAT_MODULE_PATH = None

AUTH_USER_MODEL = "roles.User"
AUTHENTICATION_BACKENDS = [
    "roles.backends.PasswordBackend",
    "roles.backends.GrantsBackend",
    "incidents.backends.EngagedBackend",
]
# Label, name of the address, permission that is needed to see it (empty for none).
NAVIGATION = [
    ("Board", "home", ""),
    ("Incidents", "incidents", ""),
    ("Status page", "statuspage", ""),
    ("Insights", "insights", "insights.view_dashboard"),
    ("People", "people", ""),
]
# What each group sees first on its board, under what everybody sees (domain §1.6); templates with panels of any room.
HOME_PANELS = {
    "Reliability": ["roles/panels/shifts.html", "incidents/panels/unlevelled.html"],
    "Security": ["incidents/panels/restricted.html", "roles/panels/shifts.html"],
    "Development": ["roles/panels/shifts.html", "incidents/panels/leading.html", "reviews/panels/actions.html"],
    "Quality": ["incidents/panels/delivery.html", "reviews/panels/actions.html"],
    "Support": ["incidents/panels/communications.html", "roles/panels/shifts.html"],
}
# What else stands in the way of a phase, asked by `incidents.blockers`.
PHASE_CHECKS = ["reviews.checks.blockers"]
# What else an incident that is merged brings to the one that goes on: `(from, to, only) -> keys`, by its name.
MERGE_BRINGS = {"actions": "reviews.carrying.carry"}
# The steps of the set-up in their order: functions `(user) -> (title, sentence, url, done)`.
SETUP_STEPS = [
    "roles.setup.organisation_step",
    "roles.setup.people_step",
    "roles.setup.teams_step",
    "notifications.setup.audiences_step",
    "incidents.setup.rotations_step",
    # The page comes before the services, whose form asks for the page's components.
    "statuspage.setup.page_step",
    "incidents.setup.services_step",
    "incidents.setup.cadence_step",
    "notifications.setup.mail_step",
]
# What a team answers for, so that the directory finds it by these words: `() -> {team id: [(name, url)]}`.
TEAM_SUBJECTS = "incidents.owners.subjects"
# One table of grants for the whole house; `roles` reads it without knowing what it grants.
ROLES_GRANTS = GRANTS
ROLES_ABOUT = ABOUT
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "roles.adapter.Adapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_RATE_LIMITS = {"login_failed": "10/5m/ip,5/5m/key", "reset_password": "10/m/ip,5/m/key"}
# Behind a proxy the limits count what it says of the caller, or one person's typing errors shut everybody out.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if TRUST_PROXY else 0
MFA_ADAPTER = "roles.adapter.SecondFactor"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Sitrep"
# An administrator vouches for every address: nobody signs up by themselves.
MFA_ALLOW_UNVERIFIED_EMAIL = True

# A browser's answer never depends on Redis: limits are counted in the process.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

STATIC_URL = "static/"
STATICFILES_DIRS = [ROOT / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if STATIC_MANIFEST
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = False

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "connect-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "data:"],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
# Nothing leaves the house; “no-referrer” would make our own forms come from the origin “null”.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUST_PROXY else None
CSRF_TRUSTED_ORIGINS = [SITE_URL]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "roles.tokens.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["config.parsing.BoundedJSON"],
    "DEFAULT_PAGINATION_CLASS": "kit.pages.Pages",
    "DEFAULT_SCHEMA_CLASS": "config.schema.Described",
    # The Accept header chooses; `format` is a name that no address knows.
    "URL_FORMAT_OVERRIDE": None,
    "EXCEPTION_HANDLER": "config.problems.handle",
    "DATETIME_FORMAT": "%Y-%m-%dT%H:%M:%S.%fZ",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Sitrep",
    "DESCRIPTION": "The same commands and questions as the pages, for machines.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "COMPONENT_SPLIT_REQUEST": True,
    "PREPROCESSING_HOOKS": ["config.schema.only_ours"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.schema.with_problems",
    ],
    "ENUM_NAME_OVERRIDES": {
        "BulletinStateEnum": "incidents.api.speaking.STATES",
        "DeliveryStateEnum": "notifications.vocabulary.State",
        "PostureEnum": "incidents.vocabulary.Posture",
        "SeverityEnum": "incidents.vocabulary.Severity",
        "PhaseEnum": "incidents.vocabulary.Phase",
        "RoleEnum": "roles.catalogue.Role",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING" if MODE == "test" else "INFO"},
}
