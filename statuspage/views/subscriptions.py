"""What readers of the public page come to: asking for letters, confirming, ending. Nobody signs in for it."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from kit import clock
from kit.rules import RuleBroken
from statuspage import subscribing
from statuspage.forms.subscriptions import ChoiceForm, SubscribeForm
from statuspage.models import LEAST_IMPACTS, Component, Page, Subscriber

# What one address on the net may ask for in an hour; counted in this process.
MOST_AN_HOUR = 20
WRONG, GONE, TOO_MANY = 422, 410, 429


# The form stands on the public page, which is another origin and has no session: there is no token to carry. All
# that a forged form could do is to have a letter sent that asks “please confirm”.
@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest, slug: str) -> HttpResponse:
    """Take an address; the answer is the same whether it is known or not."""
    page = get_object_or_404(Page, slug=slug, is_private=False)
    form = SubscribeForm(request.POST if request.method == "POST" else None, page=page)
    if request.method != "POST":
        return _asking(request, form, page)
    if _asks_too_often(request):
        return _asking(request, form, page, "That was often. Try again in an hour, or follow the feed.", TOO_MANY)
    if not form.is_valid():
        return _asking(request, form, page, status=WRONG)
    said = form.cleaned_data
    try:
        subscribing.ask(page, said["address"], form.choice(), only=said["incident"], channel=form.by())
    except RuleBroken as error:
        return _asking(request, form, page, error.sentence, WRONG)
    return _say(request, page, "asked", by_webhook=form.by() == Subscriber.Channel.WEBHOOK)


# The signed link is what allows it. Mail providers post it by themselves (RFC 8058), with no cookie and no token.
@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a button, POST presses it: a scanner that follows links confirms nothing."""
    if request.method == "POST":
        return _answer(request, lambda: subscribing.confirm(token), "confirmed")
    return _answer(request, lambda: subscribing.to_confirm(token, clock.now()), "confirm")


@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a button, POST ends it, also as one click from the mail program."""
    if request.method == "POST":
        return _answer(request, lambda: subscribing.end(token), "ended")
    return _answer(request, lambda: subscribing.to_end(token), "end")


# The signed link is what allows it; a forged form would need it.
@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def manage(request: HttpRequest, token: str) -> HttpResponse:
    """What the bearer of the link gets, to be chosen anew; GET changes nothing."""
    try:
        subscriber = subscribing.to_end(token)
        form = ChoiceForm(request.POST if request.method == "POST" else None, page=subscriber.page)
        if form.is_valid():
            subscriber = subscribing.choose(token, form.choice())
    except RuleBroken as error:
        return render(request, "statuspage/subscription.html", {"step": "gone", "error": error}, status=GONE)
    context = {
        "step": "manage",
        "page": subscriber.page,
        "subscriber": subscriber,
        "form": form,
        "is_saved": form.is_valid(),
        "impacts": LEAST_IMPACTS,
        "chosen": set(subscriber.components.all()),
        "leaves": Component.objects.leaves().filter(page=subscriber.page),
        "secret": _secret(subscriber),
        "end_url": subscribing.unsubscribe_url(subscriber.pk),
    }
    return render(request, "statuspage/subscription.html", context, status=WRONG if form.errors else 200)


def _answer(request: HttpRequest, find: Callable[[], Subscriber], step: str) -> HttpResponse:
    try:
        subscriber = find()
    except RuleBroken as error:
        return render(request, "statuspage/subscription.html", {"step": "gone", "error": error}, status=GONE)
    return _say(request, subscriber.page, step, subscriber)


def _say(
    request: HttpRequest, page: Page, step: str, subscriber: Subscriber | None = None, *, by_webhook: bool = False
) -> HttpResponse:
    token = request.resolver_match.kwargs.get("token", "") if request.resolver_match else ""
    context = {"step": step, "page": page, "subscriber": subscriber, "by_webhook": by_webhook}
    context |= {"secret": _secret(subscriber)} if step == "confirmed" else {}
    # The link that ends a subscription also leads to what it is about.
    context |= {"manage_url": subscribing.manage_url(token)} if step == "end" else {}
    return render(request, "statuspage/subscription.html", context)


def _secret(subscriber: Subscriber | None) -> str:
    """What a webhook's messages are signed with, for whoever the link was sent to; a mailbox has none."""
    is_machine = subscriber is not None and subscriber.channel == Subscriber.Channel.WEBHOOK
    return subscribing.secret_of(subscriber) if subscriber and is_machine else ""


def _asking(
    request: HttpRequest, form: SubscribeForm, page: Page, problem: str = "", status: int = 200
) -> HttpResponse:
    asked = form["channel"].value() if form.is_bound else request.GET.get("channel")
    by_webhook = asked == Subscriber.Channel.WEBHOOK
    context = {"step": "asking", "form": form, "page": page, "problem": problem, "by_webhook": by_webhook}
    return render(request, "statuspage/subscription.html", context, status=status)


def _asks_too_often(request: HttpRequest) -> bool:
    key = f"subscribe:{_caller(request)}"
    cache.add(key, 0, timeout=3600)
    return cache.incr(key) > MOST_AN_HOUR


def _caller(request: HttpRequest) -> str:
    """The address at the other end; behind a proxy of ours, what that proxy says."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.TRUST_PROXY else ""
    return str(forwarded.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", ""))
