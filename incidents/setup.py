"""This room's steps of the set-up (settings.SETUP_STEPS)."""

from django.urls import reverse

from incidents import policies
from incidents.cadence import Policy
from incidents.models import CadencePolicy, Service
from kit import clock
from roles import coverage, rotations
from roles import setup as house
from roles.catalogue import Role
from roles.models import User
from roles.setup import Step


def rotations_step(user: User) -> Step:
    """The step of the rotations, with the roles that an incident would call and nobody is on call for."""
    step = house.rotations_step(user)
    uncovered = coverage.uncovered(rotations.with_people(), clock.now())
    lacks = tuple(
        f"Nobody is on call as {role.label.lower()}, and nobody stands in."
        for role in called(policies.read(policies.current()))
        if role in uncovered and not _stands_in(role, uncovered)
    )
    missing = next((role for role in uncovered), None)
    url = f"{reverse('new_rotation')}?role={missing}" if missing and not step.done else step.url
    return step._replace(url=url, lacks=lacks)


def called(policy: Policy) -> list[Role]:
    """Every role that some incident calls; one about security calls its own engineer."""
    named = {role for roles in policy.roles.values() for role in roles} | {Role.SECURITY_ENGINEER}
    return [role for role in Role if role in named]


def _stands_in(role: Role, uncovered: list[Role]) -> bool:
    """Whether the cadence names somebody for it who is on call."""
    combined, tried = policies.read(policies.current()).combined, {role}
    while (role := combined.get(role, role)) not in tried:
        if role not in uncovered:
            return True
        tried.add(role)
    return False


def services_step(user: User) -> Step:
    sentence = "Name what you run: a service leads to the team that is called and to what the public sees."
    alone = Service.objects.filter(retired_at=None, owner=None).values_list("name", flat=True)
    lacks = tuple(f"{name} has no team: nobody in particular is called for it." for name in alone[:5])
    return Step("Services", sentence, reverse("services"), Service.objects.exists(), lacks)


def cadence_step(user: User) -> Step:
    sentence = "How often the public and stakeholders hear of it: the handbook's cadence, or half as often."
    return Step("Cadence", sentence, reverse("cadence"), CadencePolicy.objects.filter(version__gt=1).exists())
