"""What the API takes and gives about incidents."""

from functools import cache
from typing import Any, cast

from django.db.models import Model, QuerySet
from rest_framework import serializers

from incidents import duties, holders
from incidents.levelling import OVER_ESTIMATED, SHRINKING, UNDER_ESTIMATED
from incidents.lifecycle import Declaration
from incidents.models import Incident, Obligation, Service
from incidents.questionnaire import QUESTIONS, UNKNOWN, suggest
from incidents.vocabulary import Audience, Phase, Posture, Severity, Type
from roles.catalogue import Role
from roles.models import Team, User


class ServiceOut(serializers.ModelSerializer[Service]):
    owner = serializers.SlugRelatedField[Team](slug_field="slug", read_only=True)

    class Meta:
        model = Service
        fields = ("slug", "name", "description", "owner", "criticality", "runbook_url", "dashboard_url")


class WindowOut(serializers.Serializer[Any]):
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    is_estimated = serializers.BooleanField()


class EntryOut(serializers.Serializer[Any]):
    phase = serializers.CharField()
    entered_at = serializers.DateTimeField()
    left_at = serializers.DateTimeField(allow_null=True)


class IncidentOut(serializers.ModelSerializer[Incident]):
    """An incident; the keys are the same for every type and area (AC-BG1-1)."""

    services = serializers.SlugRelatedField[Service](slug_field="slug", many=True, read_only=True)
    impact = WindowOut(source="windows", many=True, read_only=True)
    # Its way so far, going back included.
    phases = EntryOut(source="phase_entries", many=True, read_only=True)
    identified_at = serializers.DateTimeField(read_only=True, allow_null=True)
    declared_by = serializers.StringRelatedField[User]()
    merged_into = serializers.SlugRelatedField[Incident](slug_field="reference", read_only=True)
    recurrence_of = serializers.SlugRelatedField[Incident](
        slug_field="reference", read_only=True, source="known_recurrence_of"
    )
    roles = serializers.SerializerMethodField()
    lead = serializers.SerializerMethodField()

    class Meta:
        model = Incident
        fields = (
            *(
                "reference",
                "title",
                "type",
                "visibility",
                "phase",
                "disposition",
                "exit_reason",
                "merged_into",
                "recurrence_of",
            ),
            *("severity", "initial_severity", "peak_severity", "severity_rationale", "severity_rule"),
            *("is_provisional", "severity_confirmed_at", "priority", "posture", "posture_reason"),
            *("is_monitoring", "monitoring_until", "what", "affected", "doing", "call_url", "chat_url"),
            *("services", "impact", "phases", "detected_at", "declared_at", "declared_by", "acknowledged_at"),
            *("identified_at", "mitigated_at"),
            *("resolved_at", "closed_at", "reopened_at", "is_imported", "version", "lead", "roles"),
        )

    def get_roles(self, incident: Incident) -> list[dict[str, Any]]:
        return [
            {
                "role": one.role,
                "person": one.person.handle,
                "name": str(one.person),
                "state": one.state,
                "shadow": one.is_shadow,
                "acknowledged_at": one.acknowledged_at,
            }
            for one in _present(incident)
        ]

    def get_lead(self, incident: Incident) -> str | None:
        found = holders.lead(incident, _present(incident))
        return str(found.person) if found else None


@cache
def _incident_out() -> IncidentOut:
    return IncidentOut()


def document(incident: Incident) -> dict[str, Any]:
    """The same by one serializer a process: to make its forty fields takes as long as to declare an incident."""
    return _incident_out().to_representation(incident)


def as_declared(incident: Incident) -> dict[str, Any]:
    """The document of an incident by whoever has just declared it, with no question to the database.

    What it was declared with lies in memory, and is put where a prefetch would put it.
    """
    known = incident.__dict__.setdefault("_prefetched_objects_cache", {})
    for name, found in incident.begun_with.items():
        model = cast("type[Model]", Incident._meta.get_field(name).related_model)
        rows: QuerySet[Model] = QuerySet(model).none()
        # Django has no way in for rows that one has already.
        rows._result_cache = found  # noqa: SLF001
        known[name] = rows
    return document(incident)


def _present(incident: Incident) -> list[Any]:
    """Everybody who is still part of it, from what the view fetched at once for the whole page."""
    return [one for one in incident.engagements.all() if one.state != one.State.RELEASED]


class ObligationOut(serializers.ModelSerializer[Obligation]):
    incident = serializers.SlugRelatedField[Incident](slug_field="reference", read_only=True)
    owner = serializers.StringRelatedField[User]()
    sentence = serializers.SerializerMethodField()

    class Meta:
        model = Obligation
        fields = ("incident", "duty", "sentence", "audience", "owner_role", "owner", "due_at", "promised", "missed")

    def get_sentence(self, owed: Obligation) -> str:
        words = duties.DUTY_SENTENCES.get(owed.duty, owed.get_duty_display())
        return words.format(severity=owed.incident.severity)


def answers() -> dict[str, serializers.ChoiceField]:
    return {
        question.key: serializers.ChoiceField(choices=[UNKNOWN, *question.answers], required=False)
        for question in QUESTIONS
    }


class AnswersIn(serializers.Serializer[Any]):
    """The seven questions; a missing answer is unknown."""

    type = serializers.ChoiceField(choices=Type.choices, required=False, default=Type.UNSURE)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return super().get_fields() | answers()


class SuggestionOut(serializers.Serializer[Any]):
    severity = serializers.ChoiceField(choices=Severity.choices)
    rule = serializers.CharField()
    says = serializers.CharField()
    is_provisional = serializers.BooleanField()


class DeclareIn(serializers.Serializer[Any]):
    """Two things are needed: what you see, and which type.

    With `impact_ended_at` it was over already, and nobody is called. `recurrence_of` is the reference of the incident
    that came back.
    """

    title = serializers.CharField(max_length=200)
    type = serializers.ChoiceField(choices=Type.choices)
    severity = serializers.ChoiceField(choices=Severity.choices, required=False)
    answers = AnswersIn(required=False)
    services = serializers.SlugRelatedField(
        slug_field="slug", queryset=Service.objects.filter(retired_at=None), many=True, required=False
    )
    impact_started_at = serializers.DateTimeField(required=False, default=None)
    impact_ended_at = serializers.DateTimeField(required=False, default=None)
    recurrence_of = serializers.CharField(required=False, default="", allow_blank=True, max_length=16)
    detected_at = serializers.DateTimeField(required=False, default=None)
    is_restricted = serializers.BooleanField(required=False, default=False)
    idempotency_key = serializers.CharField(max_length=64, required=False, default=None, allow_null=True)

    def declaration(self) -> Declaration:
        said = dict(self.validated_data)
        given = said.pop("answers", {})
        rule = None if said.get("severity") else suggest(given, type=said["type"])
        said["services"] = tuple(said.get("services", ()))
        said["type"] = Type(said["type"])
        if rule:
            said |= {
                "severity": rule.severity,
                "rationale": rule.says,
                "rule": rule.rule,
                "is_provisional": rule.is_provisional,
            }
        else:
            said |= {"severity": Severity(said["severity"]), "rationale": "Chosen by whoever declared it."}
        return Declaration(**said, through="api")


class NothingIn(serializers.Serializer[Any]):
    """This one needs no input."""


class RoleIn(serializers.Serializer[Any]):
    role = serializers.ChoiceField(choices=Role.choices)


class OfferIn(RoleIn):
    person = serializers.SlugRelatedField(slug_field="handle", queryset=User.objects.filter(is_active=True))


class JoinIn(serializers.Serializer[Any]):
    as_shadow = serializers.BooleanField(required=False, default=False)


class AskIn(serializers.Serializer[Any]):
    person = serializers.SlugRelatedField(
        slug_field="handle", queryset=User.objects.filter(is_active=True), required=False
    )
    team = serializers.SlugRelatedField(slug_field="slug", queryset=Team.objects.all(), required=False)
    text = serializers.CharField(max_length=240)

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        if ("person" in said) == ("team" in said):
            raise serializers.ValidationError("Name a person or a team, one of the two.")
        return said


class UpdateIn(serializers.Serializer[Any]):
    """The same `idempotency_key` from the same person writes once; with another text or to others it is refused."""

    text = serializers.CharField(max_length=20_000)
    audiences = serializers.MultipleChoiceField(
        choices=[one for one in Audience.choices if one[0] != Audience.PUBLIC],
        required=False,
        default=lambda: {"responders"},
    )
    idempotency_key = serializers.CharField(max_length=64, required=False, default=None, allow_null=True)


class SituationIn(serializers.Serializer[Any]):
    """`new` values by field, and what the writer saw as `was`."""

    new = serializers.DictField(child=serializers.CharField(allow_blank=True, max_length=20_000))
    was = serializers.DictField(child=serializers.CharField(allow_blank=True, max_length=20_000))


class TransitionIn(serializers.Serializer[Any]):
    to = serializers.ChoiceField(choices=Phase.choices)
    note = serializers.CharField(required=False, default="", allow_blank=True, max_length=2000)


class SeverityIn(serializers.Serializer[Any]):
    severity = serializers.ChoiceField(choices=Severity.choices)
    reason = serializers.CharField(max_length=240)
    because = serializers.ChoiceField(
        choices=[OVER_ESTIMATED, UNDER_ESTIMATED, SHRINKING], required=False, default=OVER_ESTIMATED
    )


class MonitorIn(serializers.Serializer[Any]):
    minutes = serializers.IntegerField(min_value=5, max_value=1440, required=False, default=30)


class PostureIn(serializers.Serializer[Any]):
    posture = serializers.ChoiceField(choices=[one for one in Posture.choices if one[0] != Posture.UNDECIDED])
    reason = serializers.CharField(required=False, default="", allow_blank=True, max_length=240)


class BlockerOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    sentence = serializers.CharField()
    who = serializers.CharField()
    where = serializers.CharField()
