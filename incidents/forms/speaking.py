"""Forms by which something is said: an update inside, a bulletin outside, and a holding text."""

from typing import Any

from django import forms

from incidents.approving import Said
from incidents.bulletins import Desk
from incidents.forms.steering import moment
from incidents.statements import Words
from incidents.vocabulary import Audience
from statuspage.models import Component, Page
from statuspage.vocabulary import MEANING, State, Status

STATES = [(state.value, state.label) for state in MEANING]


class UpdateForm(forms.Form):
    """A single text, and who shall get it."""

    text = forms.CharField(
        label="Write an update",
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "What changed? What do we do next?"}),
    )
    audiences = forms.MultipleChoiceField(
        label="Who gets it",
        choices=Audience.choices,
        required=False,
        initial=[Audience.RESPONDERS],
        widget=forms.CheckboxSelectMultiple,
    )


class BulletinForm(forms.Form):
    """A bulletin: the first one also names a title and a page; every component has its status."""

    page = forms.ModelChoiceField(Page.objects.all(), label="Status page", empty_label=None, required=False)
    name = forms.CharField(
        label="Title", max_length=200, required=False, help_text="In simple terms: what is the issue?"
    )
    state = forms.ChoiceField(label="State", choices=STATES, widget=forms.RadioSelect)
    body = forms.CharField(
        label="Text",
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Effect, since when, what is not affected, workaround. No names, no guesses.",
    )
    next_update_at = moment("Next update by", required=False)
    watch = forms.IntegerField(
        label="We watch for so many minutes", required=False, min_value=5, max_value=24 * 60, initial=30
    )
    short = forms.CharField(
        label="Short form for networks",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="At most 220 characters; the link to the page is added. Empty: it is made of the text.",
    )
    about = forms.CharField(widget=forms.HiddenInput, required=False, max_length=12)
    unasked = forms.CharField(label="Why without an answer?", max_length=240, required=False)
    draft = forms.UUIDField(widget=forms.HiddenInput, required=False)
    based_on = forms.CharField(widget=forms.HiddenInput, required=False, max_length=12)

    def __init__(self, *args: Any, desk: Desk, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.desk = desk
        if desk.public_incident:
            del self.fields["page"], self.fields["name"]
        elif len(desk.pages) == 1:
            self.fields["page"].widget = forms.HiddenInput()
            self.fields["page"].initial = desk.pages[0].pk
        for component in desk.components:
            self.fields[self._key(component)] = forms.ChoiceField(
                label=component.name, choices=[("", self._unchanged(component)), *Status.choices], required=False
            )

    def _unchanged(self, component: Component) -> str:
        stays = f"stays: {component.get_status_display().lower()}"
        return stays if self.desk.public_incident else "not affected"

    @staticmethod
    def _key(component: Component) -> str:
        return f"status_{component.public_id}"

    def affected(self) -> list[forms.BoundField]:
        return [self[self._key(component)] for component in self.desk.affected]

    def others(self) -> list[forms.BoundField]:
        return [self[self._key(component)] for component in self.desk.others]

    def words(self) -> Words:
        """What the command takes. What is over has no next update, and frees its components by itself."""
        said = {"state": State.INVESTIGATING, "body": "", "next_update_at": None, "based_on": None} | self.cleaned_data
        over = said["state"] == State.RESOLVED
        given = {component.public_id: said.get(self._key(component)) for component in self.desk.components}
        statuses = {public_id: Status(status) for public_id, status in given.items() if status}
        return Words(
            state=State(said["state"]),
            body=said["body"].replace("\r\n", "\n"),
            statuses={} if over and self.desk.public_incident else statuses,
            next_update_at=None if over else said["next_update_at"],
            name=said.get("name", ""),
            page=said.get("page"),
            public_incident=self.desk.public_incident,
            based_on=said["based_on"],
            short=said.get("short", "").replace("\r\n", "\n"),
            watch=said.get("watch") if said["state"] == State.MONITORING else None,
        )


class AnswerForm(forms.Form):
    """Right or not yet, of the words that were shown, or of other ones."""

    step = forms.ChoiceField(choices=[("right", "It is right"), ("no", "Not yet")])
    shown = forms.CharField(max_length=64, widget=forms.HiddenInput)
    text = forms.CharField(label="Other words", required=False, widget=forms.Textarea(attrs={"rows": 6}))
    why = forms.CharField(label="What should be different?", max_length=500, required=False)

    def said(self) -> Said:
        """What the command takes. Whoever says “not yet” changes nothing."""
        said = self.cleaned_data
        is_right = said["step"] == "right"
        return Said(is_right, said["shown"], text=said["text"] if is_right else "", why=said["why"])


class HoldingForm(forms.Form):
    """The text that workers may publish by themselves; empty switches it off."""

    text = forms.CharField(label="Holding text", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    times = forms.IntegerField(label="At most so many times", min_value=0, max_value=4, initial=4)
