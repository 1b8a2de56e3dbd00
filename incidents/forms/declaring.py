"""The form by which an incident is raised: two inputs are needed, the rest helps."""

from typing import Any
from uuid import uuid4

from django import forms

from incidents.lifecycle import Declaration
from incidents.models import Service
from incidents.questionnaire import QUESTIONS, UNKNOWN, Suggestion, suggest
from incidents.vocabulary import Severity, Type

HELP_ME = "help"


class DeclareForm(forms.Form):
    """What do you see, and which type; severity by its definitions or by the seven questions."""

    title = forms.CharField(
        label="What do you see?",
        max_length=200,
        widget=forms.TextInput(attrs={"placeholder": "Checkout fails for some customers", "autofocus": True}),
    )
    type = forms.ChoiceField(label="Which type?", choices=Type.choices, initial=Type.AVAILABILITY)
    severity = forms.ChoiceField(
        label="How bad is it?",
        choices=[*Severity.choices, (HELP_ME, "Help me choose"), ("", "I do not know yet")],
        required=False,
        widget=forms.RadioSelect,
    )
    services = forms.ModelMultipleChoiceField(
        label="Affected services", queryset=Service.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    impact_started_at = forms.DateTimeField(
        label="Felt since",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text="In your time zone. Leave it empty if you do not know.",
    )
    impact_ended_at = forms.DateTimeField(
        label="Over since",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text="Only if it is over already: then nobody is called.",
    )
    recurrence_of = forms.CharField(widget=forms.HiddenInput, max_length=16, required=False)
    is_restricted = forms.BooleanField(label="Only members may see it", required=False)
    idempotency_key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        services = self.fields["services"]
        assert isinstance(services, forms.ModelMultipleChoiceField)
        services.queryset = Service.objects.filter(retired_at=None)
        self.fields["idempotency_key"].initial = uuid4().hex
        for question in QUESTIONS:
            choices = [(UNKNOWN, "I do not know"), *question.answers.items()]
            self.fields[question.key] = forms.ChoiceField(
                label=question.text, choices=choices, required=False, initial=UNKNOWN
            )

    @property
    def questions(self) -> list[forms.BoundField]:
        return [self[question.key] for question in QUESTIONS]

    def suggestion(self) -> Suggestion:
        """What the seven answers come to."""
        answers = {question.key: self.cleaned_data.get(question.key, "") for question in QUESTIONS}
        return suggest(answers, type=self.cleaned_data["type"])

    def declaration(self) -> Declaration:
        """What the command takes. Without a choice the answers decide, and it is provisional."""
        said = self.cleaned_data
        chosen = said["severity"]
        by_rule = self.suggestion() if chosen in (HELP_ME, "") else None
        return Declaration(
            title=said["title"],
            type=Type(said["type"]),
            severity=by_rule.severity if by_rule else Severity(chosen),
            rationale=by_rule.says if by_rule else "Chosen by whoever declared it.",
            rule=by_rule.rule if by_rule else "",
            is_provisional=by_rule.is_provisional if by_rule else False,
            services=tuple(said["services"]),
            impact_started_at=said["impact_started_at"],
            impact_ended_at=said["impact_ended_at"],
            recurrence_of=said["recurrence_of"],
            is_restricted=said["is_restricted"],
            idempotency_key=said["idempotency_key"],
        )
