"""Letting somebody see a restricted incident."""

from django import forms

from incidents.forms.steering import reason
from roles.models import User


class GrantForm(forms.Form):
    """A person, and why they need to see it."""

    person = forms.ModelChoiceField(User.objects.filter(is_active=True), label="Who", empty_label=None)
    reason = reason("Why they need to see it")
