"""What operators fill in about what readers were told: another impact, a slip put right, what was never told."""

from typing import Any

from django import forms

from statuspage.forms.maintenance import TimeField, zone_help
from statuspage.models import LEAST_IMPACTS, Bulletin, Component, Page, PublicIncident
from statuspage.records import Afterwards
from statuspage.vocabulary import Impact, Status

RECKONED = "reckoned"
NOT_TOUCHED = ("", "not affected")
HARMED = (Status.DEGRADED_PERFORMANCE, Status.PARTIAL_OUTAGE, Status.MAJOR_OUTAGE)


class ImpactForm(forms.Form):
    """The impact that readers see."""

    impact = forms.ChoiceField(label="Impact that readers see")

    def __init__(self, *args: Any, about: PublicIncident, **kwargs: Any) -> None:
        kwargs["initial"] = {"impact": about.impact_override or RECKONED}
        super().__init__(*args, **kwargs)
        reckoned = (RECKONED, f"as reckoned: {Impact(about.impact).label.lower()}")
        self.fields["impact"].choices = [reckoned, *LEAST_IMPACTS]  # type: ignore[attr-defined]

    def said(self) -> Impact | None:
        impact = self.cleaned_data["impact"]
        return None if impact == RECKONED else Impact(impact)


class SlipForm(forms.Form):
    """The words of a bulletin as they should have been."""

    body = forms.CharField(
        label="The text, put right", max_length=5000, strip=False, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args: Any, about: Bulletin, **kwargs: Any) -> None:
        # Several of these forms stand on one page.
        kwargs |= {"initial": {"body": about.body}, "auto_id": f"id_{about.public_id}_%s"}
        super().__init__(*args, **kwargs)


class AfterwardsForm(forms.Form):
    """An incident that is over and was never told."""

    name = forms.CharField(label="Title: in simple terms, what was the issue?", max_length=200)
    began_at = TimeField(label="Began")
    ended_at = TimeField(label="Ended")
    began = forms.CharField(
        label="What readers would have been told when it began",
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What did not work, and for whom. Markdown.",
    )
    ended = forms.CharField(
        label="What readers are told of its end",
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="How long it lasted, and why it is told only now.",
    )

    def __init__(self, *args: Any, page: Page, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("began_at", "ended_at"):
            self.fields[name].help_text = zone_help()
        for leaf in Component.objects.leaves().filter(page=page):
            choices = [NOT_TOUCHED, *((one.value, one.label) for one in HARMED)]
            self.fields[f"status-{leaf.public_id}"] = forms.ChoiceField(
                label=leaf.name, choices=choices, required=False
            )

    def statuses(self) -> list[forms.BoundField]:
        """How bad it was for each component."""
        return [self[name] for name in self.fields if name.startswith("status-")]

    def said(self) -> Afterwards:
        given = self.cleaned_data
        chosen = {name.removeprefix("status-"): given[name] for name in given if name.startswith("status-")}
        return Afterwards(
            name=given["name"],
            began=given["began"],
            ended=given["ended"],
            began_at=given["began_at"],
            ended_at=given["ended_at"],
            statuses={public_id: Status(status) for public_id, status in chosen.items() if status},
        )
