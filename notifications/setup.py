"""This room's steps of the set-up (settings.SETUP_STEPS): `(user) -> (title, sentence, url, done)`."""

from django.urls import reverse

from notifications import mailing
from notifications.models import AudienceMember
from roles.models import User
from roles.setup import Step


def mail_step(user: User) -> Step:
    sentence = "Pages and updates go by mail: set the server, and send yourself a test. Until then nobody is mailed."
    return Step("Mail", sentence, reverse("mail_server"), not mailing.is_folder())


def audiences_step(user: User) -> Step:
    sentence = "Say who hears of S1 and S2 without being asked to help: support, sales, executives."
    filled = set(AudienceMember.objects.values_list("audience", flat=True))
    lacks = tuple(
        f"Nobody is among the {name.lower()}." for code, name in AudienceMember.AUDIENCES if code not in filled
    )
    return Step("Audiences", sentence, reverse("audiences"), bool(filled), lacks)
