"""Forms about people: a call for help, and handing a role on."""

from typing import Any

from django import forms

from kit import clock
from roles import rotations
from roles.catalogue import Role
from roles.models import Team, User


class WhomField(forms.ChoiceField):
    """A person, or whoever is on call for a team; both in one list, since one of them is needed."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=self._all, **kwargs)

    @staticmethod
    def _all() -> list[tuple[str, Any]]:
        on_call = {shift.rotation.team_id: shift.person for shift in reversed(rotations.on_call_now(clock.shown()))}
        teams = [
            (f"team:{team.slug}", f"{team}: {on_call.get(team.pk) or team.leader or 'nobody'}")
            for team in Team.objects.select_related("leader")
        ]
        people = [(f"person:{person.pk}", str(person)) for person in User.objects.filter(is_active=True)]
        return [("", "Choose…"), ("Whoever is on call for", teams), ("A person", people)]

    def clean(self, value: Any) -> User | Team | None:
        kind, _, key = super().clean(value).partition(":")
        return Team.objects.get(slug=key) if kind == "team" else User.objects.get(pk=key)


class AskForm(forms.Form):
    """Whom to ask, and what for."""

    whom = WhomField(label="Whom")
    text = forms.CharField(label="What do you need of them?", max_length=240)


class OfferForm(forms.Form):
    """The person a role is offered to; nobody is chosen beforehand."""

    role = forms.ChoiceField(choices=Role.choices, widget=forms.HiddenInput)
    person = forms.ModelChoiceField(User.objects.none(), label="To whom", empty_label="Choose…")

    def __init__(self, *args: Any, but: User | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(is_active=True)
        person = self.fields["person"]
        assert isinstance(person, forms.ModelChoiceField)
        person.queryset = people.exclude(pk=but.pk) if but else people
