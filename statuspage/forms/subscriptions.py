"""What a reader of the public page fills in, and what operators do about many readers at once."""

from django import forms

from statuspage.models import LEAST_IMPACTS, Component, Page, PublicIncident, Subscriber
from statuspage.subscribing import Choice
from statuspage.vocabulary import Impact


class ChoiceForm(forms.Form):
    """Whether every bulletin is wanted, from which impact on, and which components; none means all."""

    wants_all = forms.BooleanField(label="also when nothing has changed", required=False)
    least_impact = forms.ChoiceField(choices=LEAST_IMPACTS, required=False)
    components = forms.ModelMultipleChoiceField(Component.objects.none(), to_field_name="public_id", required=False)

    def __init__(self, *args: object, page: Page, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        leaves = Component.objects.leaves().filter(page=page)
        self.fields["components"].queryset = leaves  # type: ignore[attr-defined]

    def choice(self) -> Choice:
        said = self.cleaned_data
        return Choice(said["wants_all"], said["components"], Impact(said["least_impact"] or Impact.NONE))


class SubscribeForm(ChoiceForm):
    """The same with an address, and the one incident where only that is followed."""

    address = forms.CharField(label="Your address", max_length=254)
    channel = forms.ChoiceField(choices=Subscriber.Channel.choices, required=False)
    incident = forms.ModelChoiceField(PublicIncident.objects.none(), to_field_name="public_id", required=False)

    def __init__(self, *args: object, page: Page, **kwargs: object) -> None:
        super().__init__(*args, page=page, **kwargs)
        current = PublicIncident.objects.current().filter(page=page)
        self.fields["incident"].queryset = current  # type: ignore[attr-defined]

    def by(self) -> Subscriber.Channel:
        """By mail, where nothing else is chosen."""
        return Subscriber.Channel(self.cleaned_data["channel"] or Subscriber.Channel.EMAIL)


class RollForm(forms.Form):
    """A list of subscribers to take in."""

    file = forms.FileField(label="CSV file", help_text="With a column “address”; the others are as in the export.")
    have_agreed = forms.BooleanField(
        label="They have agreed already, so do not ask them to confirm",
        required=False,
        help_text="Only where you can show that they did.",
    )
