"""Questions about people, and how a user row is made."""

from typing import TYPE_CHECKING, Any

from django.contrib.auth.base_user import BaseUserManager

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from roles.models import User


class UserManager(BaseUserManager["User"]):
    """Users by e-mail address, which is compared without regard to case."""

    def present(self) -> "QuerySet[User]":
        """Everybody who has not left."""
        return self.filter(is_active=True)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())
