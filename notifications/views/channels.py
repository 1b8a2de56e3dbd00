"""The settings of the channels: overview, mail server, audiences."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kit.rules import require
from notifications import audiences, breakers, mail_server, mailing
from notifications.answers import Refused, Temporary
from notifications.audiences import MANAGE
from notifications.forms.channels import MailServerForm, MemberForm
from notifications.models import Breaker, Endpoint, MailServer, Provider
from notifications.views.outbox import may_look
from roles.models import User
from roles.views.answers import WRONG, posted, submit, viewer


@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """How mail leaves, who is in which audience, and which machines are told."""
    require(viewer(request), MANAGE)
    context = {
        "server": mailing.server(),
        "by_environment": bool(settings.MAIL_URL),
        "may_look": may_look(request),
        "audiences": [(name, audiences.members(name)) for name in audiences.NAMES],
        "endpoints": Endpoint.objects.all(),
        "providers": Provider.objects.all(),
        "breakers": Breaker.objects.filter(open_until__isnull=False),
    }
    return render(request, "notifications/channels.html", context)


@require_http_methods(["GET", "POST"])
def server(request: HttpRequest) -> HttpResponse:
    """Set the mail server."""
    user = viewer(request)
    require(user, MANAGE)
    row = MailServer.objects.filter(pk=1).first()
    known = ("host", "port", "security", "username", "sender")
    form = MailServerForm(posted(request), initial={name: getattr(row, name) for name in known} if row else None)
    if submit(request, form, lambda: mail_server.save(form.said(), actor=user)):
        messages.success(request, "Saved. Send yourself a test.")
        return redirect("mail_server")
    context = {"form": form, "row": row, "by_environment": bool(settings.MAIL_URL), "may_look": may_look(request)}
    return render(request, "notifications/mail_server.html", context, status=WRONG if form.errors else 200)


@require_POST
def forget_server(request: HttpRequest) -> HttpResponse:
    mail_server.forget(actor=viewer(request))
    messages.success(request, "Removed. Letters go into the folder.")
    return redirect("mail_server")


@require_POST
def try_mail(request: HttpRequest) -> HttpResponse:
    """Mail oneself a test and show the server's answer."""
    user = viewer(request)
    try:
        messages.success(request, f"To {user.email}: {mail_server.trial(actor=user)}")
    except (Temporary, Refused) as error:
        messages.error(request, f"To {user.email}: {error}")
    return redirect("mail_server")


@require_http_methods(["GET", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """Who is in which audience; add somebody."""
    user = viewer(request)
    require(user, MANAGE)
    form = MemberForm(posted(request))
    if submit(request, form, lambda: audiences.add(**form.cleaned_data, actor=user)):
        return redirect("audiences")
    shown = [(name, audiences.members(name), MemberForm(initial={"audience": name})) for name in audiences.NAMES]
    context = {"audiences": shown, "form": form}
    return render(request, "notifications/audiences.html", context, status=WRONG if form.errors else 200)


@require_POST
def remove_member(request: HttpRequest, audience: str, pk: UUID) -> HttpResponse:
    audiences.remove(audience, User.objects.get(pk=pk), actor=viewer(request))
    return redirect("audiences")


@require_POST
def close_breaker(request: HttpRequest, pk: int) -> HttpResponse:
    """It works again: try now."""
    breakers.close(pk, actor=viewer(request))
    messages.success(request, "Its letters go within a second.")
    return redirect("channels")
