"""The forms of the channels' settings."""

from django import forms

from notifications.audiences import NAMES
from notifications.endpoints import Target
from notifications.mail_server import Server
from notifications.models import AudienceMember, Endpoint, MailServer
from roles.models import User


class MailServerForm(forms.Form):
    """An SMTP server; the password is never shown again."""

    host = forms.CharField(max_length=253, label="Server", help_text="For example smtp.example.com")
    port = forms.IntegerField(initial=587, help_text="587 for STARTTLS, 465 for TLS from the first byte, else 25.")
    security = forms.ChoiceField(choices=MailServer.Security, label="Encryption")
    username = forms.CharField(max_length=254, required=False, label="Name")
    password = forms.CharField(
        max_length=254,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Leave it empty to keep the one that is there.",
    )
    sender = forms.CharField(max_length=254, help_text="Letters come from this address: Sitrep <sitrep@example.com>")

    def said(self) -> Server:
        return Server(**self.cleaned_data)


class MemberForm(forms.Form):
    """Somebody to be added to an audience."""

    audience = forms.ChoiceField(choices=[(name.value, name.label) for name in NAMES], widget=forms.HiddenInput)
    person = forms.ModelChoiceField(User.objects.filter(is_active=True), empty_label="Choose a person")


class EndpointForm(forms.Form):
    """A machine that an audience has. What it is cannot change later: that would be another one."""

    name = forms.CharField(max_length=120, help_text="By which people know it: “Support wiki”, “#incidents”.")
    form = forms.ChoiceField(choices=Endpoint.Form, label="Kind")
    audience = forms.ChoiceField(
        choices=AudienceMember.AUDIENCES,
        help_text="It is told what this audience is told, and never of restricted incidents.",
    )
    url = forms.CharField(max_length=2000, label="Address", help_text="Begins with https:// and is public.")

    def __init__(self, *args: object, endpoint: Endpoint | None = None, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        if endpoint:
            del self.fields["form"]
            self.initial.update({"name": endpoint.name, "audience": endpoint.audience})
            self.fields["url"].required = False
            self.fields["url"].help_text = "Leave it empty to keep the one that is there."
        self.kind = endpoint.form if endpoint else ""

    def said(self) -> Target:
        said = self.cleaned_data
        return Target(said["name"], said.get("form", self.kind), said["audience"], said["url"])


class SpanForm(forms.Form):
    """From when to when letters go again."""

    since = forms.DateTimeField(label="Sent from", widget=forms.DateTimeInput({"type": "datetime-local"}))
    until = forms.DateTimeField(label="Until", widget=forms.DateTimeInput({"type": "datetime-local"}))
