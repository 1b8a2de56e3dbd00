"""What can be done to an incident: one address a command, the same commands as the pages."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from incidents import (
    access,
    checklists,
    communications,
    engagement,
    exits,
    levelling,
    lifecycle,
    merging,
    obligations,
    situation,
    times,
)
from incidents.api import shapes, steps
from incidents.api.about import ABOUT
from incidents.api.views import asker, seen
from incidents.models import Incident, Obligation
from incidents.vocabulary import Audience, Milestone, Phase, Posture, Severity, Type
from kit import bodies
from kit.asked import Asked
from kit.rules import RuleBroken
from roles.catalogue import Role
from roles.models import User

Said = dict[str, Any]
Command = Callable[[Incident, User, Said], object]


def _merge(incident: Incident, actor: User, said: Said) -> object:
    survivor = Incident.objects.visible_to(actor).get(reference=said["survivor"])
    return merging.merge(incident, survivor, actor=actor, reason=said["reason"])


def _update(incident: Incident, actor: User, said: Said) -> object:
    audiences = [Audience(one) for one in sorted(said["audiences"])]
    return situation.post(
        incident, said["text"], actor=actor, audiences=audiences, idempotency_key=said["idempotency_key"]
    )


def _correct(incident: Incident, actor: User, said: Said) -> object:
    if "entry" in said:
        return times.correct_phase(incident, said["entry"], said["at"], actor=actor, reason=said["reason"])
    return times.correct(incident, Milestone(said["milestone"]), said["at"], actor=actor, reason=said["reason"])


def _details(incident: Incident, actor: User, said: Said) -> object:
    return situation.edit_details(incident, actor=actor, type=Type(said["type"]), services=said["services"])


def _snooze(incident: Incident, actor: User, said: Said) -> object:
    owed = Obligation.objects.visible_to(actor).open().filter(incident=incident, duty=said["duty"]).first()
    if owed is None:
        raise RuleBroken("not_owed", "This is not owed here.", field="duty")
    return obligations.snooze(owed, actor=actor)


COMMANDS: dict[str, tuple[type[Serializer[Any]], Command]] = {
    "acknowledge": (shapes.NothingIn, lambda one, actor, _: engagement.acknowledge(one, actor=actor)),
    "join": (shapes.JoinIn, lambda one, actor, said: engagement.join(one, actor=actor, **said)),
    "take": (shapes.RoleIn, lambda one, actor, said: engagement.take(one, Role(said["role"]), actor=actor)),
    "accept": (shapes.RoleIn, lambda one, actor, said: engagement.accept(one, Role(said["role"]), actor=actor)),
    "offer": (
        shapes.OfferIn,
        lambda one, actor, said: engagement.offer(one, Role(said["role"]), said["person"], actor=actor),
    ),
    "release": (
        shapes.OfferIn,
        lambda one, actor, said: engagement.release(one, Role(said["role"]), said["person"], actor=actor),
    ),
    "ask": (
        shapes.AskIn,
        lambda one, actor, said: engagement.ask(one, said.get("person") or said["team"], said["text"], actor=actor),
    ),
    "updates": (shapes.UpdateIn, _update),
    "situation": (
        shapes.SituationIn,
        lambda one, actor, said: situation.edit(one, said["new"], was=said["was"], actor=actor),
    ),
    "transition": (
        shapes.TransitionIn,
        lambda one, actor, said: lifecycle.transition(one, Phase(said["to"]), actor=actor, note=said["note"]),
    ),
    "confirm": (shapes.NothingIn, lambda one, actor, _: levelling.confirm(one, actor=actor)),
    "severity": (
        shapes.SeverityIn,
        lambda one, actor, said: levelling.change(
            one, Severity(said["severity"]), actor=actor, reason=said["reason"], because=said["because"]
        ),
    ),
    "monitor": (shapes.MonitorIn, lambda one, actor, said: lifecycle.monitor(one, actor=actor, **said)),
    "posture": (
        shapes.PostureIn,
        lambda one, actor, said: communications.decide_posture(
            one, Posture(said["posture"]), actor=actor, reason=said["reason"]
        ),
    ),
    "impact": (
        steps.ImpactIn,
        lambda one, actor, said: times.record_impact(one, times.Impact(**said), actor=actor),
    ),
    "times": (steps.TimeIn, _correct),
    "recur": (steps.RecurIn, lambda one, actor, said: lifecycle.recur(one, actor=actor, **said)),
    "details": (steps.DetailsIn, _details),
    "snooze": (steps.SnoozeIn, _snooze),
    "restrict": (steps.ReasonIn, lambda one, actor, said: access.restrict(one, actor=actor, **said)),
    "open-up": (steps.ReasonIn, lambda one, actor, said: access.open_up(one, actor=actor, **said)),
    "grant": (
        steps.PersonReasonIn,
        lambda one, actor, said: access.grant(one, said["person"], actor=actor, reason=said["reason"]),
    ),
    "revoke": (steps.PersonIn, lambda one, actor, said: access.revoke(one, said["person"], actor=actor)),
    "take-back": (steps.ReasonIn, lambda one, actor, said: exits.take_back(one, actor=actor, **said)),
    "decline": (steps.ReasonIn, lambda one, actor, said: exits.decline(one, actor=actor, **said)),
    "merge": (steps.MergeIn, _merge),
    "fixed": (shapes.NothingIn, lambda one, actor, _: exits.fix_and_close(one, actor=actor)),
    "ticks": (
        steps.TickIn,
        lambda one, actor, said: checklists.tick(one, said["item"], done=said["done"], actor=actor),
    ),
}


def action(name: str) -> type[Asked]:
    """The view of one command: its input checked, the command called, the incident as it is now given back."""
    shape, command = COMMANDS[name]

    class Action(Asked):
        @extend_schema(operation_id=f"incident_{name.replace('-', '_')}", request=shape, responses=shapes.IncidentOut)
        def post(self, request: Request, reference: str) -> Response:
            incident = Incident.objects.visible_to(asker(request)).get(reference=reference)
            said = bodies.read(shape, request)
            command(incident, asker(request), dict(said.validated_data))
            found = seen(request).filter(pk=incident.pk).first()
            # Whoever let themselves go from a restricted one does not see it any more.
            return Response(shapes.document(found)) if found else Response(status=204)

    Action.__name__ = name.replace("-", "").title()
    Action.__doc__ = ABOUT[name]
    return Action
