"""The filters of the ledger."""

from django import forms

from kit.queries import Query, TimeField
from notifications.vocabulary import Channel, State

# The highest number a row can have.
HIGHEST = 2**63 - 1


class LedgerQuery(Query):
    """The filters of the ledger, for its page and for machines."""

    state = forms.ChoiceField(choices=[("", "Any state"), *State.choices], required=False)
    channel = forms.ChoiceField(choices=[("", "Any channel"), *Channel.choices], required=False)
    incident = forms.CharField(max_length=16, required=False, label="Incident", help_text="Its reference.")
    reader = forms.CharField(max_length=120, required=False, label="Recipient", help_text="Part of an address or name.")
    since = TimeField(label="From")
    until = TimeField(label="Until")


class LedgerForm(LedgerQuery):
    """The page keeps in its address where in the ledger one is, too."""

    before = forms.IntegerField(required=False, min_value=0, max_value=HIGHEST, widget=forms.HiddenInput)
    after = forms.IntegerField(required=False, min_value=0, max_value=HIGHEST, widget=forms.HiddenInput)
