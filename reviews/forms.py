"""What people fill in when they look back, and what lists of actions may be asked."""

from django import forms

from incidents.vocabulary import Severity
from kit.instants import check_year
from kit.queries import Query
from reviews.models import Action, Findings
from roles.models import User


class ReviewForm(forms.Form):
    """The text of the review."""

    text = forms.CharField(
        label="What was learned",
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text="Impact in numbers; how it was detected, and could it have been sooner; what helped, what hindered; "
        "where else the same weakness lies; what follows. Name no one next to blame.",
    )
    severity = forms.ChoiceField(
        label="Looking back, it was",
        required=False,
        choices=[("", "not said"), *Severity.choices],
        help_text="Confirm the severity it had, or choose what it should have been: the first, the worst and this one "
        "are kept side by side.",
    )


class FindingsForm(forms.Form):
    """What was found out; everything may be left open."""

    detection = forms.ChoiceField(
        label="How was it noticed?", required=False, choices=[("", "not said"), *Findings.Detection.choices]
    )
    cause_known_at = forms.DateTimeField(
        label="When was the cause known?",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text="In your time zone.",
        validators=[check_year],
    )
    severity = forms.ChoiceField(
        label="Severity in hindsight",
        required=False,
        choices=[("", "not said"), *Severity.choices],
        help_text="The severity it had stays as it is; this says whether we would choose it again.",
    )
    factors = forms.MultipleChoiceField(
        label="What contributed?",
        required=False,
        choices=Findings.Factor.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    is_false_alarm = forms.TypedChoiceField(
        label="Was it a false alarm?",
        required=False,
        choices=[("", "not said"), ("yes", "Yes, there was nothing to respond to"), ("no", "No")],
        coerce=lambda said: said == "yes",
        empty_value=None,
    )


class ActionsQuery(Query):
    """Which actions are asked for."""

    state = forms.ChoiceField(
        choices=[("", "all"), ("open", "not done"), ("done", "done"), ("overdue", "late")], required=False
    )
    owner = forms.ModelChoiceField(
        User.objects.all(), to_field_name="handle", required=False, help_text="The handle of whoever does it."
    )


class ActionForm(forms.Form):
    """Something to be done, by somebody, by a day."""

    title = forms.CharField(label="What is to be done", max_length=240)
    aim = forms.ChoiceField(label="So that we", choices=Action.Aim.choices)
    owner = forms.ModelChoiceField(User.objects.filter(is_active=True), label="Who does it", empty_label=None)
    due_at = forms.DateTimeField(
        label="Until",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text="In your time zone.",
        validators=[check_year],
    )
