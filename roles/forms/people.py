"""What is said of a person, their keys, and a team."""

from datetime import UTC, datetime, time, timedelta

from django import forms
from django.db.models import QuerySet

from roles.forms.fields import ZoneField, date_input
from roles.models import Team, User
from roles.teams import Charter


class ProfileForm(forms.ModelForm[User]):
    """Name, time zone and phone."""

    time_zone = ZoneField(help_text="Times are shown to you in this zone.")

    class Meta:
        model = User
        fields = ("name", "time_zone", "phone")
        widgets = {"phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"})}
        help_texts = {"phone": "Colleagues see it while you are on call, and ring it when nobody answers a page."}


class KeyForm(forms.Form):
    """A personal key to the API."""

    name = forms.CharField(
        label="What for", max_length=80, widget=forms.TextInput(attrs={"placeholder": "deploy script"})
    )
    read_only = forms.BooleanField(label="It may only read", required=False, initial=True)
    expires_on = forms.DateField(
        label="Works until", required=False, widget=date_input(), help_text="The end of that day in UTC."
    )

    @property
    def expires_at(self) -> datetime | None:
        day = self.cleaned_data["expires_on"]
        return datetime.combine(day, time(), UTC) + timedelta(days=1) if day and day.year < 9999 else None

    def clean_expires_on(self) -> object:
        day = self.cleaned_data["expires_on"]
        if day and not 2000 <= day.year <= 2100:
            raise forms.ValidationError("Allowed are days up to the year 2100.")
        return day


class TeamForm(forms.ModelForm[Team]):
    """What is said of a team."""

    chat_url = forms.URLField(label="Chat channel", required=False, assume_scheme="https", help_text="A link.")

    class Meta:
        model = Team
        fields = ("name", "purpose", "chat_url", "leader", "members")
        widgets = {"members": forms.CheckboxSelectMultiple(attrs={"class": "ticks"})}
        labels = {"purpose": "Ask this team when …"}
        help_texts = {"purpose": "Ends the sentence: “the API or webhooks misbehave”."}

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        here: QuerySet[User] = User.objects.present()
        for name in ("leader", "members"):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = here

    @property
    def charter(self) -> Charter:
        return Charter(**self.cleaned_data)
