"""How the API knows who asks: `Authorization: Bearer sitrep_…`."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from kit import clock
from roles import keys
from roles.models import PersonalToken, User

SCHEME = "bearer"
REFUSAL = "This key is not known here, or it was revoked, has expired, or its owner has left."


class TokenAuthentication(BaseAuthentication):
    """A personal key acts as its owner. What does not work is a 401; a read-only key that would write is a 403."""

    def authenticate(self, request: Request) -> tuple[User, PersonalToken] | None:
        words = get_authorization_header(request).decode("latin-1").split()
        if not words or words[0].lower() != SCHEME:
            return None
        now = clock.now()
        key = keys.bearer(words[1], now) if len(words) == 2 else None
        if key is None:
            raise AuthenticationFailed(REFUSAL)
        if key.read_only and request.method not in SAFE_METHODS:
            raise PermissionDenied("This key may only read; GET is allowed.")
        keys.note_use(key, now)
        return key.owner, key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="Sitrep"'


class TokenScheme(OpenApiAuthenticationExtension):
    """How the OpenAPI document describes personal keys; found by being a subclass."""

    target_class = "roles.tokens.TokenAuthentication"
    name = "personalKey"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        about = "A personal key, made at /me/."
        return {"type": "http", "scheme": SCHEME, "bearerFormat": f"{keys.PREFIX}…", "description": about}
