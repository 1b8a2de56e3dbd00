"""Is this bulletin right? The page in the room, and the same behind a link, for a phone, without sign-in."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from incidents import approvals, approving, bulletins, comparing, drafts
from incidents.forms.speaking import AnswerForm
from incidents.models import Approval
from incidents.views.answering import unlinked
from incidents.views.answers import seen, submit, viewer
from kit import clock
from kit.rules import RuleBroken

FORM = ["GET", "POST"]
REFUSED = 410


@require_http_methods(FORM)
def approval(request: HttpRequest, reference: str) -> HttpResponse:
    """What somebody intends to publish, for whoever is asked."""
    incident, actor = seen(request, reference), viewer(request)
    asked = approvals.waiting(incident)
    if asked is None:
        return render(request, "incidents/approval.html", {"incident": incident})
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and submit(form, lambda _: approving.answer(asked, form.said(), actor=actor)):
        return redirect(incident)
    may_answer = approving.may_answer(incident, asked, actor) and asked.asked_by_id != actor.pk
    return _shown(request, asked, form, may_answer=may_answer)


# The link itself is the proof, and it works where a browser keeps no cookies.
@csrf_exempt
@never_cache
@login_not_required
@require_http_methods(FORM)
def approve(request: HttpRequest, token: str) -> HttpResponse:
    """Mail scanners follow links: looking changes nothing, the button answers, once."""
    try:
        asked = approving.linked(token, clock.now())
    except RuleBroken as error:
        return unlinked(render(request, "incidents/approval.html", {"error": error}, status=REFUSED))
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and submit(form, lambda _: approving.answer_by_link(token, form.said())):
        asked.refresh_from_db()
        context = {"incident": asked.incident, "answered": asked}
        return unlinked(render(request, "incidents/approval.html", context))
    return unlinked(_shown(request, asked, form, may_answer=True))


def _shown(request: HttpRequest, asked: Approval, form: AnswerForm, *, may_answer: bool) -> HttpResponse:
    """The words as they are now, beside those that were asked about where somebody changed them since."""
    words = drafts.words_of(asked.draft)
    public = words.public_incident
    context = {
        "asked": asked,
        "incident": asked.incident,
        "form": form,
        "preview": bulletins.preview(words),
        "shown": approvals.digest(words),
        "last": public.bulletins.first() if public else None,
        "changed": comparing.sides(asked.asked.get("body", ""), words.body),
        "may_answer": may_answer,
        "recipients": bulletins.hearing(words),
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "incidents/approval.html", context, status=status)
