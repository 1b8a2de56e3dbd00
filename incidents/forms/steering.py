"""Forms that steer an incident: severity, phase, times, posture, details, exits."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms

from incidents.levelling import OVER_ESTIMATED, SHRINKING, UNDER_ESTIMATED
from incidents.models import ImpactWindow, Incident, PhaseEntry, Service
from incidents.severity import is_worse
from incidents.times import Impact
from incidents.vocabulary import Milestone, Phase, Posture, Severity, Type
from kit.instants import check_year


def moment(
    label: str, *, required: bool = True, help_text: str = "In your time zone.", seconds: bool = False
) -> forms.DateTimeField:
    """A date and time as a phone asks for it; to the second only where the order of times hangs on it."""
    attributes = {"type": "datetime-local"} | ({"step": "1"} if seconds else {})
    widget = forms.DateTimeInput(attrs=attributes, format="%Y-%m-%dT%H:%M:%S" if seconds else "%Y-%m-%dT%H:%M")
    return forms.DateTimeField(
        label=label, required=required, widget=widget, help_text=help_text, validators=[check_year]
    )


def reason(label: str, *, required: bool = True) -> forms.CharField:
    return forms.CharField(label=label, required=required, max_length=240)


class Sometimes(forms.CharField):
    """A text that is needed in some cases; its label says in which, instead of “optional”."""

    def __init__(self, *, when: str, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.when = when


GREW = "grew"
# Which answers fit a severity that is raised, and one that is lowered.
RAISING = ((GREW, "The impact grew"), (UNDER_ESTIMATED, "We under-estimated it from the start"))
LOWERING = ((OVER_ESTIMATED, "We over-estimated it"), (SHRINKING, "The impact is shrinking"))


class SeverityForm(forms.Form):
    """Another severity, with its reason and what kind of change it is."""

    severity = forms.ChoiceField(label="Severity", choices=Severity.choices, widget=forms.RadioSelect)
    because = forms.ChoiceField(
        label="What kind of change is it?", choices=[*RAISING, *LOWERING], required=False, widget=forms.RadioSelect
    )
    reason = reason("Why, in a sentence")

    def __init__(self, *args: Any, incident: Incident, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.incident = incident

    def clean(self) -> dict[str, Any]:
        """An answer that belongs to the other direction is left from a choice that was changed."""
        said: dict[str, Any] = super().clean() or {}
        fitting = RAISING if is_worse(said.get("severity", ""), self.incident.severity) else LOWERING
        if said.get("because") and said["because"] not in dict(fitting):
            self.add_error("because", f"Choose one of: {', '.join(label for _, label in fitting)}.")
        said["because"] = said.get("because") or fitting[0][0]
        return said


class PhaseForm(forms.Form):
    """Another phase; a note is needed when going back or leaving one out."""

    to = forms.ChoiceField(label="Move to", choices=Phase.choices)
    note = Sometimes(
        label="Note",
        when="needed to go back, or to leave a phase out",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class MonitorForm(forms.Form):
    """How long to watch."""

    minutes = forms.IntegerField(label="For how many minutes", initial=30, min_value=5, max_value=1440)


class ReasonForm(forms.Form):
    """A reason, and nothing else."""

    reason = reason("Reason")


class PostureForm(forms.Form):
    """Whether the public is told."""

    posture = forms.ChoiceField(label="Posture", choices=Posture.choices)
    reason = Sometimes(label="Reason", when="needed for “not required”", max_length=240)


class ImpactForm(forms.Form):
    """From when to when it was felt, or that there was none. What is known already stands in it, and is left alone."""

    started_at = moment("Impact started", required=False)
    estimated = forms.BooleanField(label="This start is an estimate", required=False)
    ended_at = moment("Impact ended", required=False)
    over_now = forms.BooleanField(required=False, widget=forms.HiddenInput)
    none = forms.BooleanField(label="There was no impact: a near miss", required=False)
    reason = Sometimes(label="Reason", when="needed to change a known time, or for a near miss", max_length=240)

    def __init__(self, data: Any = None, *, windows: Sequence[ImpactWindow]) -> None:
        self.known_start = windows[0].started_at if windows else None
        self.known_end = windows[-1].ended_at if windows else None
        self.was_estimated = bool(windows) and windows[0].is_estimated
        known = {"started_at": self.known_start, "ended_at": self.known_end, "estimated": self.was_estimated}
        super().__init__(data, initial=known)

    def impact(self, now: datetime) -> Impact:
        """What the command takes: only what differs from what is known."""
        said = self.cleaned_data
        ended_at = None if _same_minute(said["ended_at"], self.known_end) else said["ended_at"]
        return Impact(
            started_at=self._start(said["started_at"], said["estimated"]),
            ended_at=now if said["over_now"] else ended_at,
            estimated=said["estimated"],
            none=said["none"],
            reason=said["reason"],
        )

    def _start(self, said: datetime | None, estimated: bool) -> datetime | None:
        if not _same_minute(said, self.known_start):
            return said
        return None if estimated == self.was_estimated else self.known_start


def _same_minute(said: datetime | None, known: datetime | None) -> bool:
    """A field that shows minutes was not touched."""
    return said is not None and known is not None and said.replace(second=0) == known.replace(second=0, microsecond=0)


class TimeForm(forms.Form):
    """A milestone put right, or the time at which a phase was entered."""

    which = forms.ChoiceField(label="Which time", choices=Milestone.choices)
    at = moment("It was at", seconds=True)
    reason = reason("Reason")

    def __init__(self, *args: Any, entries: Sequence[PhaseEntry], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        which = self.fields["which"]
        assert isinstance(which, forms.ChoiceField)
        phases = [(f"{n}", f"{n}. {Phase(one.phase).label}") for n, one in enumerate(entries, 1)]
        which.choices = [("Milestones", Milestone.choices), ("Phases, entered at", phases)]


class RecurForm(forms.Form):
    """It came back: what, and since when."""

    reason = reason("What came back")
    at = moment("Felt again since", required=False, help_text="In your time zone. Leave it empty for now.")


class MergeForm(forms.Form):
    """The incident that goes on; only those one may see can be named."""

    survivor: forms.ModelChoiceField[Incident] = forms.ModelChoiceField(
        None, label="Goes on as", to_field_name="reference", empty_label=None
    )
    reason = reason("Reason", required=False)

    def __init__(self, *args: Any, candidates: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        survivor = self.fields["survivor"]
        assert isinstance(survivor, forms.ModelChoiceField)
        survivor.queryset = candidates


class DetailsForm(forms.Form):
    """Type and affected services."""

    type = forms.ChoiceField(label="Type", choices=Type.choices)
    services = forms.ModelMultipleChoiceField(
        label="Affected services",
        queryset=Service.objects.filter(retired_at=None),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class SituationForm(forms.Form):
    """The situation; each field goes together with what the writer saw (`was_…`)."""

    title = forms.CharField(label="Title", max_length=200)
    what = forms.CharField(label="What is happening", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    affected = forms.CharField(label="Who is affected", required=False, widget=forms.Textarea(attrs={"rows": 2}))
    doing = forms.CharField(label="What we do now", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    call_url = forms.URLField(label="Call", required=False, assume_scheme="https")
    chat_url = forms.URLField(label="Chat", required=False, assume_scheme="https")
