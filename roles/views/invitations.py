"""Inviting people, and the invitations that are open."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from kit import clock
from kit.rules import require
from roles import joining, letters
from roles.forms.joining import InviteForm
from roles.models import Invitation
from roles.views.answers import page, posted, submit, viewer

MOST_SHOWN = 50


@never_cache
@require_http_methods(["GET", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """A form for one invitation, and those that wait for an answer."""
    actor = viewer(request)
    require(actor, joining.MANAGE)
    form = InviteForm(posted(request))
    made = submit(
        request, form, lambda: joining.invite(form.cleaned_data["email"], form.cleaned_data["groups"], actor=actor)
    )
    if made:
        return _show_link(request, *made)
    context = {"invitations": Invitation.objects.select_related("invited_by")[:MOST_SHOWN], "now": clock.shown()}
    return page(request, "invite", form, **context)


@require_POST
def revoke(request: HttpRequest, pk: UUID) -> HttpResponse:
    invitation = Invitation.objects.get(pk=pk)
    joining.revoke(invitation, actor=viewer(request))
    messages.success(request, f"The invitation of {invitation.email} is taken back.")
    return redirect("invite")


def _show_link(request: HttpRequest, invitation: Invitation, token: str) -> HttpResponse:
    """The only page that ever shows the link; the letter goes out after the commit."""
    is_mailed = letters.send_invitation(invitation, token)
    context = {"invitation": invitation, "link": letters.link(token), "is_mailed": is_mailed}
    return render(request, "roles/invited.html", context, status=201)
