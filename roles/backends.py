"""Who is at the door, and what they may do by the house's one table of grants."""

from typing import TYPE_CHECKING

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.contrib.auth.backends import BaseBackend
from django.db.models import Model

if TYPE_CHECKING:
    from roles.models import User


class PasswordBackend(AuthenticationBackend):  # type: ignore[misc]
    """Knows people by e-mail address and password, and grants nothing: that is the table's alone.

    It stands first, since the session remembers it as the one that can find the person again.
    """

    def has_perm(self, user_obj: "User", perm: str, obj: Model | str | None = None) -> bool:
        return False


class GrantsBackend(BaseBackend):
    """A person may do what one of their groups may do (`settings.ROLES_GRANTS`)."""

    def has_perm(self, user_obj: "User", perm: str, obj: Model | str | None = None) -> bool:  # type: ignore[override]
        return user_obj.is_active and perm in granted(user_obj)


def granted(user: "User") -> frozenset[str]:
    """Every permission the person's groups hold."""
    return frozenset().union(*(settings.ROLES_GRANTS.get(name, frozenset()) for name in user.group_names))
