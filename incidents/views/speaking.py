"""Speaking: the situation, the decision to tell the public, bulletins, the holding text, snoozing a duty."""

from collections.abc import Mapping
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from incidents import (
    approvals,
    approving,
    bulletins,
    communications,
    drafts,
    leave,
    obligations,
    outgoing,
    situation,
    statements,
)
from incidents.bulletins import Desk
from incidents.forms.speaking import BulletinForm, HoldingForm
from incidents.forms.steering import PostureForm, SituationForm
from incidents.leave import RESPOND, SPEAK, STEER
from incidents.models import Draft, Incident, Obligation, PublicLink
from incidents.views.answers import Comparison, ask_for, click, page, seen, submit, viewer
from incidents.vocabulary import Posture
from kit import clock

FORM = ["GET", "POST"]


@require_http_methods(FORM)
def edit_situation(request: HttpRequest, reference: str) -> HttpResponse:
    """Edit it; what two people changed is refused, with both values side by side and nothing lost."""
    incident, actor = seen(request, reference, RESPOND), viewer(request)
    now = {name: getattr(incident, name) for name in situation.FIELDS}
    compared = Comparison.of(request, situation.LABELS, now)
    return ask_for(
        request,
        "situation",
        incident,
        SituationForm(request.POST or None, initial=now),
        lambda said: compared.save(lambda was: situation.edit(incident, said, was=was, actor=actor)),
        compared=compared,
    )


@require_http_methods(FORM)
def posture(request: HttpRequest, reference: str) -> HttpResponse:
    """Whether the public is told; a link may say what was meant, else it is the other way than decided."""
    incident, actor = seen(request, reference, STEER), viewer(request)
    other = {Posture.POST: Posture.NOT_REQUIRED, Posture.NOT_REQUIRED: Posture.POST}
    meant = request.GET.get("to") or other.get(Posture(incident.posture), "")
    return ask_for(
        request,
        "posture",
        incident,
        PostureForm(request.POST or None, initial={"posture": meant}),
        lambda said: communications.decide_posture(
            incident, Posture(said["posture"]), actor=actor, reason=said["reason"]
        ),
    )


@require_POST
def ask_to_decide(request: HttpRequest, reference: str) -> HttpResponse:
    """One click asks whoever decides whether the public is told."""
    incident, actor = seen(request, reference, RESPOND), viewer(request)
    return click(request, incident, lambda: approving.ask_to_decide(incident, actor=actor))


@require_http_methods(FORM)
def bulletin(request: HttpRequest, reference: str) -> HttpResponse:
    """Write, look at it as readers will, publish; or keep it as a draft for somebody else."""
    incident = seen(request, reference, RESPOND)
    desk = _desk(request, incident)
    form = BulletinForm(request.POST or None, initial=desk.initial, desk=desk)
    compared = Comparison.of(request, drafts.LABELS, desk.seen)
    step = request.POST.get("step", "")
    save = SAVING.get(step)
    if save and submit(form, lambda _: compared.save(lambda was: save(request, incident, form, was))):
        return redirect(incident)
    shown = None
    if step == "preview" and submit(form, lambda _: statements.check_words(incident, form.words(), clock.now())):
        shown = bulletins.preview(form.words())
    judged = _judged(request, incident, form)
    return page(request, "bulletin", incident, form, desk=desk, preview=shown, compared=compared, **judged)


@require_POST
def remarks(request: HttpRequest, reference: str) -> HttpResponse:
    """What the lint says of what stands in the form so far, and how it may go out, while somebody writes."""
    incident = seen(request, reference, RESPOND)
    form = BulletinForm(request.POST, desk=_desk(request, incident))
    may = leave.of(incident, viewer(request))
    context = {"incident": incident, "form": form, "desk": form.desk, "may": may} | _judged(request, incident, form)
    return render(request, "incidents/parts/remarks_and_way.html", context)


def _desk(request: HttpRequest, incident: Incident) -> Desk:
    """What the form that was sent names, else what the address does."""
    said = request.POST if request.method == "POST" else request.GET
    return bulletins.desk(
        incident,
        draft=said.get("draft", ""),
        state=request.GET.get("state", ""),
        begin=request.GET.get("begin", "") if request.method == "GET" else "",
        about=said.get("about", ""),
    )


def _judged(request: HttpRequest, incident: Incident, form: BulletinForm) -> dict[str, object]:
    """What the lint says of the words, and how they may go out."""
    form.is_valid()
    words = form.words() if form.is_bound else form.desk.words
    return {
        "remarks": statements.findings(incident, words) if form.is_bound else [],
        "recipients": bulletins.hearing(words),
        "standing": approvals.of(incident, words, actor=viewer(request), now=clock.shown()),
    }


def _publish(request: HttpRequest, incident: Incident, form: BulletinForm, was: Mapping[str, str]) -> None:
    said = form.cleaned_data
    outgoing.send(
        incident, form.words(), actor=viewer(request), draft=said["draft"] or uuid4(), was=was, unasked=said["unasked"]
    )


def _schedule(request: HttpRequest, incident: Incident, form: BulletinForm, was: Mapping[str, str]) -> None:
    said, due = form.cleaned_data, form.desk.due_at
    at = due or clock.now()
    outgoing.send(incident, form.words(), actor=viewer(request), draft=said["draft"] or uuid4(), was=was, at=at)


def _ask(request: HttpRequest, incident: Incident, form: BulletinForm, was: Mapping[str, str]) -> None:
    approving.ask(incident, form.words(), actor=viewer(request), draft=form.cleaned_data["draft"] or uuid4(), was=was)


def _keep(request: HttpRequest, incident: Incident, form: BulletinForm, was: Mapping[str, str]) -> None:
    drafts.keep(incident, form.words(), actor=viewer(request), draft=form.cleaned_data["draft"], was=was)


SAVING = {"publish": _publish, "schedule": _schedule, "ask": _ask, "keep": _keep}


@require_GET
def live(request: HttpRequest, reference: str) -> HttpResponse:
    """Whether readers see it: the page on disk carries everything that was published (SUP1-2)."""
    incident = seen(request, reference)
    return render(request, "incidents/parts/live.html", {"incident": incident, "live": bulletins.live(incident)})


@require_POST
def discard(request: HttpRequest, reference: str, draft: UUID) -> HttpResponse:
    """Throw a draft away."""
    incident, actor = seen(request, reference, RESPOND), viewer(request)
    kept = Draft.objects.get(pk=draft, incident=incident)
    return click(request, incident, lambda: drafts.discard(kept, actor=actor))


@require_POST
def take_back(request: HttpRequest, reference: str, draft: UUID) -> HttpResponse:
    """It does not go out; back to its words."""
    incident, actor = seen(request, reference, SPEAK), viewer(request)
    outgoing.take_back(Draft.objects.get(pk=draft, incident=incident), actor=actor)
    return redirect(f"{reverse('bulletin', args=[reference])}?draft={draft}")


@require_POST
def publish_now(request: HttpRequest, reference: str, draft: UUID) -> HttpResponse:
    """Without waiting any longer."""
    incident, actor = seen(request, reference, SPEAK), viewer(request)
    kept = Draft.objects.get(pk=draft, incident=incident)
    return click(request, incident, lambda: outgoing.publish_now(kept, actor=actor))


@require_http_methods(FORM)
def holding(request: HttpRequest, reference: str, public_id: str) -> HttpResponse:
    """The text that workers may publish by themselves while nothing changes."""
    incident, actor = seen(request, reference, SPEAK), viewer(request)
    link = PublicLink.objects.get(incident=incident, public_incident__public_id=public_id)
    return ask_for(
        request,
        "holding",
        incident,
        HoldingForm(request.POST or None, initial={"text": link.holding_text}),
        lambda said: communications.set_holding(link, said["text"], actor=actor, times=said["times"]),
        link=link,
    )


@require_POST
def snooze(request: HttpRequest, reference: str) -> HttpResponse:
    incident, actor = seen(request, reference, RESPOND), viewer(request)
    owed = Obligation.objects.filter(incident=incident).get(pk=request.POST.get("duty", ""))
    return click(request, incident, lambda: obligations.snooze(owed, actor=actor))
