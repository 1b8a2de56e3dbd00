"""What the API says of people, teams, rotations and shifts."""

from typing import Any

from rest_framework import serializers

from roles.models import Rotation, Team, User


class PersonBrief(serializers.ModelSerializer[User]):
    """A person wherever one is named."""

    class Meta:
        model = User
        fields = ("handle", "name", "time_zone")


class PersonSerializer(serializers.ModelSerializer[User]):
    """A person; the e-mail address is left out unless an administrator asks."""

    class Meta:
        model = User
        fields = ("handle", "name", "time_zone", "is_active", "email")
        extra_kwargs = {"email": {"required": False}}

    def to_representation(self, instance: User) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(instance)
        if not self.context["request"].user.has_perm("roles.manage_people"):
            shown.pop("email")
        return shown


class TeamBrief(serializers.ModelSerializer[Team]):
    """A team wherever one is named."""

    class Meta:
        model = Team
        fields = ("slug", "name")


class TeamSerializer(serializers.ModelSerializer[Team]):
    """A team with its people."""

    leader = PersonBrief(allow_null=True)
    members = PersonBrief(many=True)

    class Meta:
        model = Team
        fields = ("slug", "name", "purpose", "chat_url", "leader", "members")


class RotationBrief(serializers.ModelSerializer[Rotation]):
    """A rotation wherever one is named; its name is its own alone."""

    class Meta:
        model = Rotation
        fields = ("name",)


class RotationSerializer(serializers.ModelSerializer[Rotation]):
    """A rotation with its people in the order of their turns (`people[n % len]` takes shift n)."""

    team = TeamBrief()
    people = serializers.SerializerMethodField()

    class Meta:
        model = Rotation
        fields = ("name", "role", "team", "time_zone", "starts_on", "handover_at", "shift_days", "people")

    def get_people(self, rotation: Rotation) -> list[dict[str, Any]]:
        return [dict(PersonBrief(turn.person).data) for turn in rotation.turns.all()]


class ShiftSerializer(serializers.Serializer[Any]):
    """Who has a rotation from one instant to another (excluded)."""

    rotation = RotationBrief()
    role = serializers.CharField(source="rotation.role")
    team = TeamBrief(source="rotation.team")
    person = PersonBrief()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    is_override = serializers.BooleanField()


class OnCallSerializer(serializers.Serializer[Any]):
    """Who is on call at an instant."""

    at = serializers.DateTimeField()
    results = ShiftSerializer(many=True)
