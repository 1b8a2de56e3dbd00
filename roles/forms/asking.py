"""What the addresses of people and of who is on call may ask."""

from django import forms

from kit.queries import Query, TimeField
from roles.catalogue import Role
from roles.models import Team


class OnCallQuery(Query):
    """A role, a team by its slug, an instant."""

    role = forms.ChoiceField(choices=[("", "Any role"), *Role.choices], required=False)
    team = forms.ModelChoiceField(Team.objects.all(), to_field_name="slug", required=False)
    at = TimeField(help_text="Now, unless given.")


class PeopleQuery(Query):
    """Words of a name."""

    q = forms.CharField(max_length=120, required=False, help_text="Part of a name.")
