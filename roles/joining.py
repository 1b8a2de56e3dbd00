"""How people come in: the first one sets the house up, everybody else by an invitation that works once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.functional import cached_property

from kit import clock, secrets
from kit.lines import check_line
from kit.rules import RuleBroken, check, require
from roles import changes, organisation
from roles.models import Invitation, User, validate_zone

MANAGE = "roles.manage_people"
ADMINISTRATORS = "Administrators"
VALID_FOR = timedelta(days=7)


@dataclass(frozen=True)
class Newcomer:
    """What somebody says of themselves when they come in."""

    name: str
    password: str
    time_zone: str = "UTC"

    @cached_property
    def trimmed(self) -> str:
        return self.name.strip()


@transaction.atomic(durable=True)
def invite(email: str, groups: Collection[str], *, actor: User) -> tuple[Invitation, str]:
    """Invite an address into groups. Gives the invitation and the secret of its link, which is shown once.

    An open invitation to the same address is replaced.
    """
    require(actor, MANAGE)
    now = clock.now()
    email = email.strip().lower()
    _check_address(email)
    check_groups(groups)
    Invitation.objects.filter(email=email, accepted_at=None, revoked_at=None).update(revoked_at=now)
    token = secrets.new_token()
    invitation = Invitation.objects.create(
        email=email,
        groups=sorted(groups),
        token_digest=secrets.digest(token),
        invited_by=actor,
        created_at=now,
        expires_at=now + VALID_FOR,
    )
    changes.record(invitation, f"invited {email} into {', '.join(sorted(groups))}", actor=actor, at=now)
    return invitation, token


@transaction.atomic(durable=True)
def revoke(invitation: Invitation, *, actor: User) -> None:
    """Take an invitation back; its link then says so."""
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    require(actor, MANAGE)
    check(invitation.accepted_at is None, "accepted", f"{invitation.email} has joined with this invitation already.")
    now = clock.now()
    Invitation.objects.filter(pk=invitation.pk, revoked_at=None).update(revoked_at=now)
    changes.record(invitation, f"took back the invitation of {invitation.email}", actor=actor, at=now)


@transaction.atomic(durable=True)
def accept(token: str, newcomer: Newcomer) -> User:
    """Join by the secret of an invitation's link. Raises `RuleBroken` as `pending` does, and for a weak password."""
    invitation = pending(token, lock=True)
    now = clock.now()
    _check_newcomer(newcomer, invitation.email)
    person = User.objects.create_user(
        invitation.email, newcomer.password, name=newcomer.trimmed, time_zone=newcomer.time_zone
    )
    person.groups.set(groups_named(invitation.groups))
    invitation.accepted_at, invitation.accepted_by = now, person
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    changes.record(person, "joined by invitation", actor=person, at=now)
    return person


def pending(token: str, *, lock: bool = False) -> Invitation:
    """The invitation behind a link's secret, while it can be accepted; else `RuleBroken` says why not.

    What it says gives nothing away about who is in the house.
    """
    found = Invitation.objects.select_for_update(of=("self",)) if lock else Invitation.objects.all()
    invitation = found.select_related("invited_by").filter(token_digest=secrets.digest(token)).first()
    if invitation is None:
        raise RuleBroken("no_such_invitation", "This link is not complete. Open the whole link of your invitation.")
    check(invitation.revoked_at is None, "invitation_revoked", "This invitation was taken back. Ask for a new one.")
    used = invitation.accepted_at or User.objects.filter(email=invitation.email).exists()
    check(not used, "invitation_used", "This invitation has been used. Sign in, or ask for a new one.")
    expired = invitation.expires_at <= clock.now()
    check(not expired, "invitation_expired", "This invitation is older than seven days. Ask for a new one.")
    return invitation


@transaction.atomic(durable=True)
def found(name: str, email: str, newcomer: Newcomer) -> User:
    """Set up the house: the organisation and its first administrator. Of two who try at once, one is told no."""
    organisation.hold()
    check(not User.objects.exists(), "set_up_already", "Somebody has set this up already. Sign in instead.")
    now = clock.now()
    check_line(name, "no_name", "Say what your organisation is called.", field="organisation")
    email = email.strip().lower()
    _check_newcomer(newcomer, email)
    person = User.objects.create_user(email, newcomer.password, name=newcomer.trimmed, time_zone=newcomer.time_zone)
    person.groups.set(groups_named([ADMINISTRATORS]))
    house = organisation.named(name.strip(), newcomer.time_zone)
    changes.record(house, "set up Sitrep", actor=person, at=now)
    return person


def check_groups(groups: Collection[str]) -> None:
    """Groups are those of the table of grants, and at least one."""
    check(groups, "no_group", "Choose at least one group; a group says what the person may do.", field="groups")
    unknown = sorted(set(groups) - set(settings.ROLES_GRANTS))
    allowed = ", ".join(settings.ROLES_GRANTS)
    check(
        not unknown, "no_such_group", f"There is no group {', '.join(unknown)}. Allowed are {allowed}.", field="groups"
    )


def groups_named(names: Collection[str]) -> list[Group]:
    return [Group.objects.get_or_create(name=name)[0] for name in sorted(names)]


def _check_address(email: str) -> None:
    try:
        validate_email(email)
    except ValidationError as error:
        raise RuleBroken(
            "no_address", "This is not an e-mail address, such as ada@example.com.", field="email"
        ) from error
    person = User.objects.filter(email=email).first()
    if person:
        here = f"{person.name} is here already" if person.is_active else f"{person.name} was here and has left"
        raise RuleBroken("here_already", f"{here}; see the directory.", field="email")


def _check_newcomer(newcomer: Newcomer, email: str) -> None:
    check_line(newcomer.trimmed, "no_name", "Say your name, as colleagues know you.", field="name")
    check(len(newcomer.trimmed) <= 120, "name_too_long", "At most 120 characters.", field="name")
    try:
        validate_zone(newcomer.time_zone)
    except ValidationError as error:
        raise RuleBroken("no_such_zone", error.messages[0], field="time_zone") from error
    try:
        validate_password(newcomer.password, User(email=email, name=newcomer.trimmed))
    except ValidationError as error:
        raise RuleBroken("weak_password", " ".join(error.messages), field="password") from error
