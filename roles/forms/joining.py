"""Coming in: the set-up's first form, and an invitation made and accepted."""

from django import forms
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString

from roles.forms.fields import ZoneField
from roles.joining import Newcomer


class NewcomerForm(forms.Form):
    """What somebody says of themselves when they come in."""

    name = forms.CharField(
        label="Your name", max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name", "autofocus": True})
    )
    password = forms.CharField(
        label="Password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "minlength": 10}),
        help_text="At least 10 characters. A few words in a row are easy to remember and hard to guess.",
    )
    time_zone = ZoneField(guess=True, label="Your time zone", initial="UTC")

    @property
    def newcomer(self) -> Newcomer:
        said = self.cleaned_data
        return Newcomer(said["name"], said["password"], said["time_zone"])


class FirstForm(NewcomerForm):
    """The first form there is: the organisation and its first administrator."""

    organisation = forms.CharField(label="Organisation", max_length=120, help_text="As your colleagues call it.")
    email = forms.EmailField(label="E-mail", widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    field_order = ("organisation", "name", "email", "password", "time_zone")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["name"].widget.attrs.pop("autofocus")
        self.fields["organisation"].widget.attrs["autofocus"] = True
        self.fields["time_zone"].label = "Time zone"
        self.fields["time_zone"].help_text = "Yours and the organisation's; either can be changed later."


def group_choices() -> list[tuple[str, SafeString]]:
    """Every group with what it may do."""
    return [
        (name, format_html('<span>{}<br><span class="soft small">{}</span></span>', name, settings.ROLES_ABOUT[name]))
        for name in settings.ROLES_GRANTS
    ]


class GroupsForm(forms.Form):
    """Which groups a person is in."""

    groups = forms.MultipleChoiceField(
        choices=group_choices,
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "ticks is-told"}),
    )


class InviteForm(GroupsForm):
    """Who is invited, and into which groups."""

    email = forms.EmailField(
        label="E-mail", widget=forms.EmailInput(attrs={"autocomplete": "off", "placeholder": "ada@example.com"})
    )
    field_order = ("email", "groups")
