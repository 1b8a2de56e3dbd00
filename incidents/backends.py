"""People asked into an incident may respond to it, whatever groups they are in."""

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.models import AbstractBaseUser

from incidents.models import Engagement, Incident

MAY = frozenset({"incidents.respond_incident", "reviews.write_review"})


class EngagedBackend(BaseBackend):
    """Grants responding on the one incident a person is engaged on."""

    def has_perm(self, user_obj: AbstractBaseUser, perm: str, obj: object | None = None) -> bool:  # type: ignore[override]
        if perm not in MAY or not isinstance(obj, Incident) or not user_obj.is_active:
            return False
        return Engagement.objects.present().filter(incident=obj, person_id=user_obj.pk).exists()
