"""The one letter of this room: an invitation, which nobody else needs and which may fail without harm."""

from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse

from roles import organisation
from roles.models import Invitation


def link(token: str) -> str:
    """The address at which an invitation is accepted."""
    return settings.SITE_URL + reverse("accept_invitation", args=[token])


def send_invitation(invitation: Invitation, token: str) -> bool:
    """Mail the link. False when the mail server could not be reached or would not take it."""
    house = organisation.current().name or "your organisation"
    said = {"invitation": invitation, "link": link(token), "house": house}
    subject = f"{invitation.invited_by} invites you to Sitrep at {house}"
    try:
        send_mail(subject, render_to_string("roles/invitation.txt", said), None, [invitation.email])
    except (SMTPException, OSError):
        return False
    return True
