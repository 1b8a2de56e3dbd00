"""Who may see an incident: the one gate that every face, feed, search and letter goes through."""

from datetime import datetime
from typing import TYPE_CHECKING, Self, TypeVar
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q

from incidents.vocabulary import EXITS, LIVE_PHASES, OPEN_PHASES, Phase, Visibility

if TYPE_CHECKING:
    from incidents.models import Incident
    from roles.models import User

Row = TypeVar("Row", bound=models.Model)

# Their members may see every restricted incident (domain §2.12).
SEES_RESTRICTED = "incidents.grant_access"
# Why the public need not be told of what only members may see.
SILENT = "restricted: nothing is said outside"


def groups_that_see_restricted() -> list[str]:
    return [group for group, grants in settings.ROLES_GRANTS.items() if SEES_RESTRICTED in grants]


def sees_restricted(user: "User") -> bool:
    """Whether they may see every restricted incident: by a group, as `visible` asks it, whatever else they may do."""
    return not set(user.group_names).isdisjoint(groups_that_see_restricted())


def visible(viewer: UUID | OuterRef, of: str = "") -> Q:
    """The condition under which a person may see an incident, for their id or a reference to it.

    It is one piece of SQL so that a poll can ask it together with who is asking. `of` is the way from a row to its
    incident (“incident__”): the condition is asked of that incident alone, never of a list of all that may be seen.
    """
    members = apps.get_model("incidents.Member")._default_manager
    people = apps.get_model(settings.AUTH_USER_MODEL)._default_manager
    return (
        Q(**{f"{of}visibility": Visibility.ORGANISATION})
        | Exists(members.filter(incident=OuterRef(f"{of}pk"), person=viewer))
        | Exists(people.filter(pk=viewer, groups__name__in=groups_that_see_restricted()))
    )


def seen_by(user: "User | AnonymousUser", of: str = "") -> Q:
    """The same for whoever asks; nobody sees anything who is not signed in, or has left."""
    return visible(user.pk, of) if user.is_authenticated and user.is_active else Q(pk__in=[])


class IncidentQuerySet(models.QuerySet["Incident"]):
    """Questions about incidents, once it is settled who asks."""

    def live(self) -> Self:
        """Something about them may still be owed."""
        return self.filter(phase__in=LIVE_PHASES, is_imported=False)

    def open(self) -> Self:
        """Customers may still feel them."""
        return self.filter(phase__in=OPEN_PHASES, is_imported=False)

    def over(self) -> Self:
        return self.filter(Q(phase__in=EXITS) | Q(is_imported=True))

    def counted(self) -> Self:
        """Those that figures are made of: no drills, declined or merged ones (domain §2.11)."""
        return self.exclude(type="drill").exclude(phase__in=(Phase.DECLINED, Phase.MERGED))

    def declared_between(self, start: datetime, end: datetime) -> Self:
        return self.filter(declared_at__gte=start, declared_at__lt=end)

    def lock(self, pk: UUID) -> "Incident":
        """The row, held until the transaction ends; `DoesNotExist` where it may not be seen."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class Restrained(models.Manager["Incident"]):
    """The only way in for faces: nothing comes out before `visible_to` has been asked."""

    def get_queryset(self) -> IncidentQuerySet:
        raise TypeError("Ask Incident.objects.visible_to(user); only the engine uses Incident.unrestricted.")

    def visible_to(self, user: "User | AnonymousUser") -> IncidentQuerySet:
        return IncidentQuerySet(self.model, using=self._db).filter(seen_by(user))


class Unrestrained(models.Manager["Incident"]):
    """Every incident, for the engine and for commands that nobody in particular calls."""

    def get_queryset(self) -> IncidentQuerySet:
        return IncidentQuerySet(self.model, using=self._db)

    def lock(self, pk: UUID) -> "Incident":
        return self.get_queryset().lock(pk)


class BelongsToIncident(models.QuerySet[Row]):
    """Rows that hang on an incident and are seen by whoever sees it."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        return self.filter(seen_by(user, "incident__"))
