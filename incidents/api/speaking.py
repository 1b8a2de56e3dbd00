"""What the API takes and gives about what is said outside."""

from dataclasses import fields
from typing import Any

from rest_framework import serializers

from incidents.models import Approval, Draft
from incidents.statements import Words
from roles.models import User
from statuspage.models import Page, PublicIncident
from statuspage.vocabulary import MEANING, State, Status

STATES = [(state.value, state.label) for state in MEANING]


class BulletinIn(serializers.Serializer[Any]):
    """`statuses` maps a component's public id to its status; the first bulletin names a title and a page.

    `based_on` is the id of the newest bulletin the writer saw (empty for none): where another came out since, it is
    refused. `watch` says with “monitoring” for how many minutes we watch. `short` is the same for networks that cut
    long posts; without it, it is made of the text.
    """

    state = serializers.ChoiceField(choices=STATES)
    body = serializers.CharField(max_length=5000)
    statuses = serializers.DictField(
        child=serializers.ChoiceField(choices=Status.choices), required=False, default=dict
    )
    next_update_at = serializers.DateTimeField(required=False, default=None, allow_null=True)
    name = serializers.CharField(required=False, default="", max_length=200)
    page = serializers.SlugRelatedField(
        slug_field="slug", queryset=Page.objects.all(), required=False, default=None, allow_null=True
    )
    public_incident = serializers.SlugRelatedField(
        slug_field="public_id", queryset=PublicIncident.objects.all(), required=False, default=None, allow_null=True
    )
    based_on = serializers.CharField(required=False, default=None, allow_null=True, allow_blank=True, max_length=12)
    short = serializers.CharField(required=False, default="", allow_blank=True, max_length=500)
    watch = serializers.IntegerField(required=False, default=None, allow_null=True, min_value=5, max_value=1440)

    def words(self) -> Words:
        """What the commands take."""
        said = {name: value for name, value in self.validated_data.items() if name in WORDS}
        statuses = {public_id: Status(status) for public_id, status in said["statuses"].items()}
        return Words(**said | {"state": State(said["state"]), "statuses": statuses})


WORDS = tuple(one.name for one in fields(Words))


class PublishIn(BulletinIn):
    """The same `idempotency_key` from the same person publishes once.

    `unasked` says why it goes out although whoever was asked has not answered for so long that it may.
    """

    unasked = serializers.CharField(required=False, default="", allow_blank=True, max_length=240)
    idempotency_key = serializers.CharField(required=False, default=None, allow_null=True, max_length=64)


class ScheduleIn(BulletinIn):
    """A bulletin for its due time. It stays a draft, and says so, where another one comes out before that."""

    publish_at = serializers.DateTimeField()
    unasked = serializers.CharField(required=False, default="", allow_blank=True, max_length=240)


class WaitingOut(serializers.ModelSerializer[Draft]):
    """A bulletin that is written and goes out at `publish_at`; until then it can be taken back."""

    publish_by = serializers.SlugRelatedField[User](slug_field="handle", read_only=True)

    class Meta:
        model = Draft
        fields = ("publish_at", "publish_by", "state", "name", "body", "statuses", "next_update_at")


class BulletinOut(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    public_incident = serializers.CharField(source="public_incident.public_id")
    state = serializers.CharField()
    body = serializers.CharField()
    display_at = serializers.DateTimeField()
    next_update_at = serializers.DateTimeField(allow_null=True)


class FindingOut(serializers.Serializer[Any]):
    """A remark of the lint; one that `blocks` keeps the bulletin from being published."""

    code = serializers.CharField()
    sentence = serializers.CharField()
    field = serializers.CharField()
    blocks = serializers.BooleanField()
    found = serializers.CharField()


class JudgementOut(serializers.Serializer[Any]):
    """What would become of a bulletin: `way` is by whose word it may go out, empty while somebody must be asked."""

    way = serializers.CharField(source="standing.way", default="", allow_null=True)
    sentence = serializers.CharField(source="standing.sentence")
    digest = serializers.CharField()
    findings = FindingOut(many=True)


class ApprovalOut(serializers.ModelSerializer[Approval]):
    """Words that somebody was asked about. An answer repeats the `digest`, which is of these very words."""

    asked_by = serializers.SlugRelatedField[User](slug_field="handle", read_only=True)
    approver = serializers.SlugRelatedField[User](slug_field="handle", read_only=True)
    state = serializers.CharField(source="draft.state", read_only=True)
    name = serializers.CharField(source="draft.name", read_only=True)
    body = serializers.CharField(source="draft.body", read_only=True)
    statuses = serializers.DictField(source="draft.statuses", read_only=True)
    next_update_at = serializers.DateTimeField(source="draft.next_update_at", allow_null=True, read_only=True)

    class Meta:
        model = Approval
        fields = (
            *("digest", "answer", "asked_by", "asked_at", "approver", "answered_at", "said"),
            *("state", "name", "body", "statuses", "next_update_at"),
        )


class AnswerIn(serializers.Serializer[Any]):
    """Right or not yet, of the words with this `digest`; `text` is how the approver would have them."""

    answer = serializers.ChoiceField(choices=[("right", "It is right"), ("change", "Not yet")])
    digest = serializers.CharField(max_length=64)
    text = serializers.CharField(required=False, default="", allow_blank=True, max_length=5000)
    why = serializers.CharField(required=False, default="", allow_blank=True, max_length=500)


class WordingOut(serializers.Serializer[Any]):
    """A text to begin a bulletin with; what stands in braces is filled in before it is published."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    text = serializers.CharField()
    is_changed = serializers.BooleanField()


class WordingIn(serializers.Serializer[Any]):
    """Another text; an empty one brings back the one Sitrep came with."""

    text = serializers.CharField(allow_blank=True, max_length=1000)
