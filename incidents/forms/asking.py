"""What the addresses of obligations and blockers may ask."""

from typing import Any

from django import forms

from incidents.vocabulary import Phase
from kit.queries import Query

YES = ("1", "yes", "true")


class ObligationsQuery(Query):
    """Everything that is owed, or only what is late."""

    late = forms.ChoiceField(
        choices=[("", "everything"), *((value, "what is late") for value in YES)],
        required=False,
        help_text="Only what is late.",
    )

    def clean(self) -> dict[str, Any]:
        return super().clean() | {"late": bool(self.cleaned_data.get("late"))}


class BlockersQuery(Query):
    """The phase that something may stand in the way of."""

    to = forms.ChoiceField(choices=Phase.choices, help_text="The phase to go to.")
