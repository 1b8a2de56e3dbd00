"""The forms of urgent contacts and of the services that people are reached by."""

from typing import Any

from django import forms

from notifications.contacts import LONGEST_DELAY, Reach
from notifications.models import Contact, Provider
from notifications.providers import Service


class ContactForm(forms.Form):
    """A way to be reached; a service is chosen by its name."""

    way = forms.ChoiceField(label="By")
    address = forms.CharField(
        max_length=500,
        label="Address or number",
        help_text="An e-mail address, a webhook that begins with https://, or what the service asks for.",
    )
    delay = forms.IntegerField(
        min_value=0, max_value=LONGEST_DELAY, initial=0, label="Minutes after the page",
        help_text="0 rings at once. It does not ring if you have answered before.",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.providers = {str(one.pk): one for one in Provider.objects.all()}
        field = self.fields["way"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (Contact.Way.MAIL.value, Contact.Way.MAIL.label),
            (Contact.Way.WEBHOOK.value, "Webhook of your own, signed"),
            *((pk, f"{one.name}: {one.asks_for}") for pk, one in self.providers.items()),
        ]

    def said(self) -> Reach:
        said = self.cleaned_data
        provider = self.providers.get(said["way"])
        way = Contact.Way.SERVICE if provider else Contact.Way(said["way"])
        return Reach(way, said["address"], said["delay"], provider)


class DelayForm(forms.Form):
    """When a contact rings."""

    delay = forms.IntegerField(min_value=0, max_value=LONGEST_DELAY, label="Minutes after the page")


class ProviderForm(forms.Form):
    """A service as the `apprise` library addresses it."""

    name = forms.CharField(max_length=80, help_text="By which people know it: “SMS”, “Push”.")
    asks_for = forms.CharField(
        max_length=120, label="People enter", help_text="For example: your mobile number with country code"
    )
    template = forms.CharField(
        max_length=1000,
        label="Address of the service",
        help_text="As the apprise library writes it, with {address} where the person's own goes: "
        "twilio://ACCOUNT:TOKEN@+15550000/{address}. It is kept encrypted and not shown again.",
    )

    def __init__(self, *args: Any, provider: Provider | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if provider:
            self.initial.update({"name": provider.name, "asks_for": provider.asks_for})
            self.fields["template"].required = False
            self.fields["template"].help_text = "Leave it empty to keep the one that is there."

    def said(self) -> Service:
        said = self.cleaned_data
        return Service(said["name"], said["template"], said["asks_for"])
