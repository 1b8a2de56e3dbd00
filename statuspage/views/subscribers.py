"""Who subscribed to a page: operators look somebody up, see what came back, and keep the roll."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kit.rules import check, require
from statuspage import rolls, subscribing
from statuspage.forms.subscriptions import RollForm
from statuspage.models import Page, Subscriber
from statuspage.views.answers import page as answer
from statuspage.views.answers import posted, submit, viewer


@require_GET
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """By address, or those whose letters come back alone."""
    require(viewer(request), subscribing.MANAGE)
    page, words = get_object_or_404(Page, slug=slug), request.GET.get("q", "").strip()
    of_page = Subscriber.objects.filter(page=page, ended_at=None)
    shown = of_page.quarantined() if "back" in request.GET else of_page
    found = shown.filter(address__icontains=words).select_related("only").prefetch_related("components")
    context = {
        "page": page,
        "q": words,
        "is_back": "back" in request.GET,
        "part": rolls.part(found, request.GET.get("cursor", "")),
        "confirmed": of_page.confirmed().count(),
        "pending": of_page.pending().count(),
        "quarantined": of_page.quarantined().count(),
    }
    return render(request, "statuspage/subscribers.html", context)


@require_POST
def remove(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    subscriber = get_object_or_404(Subscriber, page__slug=slug, pk=pk)
    subscribing.remove(subscriber, actor=viewer(request))
    messages.success(request, f"{subscriber.address} gets no more letters.")
    return redirect("statuspage_subscribers", slug)


@require_POST
def release(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    subscriber = get_object_or_404(Subscriber, page__slug=slug, pk=pk)
    rolls.release(subscriber, actor=viewer(request))
    messages.success(request, f"{subscriber.address} gets letters again.")
    return redirect("statuspage_subscribers", slug)


@require_GET
def export(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """The roll as a file."""
    page, actor = get_object_or_404(Page, slug=slug), viewer(request)
    require(actor, subscribing.MANAGE)
    answered = StreamingHttpResponse(rolls.written(page, actor=actor), content_type="text/csv; charset=utf-8")
    answered.headers["Content-Disposition"] = f'attachment; filename="{page.slug}-subscribers.csv"'
    return answered


@require_http_methods(["GET", "HEAD", "POST"])
def take_in(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a file in, all of it or nothing."""
    page, actor = get_object_or_404(Page, slug=slug), viewer(request)
    require(actor, subscribing.MANAGE)
    form = RollForm(posted(request), request.FILES or None)
    made = submit(form, lambda: rolls.take_in(page, _text(form), have_agreed=_agreed(form), actor=actor))
    if made is None:
        return answer(request, "roll", form, page=page)
    messages.success(request, f"{made} added." if _agreed(form) else f"{made} added and asked to confirm.")
    return redirect("statuspage_subscribers", slug)


def _agreed(form: RollForm) -> bool:
    return bool(form.cleaned_data["have_agreed"])


def _text(form: RollForm) -> str:
    file = form.cleaned_data["file"]
    check(file.size <= rolls.MOST_BYTES, "too_large", f"At most {rolls.MOST_BYTES:,} bytes.", field="file")
    text: str = file.read().decode("utf-8", errors="replace")
    return text
