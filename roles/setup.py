"""The set-up as a list of steps, which every room adds to by a dotted path (settings.SETUP_STEPS)."""

from dataclasses import dataclass
from math import ceil
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils.module_loading import import_string

from kit import clock
from roles import organisation
from roles.models import Invitation, Rotation, Team, Turn, User

# The whole set-up is meant to take five minutes.
MINUTES = 5
# The session of an administrator who is at it: they are led from step to step.
AT_IT = "setting_up"


class Step(NamedTuple):
    """One thing to set up: what, why in a sentence, where, whether it is done, and what it lacks all the same."""

    title: str
    sentence: str
    url: str
    done: bool
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Progress:
    """All steps, and how far one has come."""

    steps: tuple[Step, ...]

    @property
    def done(self) -> int:
        return sum(step.done for step in self.steps)

    @property
    def minutes_left(self) -> int:
        return ceil(MINUTES * (len(self.steps) - self.done) / max(1, len(self.steps)))

    @property
    def lacking(self) -> int:
        """How many things are missing from steps that are done."""
        return sum(len(step.lacks) for step in self.steps if step.done)

    def at(self, url: str) -> Step | None:
        """The step that is done on this page."""
        return next((step for step in self.steps if step.url.partition("?")[0] == url), None)

    @property
    def following(self) -> Step | None:
        """The first step that is not done."""
        return next((step for step in self.steps if not step.done), None)


def progress(user: User) -> Progress:
    """The steps of every room, in the order of the settings."""
    return Progress(tuple(Step(*import_string(path)(user)) for path in settings.SETUP_STEPS))


def is_nobody_here() -> bool:
    """Whether the house is empty, so that whoever comes first sets it up."""
    return not User.objects.exists()


def may_set_up(user: User | AnonymousUser) -> bool:
    return user.has_perm(organisation.MANAGE)


def organisation_step(user: User) -> Step:
    house = organisation.current()
    sentence = "Its working hours decide when S3 and S4 are due; its call and chat stand in every room."
    lacks = () if house.call_url else ("No call is named, so a room cannot say where responders talk.",)
    return Step("Organisation", sentence, reverse("organisation"), house.set_up_at is not None, lacks)


def people_step(user: User) -> Step:
    done = Invitation.objects.exists() or User.objects.count() > 1
    waiting = Invitation.objects.filter(accepted_at=None, revoked_at=None, expires_at__gt=clock.now()).count()
    are = "1 invitation is" if waiting == 1 else f"{waiting} invitations are"
    lacks = (f"{are} not accepted yet: only who has joined can be called.",) if waiting else ()
    return Step("People", "Invite colleagues by a link, each into their group.", reverse("invite"), done, lacks)


def teams_step(user: User) -> Step:
    sentence = "Say who belongs together: a team owns services and takes turns on call."
    return Step("Teams", sentence, reverse("new_team"), Team.objects.exists())


def rotations_step(user: User) -> Step:
    done = Turn.objects.filter(person__is_active=True).exists()
    url = reverse("rotations" if Rotation.objects.exists() else "new_rotation")
    sentence = "Put people on call in turn: they are asked in as soon as somebody declares."
    return Step("Rotations", sentence, url, done)
