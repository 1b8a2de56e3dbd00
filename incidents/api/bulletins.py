"""Bulletins by the API: what would become of one, asking whether it is right, answering, publishing."""

from uuid import uuid4

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from incidents import approvals, approving, communications, outgoing, statements, wordings
from incidents.api import speaking as shapes
from incidents.api.views import asker
from incidents.approving import Said
from incidents.models import Approval, Incident
from kit import bodies, clock
from kit.asked import Asked


def seen(request: Request, reference: str) -> Incident:
    return Incident.objects.visible_to(asker(request)).get(reference=reference)


class Bulletins(Asked):
    """Publish a bulletin about an incident."""

    @extend_schema(request=shapes.PublishIn, responses={201: shapes.BulletinOut})
    def post(self, request: Request, reference: str) -> Response:
        incident, said = seen(request, reference), bodies.read(shapes.PublishIn, request)
        more = said.validated_data
        bulletin = communications.publish(
            incident,
            said.words(),
            actor=asker(request),
            idempotency_key=more["idempotency_key"],
            unasked=more["unasked"],
        )
        return Response(shapes.BulletinOut(bulletin).data, status=201)


class Waiting(Asked):
    """The bulletin that waits for its time."""

    @extend_schema(responses=shapes.WaitingOut)
    def get(self, request: Request, reference: str) -> Response:
        """The bulletin that goes out by itself when its time has come."""
        return Response(shapes.WaitingOut(outgoing.waiting(seen(request, reference)).get()).data)

    @extend_schema(request=shapes.ScheduleIn, responses={201: shapes.WaitingOut})
    def post(self, request: Request, reference: str) -> Response:
        """Write a bulletin now that goes out at a time; what publishing would refuse is refused now."""
        incident, said = seen(request, reference), bodies.read(shapes.ScheduleIn, request)
        more = said.validated_data
        kept = outgoing.send(
            incident,
            said.words(),
            actor=asker(request),
            draft=uuid4(),
            unasked=more["unasked"],
            at=more["publish_at"],
        )
        return Response(shapes.WaitingOut(kept).data, status=201)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, reference: str) -> Response:
        """Take it back: it is a draft again."""
        outgoing.take_back(outgoing.waiting(seen(request, reference)).get(), actor=asker(request))
        return Response(status=204)


class Judgement(Asked):
    """What would become of a bulletin: the lint's remarks, and by whose word it may go out. It changes nothing."""

    @extend_schema(request=shapes.BulletinIn, responses=shapes.JudgementOut)
    def post(self, request: Request, reference: str) -> Response:
        incident, words = seen(request, reference), bodies.read(shapes.BulletinIn, request).words()
        found = {
            "standing": approvals.of(incident, words, actor=asker(request), now=clock.shown()),
            "digest": approvals.digest(words),
            "findings": statements.findings(incident, words),
        }
        return Response(shapes.JudgementOut(found).data)


class Asking(Asked):
    """Ask whether a bulletin is right: the incident manager, else the engineer."""

    @extend_schema(request=shapes.BulletinIn, responses={201: shapes.ApprovalOut})
    def post(self, request: Request, reference: str) -> Response:
        incident, words = seen(request, reference), bodies.read(shapes.BulletinIn, request).words()
        asked = approving.ask(incident, words, actor=asker(request), draft=uuid4())
        return Response(shapes.ApprovalOut(asked).data, status=201)


class Answering(Asked):
    """The words that wait for somebody to say whether they are right."""

    @extend_schema(responses=shapes.ApprovalOut)
    def get(self, request: Request, reference: str) -> Response:
        """The bulletin that waits for a second person to find it right, as it was when that was asked."""
        return Response(shapes.ApprovalOut(_waiting(seen(request, reference))).data)

    @extend_schema(request=shapes.AnswerIn, responses=shapes.ApprovalOut)
    def post(self, request: Request, reference: str) -> Response:
        """Find the bulletin that waits right, or say how it should read; bound to the text that was read."""
        incident = seen(request, reference)
        given = bodies.read(shapes.AnswerIn, request).validated_data
        said = Said(given["answer"] == "right", given["digest"], text=given["text"], why=given["why"])
        answered = approving.answer(_waiting(incident), said, actor=asker(request))
        return Response(shapes.ApprovalOut(answered).data)


class Wordings(Asked):
    """The texts that bulletins begin with."""

    @extend_schema(responses=shapes.WordingOut(many=True))
    def get(self, request: Request) -> Response:
        return Response(shapes.WordingOut(list(wordings.every().values()), many=True).data)


class OneWording(Asked):
    """Keep another text."""

    @extend_schema(request=shapes.WordingIn, responses=shapes.WordingOut)
    def put(self, request: Request, key: str) -> Response:
        text = bodies.read(shapes.WordingIn, request).validated_data["text"]
        return Response(shapes.WordingOut(wordings.change(key, text, actor=asker(request))).data)


def _waiting(incident: Incident) -> Approval:
    """Raises `DoesNotExist` where nothing waits."""
    return Approval.objects.select_related("draft", "approver", "asked_by").get(
        incident=incident, answer=Approval.Answer.OPEN
    )
