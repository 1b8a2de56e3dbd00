"""What was told, put right by the API."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kit import bodies
from kit.asked import Asked
from statuspage import records
from statuspage.api.pages import asker
from statuspage.models import Bulletin, Page, PublicIncident
from statuspage.records import Afterwards
from statuspage.vocabulary import Impact, Status

IMPACTS = (Impact.NONE, Impact.MINOR, Impact.MAJOR, Impact.CRITICAL)


class OverrideIn(serializers.Serializer[PublicIncident]):
    """The impact that readers see; null goes back to the one reckoned."""

    impact = serializers.ChoiceField(choices=[one.value for one in IMPACTS], allow_null=True)


class BodyIn(serializers.Serializer[Bulletin]):
    """The words as they should have been."""

    body = serializers.CharField(max_length=5000)


class AfterwardsIn(serializers.Serializer[PublicIncident]):
    """An incident that is over and was never told; statuses by the component's public id."""

    name = serializers.CharField(max_length=200)
    began = serializers.CharField(max_length=5000)
    ended = serializers.CharField(max_length=5000)
    began_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField()
    statuses = serializers.DictField(child=serializers.ChoiceField(choices=Status.choices), allow_empty=False)


class PublicIncidentOut(serializers.ModelSerializer[PublicIncident]):
    """What readers are told about, in short; the whole stands in the public documents."""

    id = serializers.CharField(source="public_id")
    status = serializers.CharField(source="state")
    impact = serializers.CharField(source="shown_impact")

    class Meta:
        model = PublicIncident
        fields = ("id", "name", "status", "impact", "started_at", "resolved_at", "updated_at")


class TellingAfterwards(Asked):
    """Write down an incident that was over before anybody told it; nobody is written to."""

    @extend_schema(operation_id="tell_afterwards", request=AfterwardsIn, responses={201: PublicIncidentOut})
    def post(self, request: Request, slug: str) -> Response:
        page, said = Page.objects.get(slug=slug), bodies.read(AfterwardsIn, request)
        told = records.tell_afterwards(page, Afterwards(**said.validated_data), actor=asker(request))
        return Response(PublicIncidentOut(told).data, status=201)


class Override(Asked):
    """Let readers see another impact of an incident than the one reckoned."""

    @extend_schema(operation_id="impact_override", request=OverrideIn, responses=PublicIncidentOut)
    def put(self, request: Request, slug: str, public_id: str) -> Response:
        about = PublicIncident.objects.get(page__slug=slug, public_id=public_id)
        impact = bodies.read(OverrideIn, request).validated_data["impact"]
        changed = records.override_impact(about, Impact(impact) if impact else None, actor=asker(request))
        return Response(PublicIncidentOut(changed).data)


class Slip(Asked):
    """Put a slip of a bulletin right within ten minutes; readers see that it was edited."""

    @extend_schema(operation_id="bulletin_put_right", request=BodyIn, responses=PublicIncidentOut)
    def put(self, request: Request, slug: str, public_id: str) -> Response:
        bulletin = Bulletin.objects.get(public_incident__page__slug=slug, public_id=public_id)
        body = bodies.read(BodyIn, request).validated_data["body"]
        changed = records.put_right(bulletin, body, actor=asker(request))
        return Response(PublicIncidentOut(changed.public_incident).data)
