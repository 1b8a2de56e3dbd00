"""What operators fill in about pages and components."""

from typing import Any

from django import forms
from django.utils.text import slugify

from kit.instants import check_year
from statuspage.components import Part
from statuspage.models import Component, Page
from statuspage.pages import LARGEST_LOGO, Settings


class PageForm(forms.Form):
    """A page's settings; the weights of its uptime stand on the page itself."""

    name = forms.CharField(max_length=120, help_text="What readers know you by, such as Denomas SaaS.")
    url = forms.CharField(
        label="Address", max_length=200, help_text="Where readers reach it, such as https://status.example.com."
    )
    host = forms.CharField(
        max_length=253,
        required=False,
        label="Host name",
        help_text="Only where readers reach it under another name, too. One host shows one page.",
    )
    description = forms.CharField(
        max_length=240, required=False, help_text="One sentence under the headline: what this page is about."
    )
    time_zone = forms.CharField(
        max_length=64, initial="UTC", help_text="An IANA name such as Europe/Berlin. Days of the history begin there."
    )
    accent = forms.CharField(
        label="Colour",
        max_length=7,
        initial="#2563eb",
        widget=forms.TextInput(attrs={"type": "color"}),
        help_text="The line at the top of the page.",
    )
    major_weight = forms.IntegerField(label="A minute of major outage counts as … % down", initial=100)
    partial_weight = forms.IntegerField(label="A minute of partial outage counts as … % down", initial=30)
    degraded_weight = forms.IntegerField(label="A minute of degraded performance counts as … % down", initial=0)

    is_private = forms.BooleanField(
        label="Private: only people who sign in here see it",
        required=False,
        help_text="It moves to an address of this house, and nobody outside is told anything any more.",
    )
    logo = forms.FileField(required=False, help_text="A PNG of at most 100 kB, for the head of the page.")

    @staticmethod
    def of(page: Page) -> dict[str, Any]:
        """What the form starts with for a page that is there."""
        return {name: getattr(page, name) for name in PageForm.base_fields if name != "logo"}

    def settings(self) -> Settings:
        return Settings(**{name: value for name, value in self.cleaned_data.items() if name not in ("slug", "logo")})

    def picture(self) -> bytes | None:
        """The logo that was sent with it, cut where it is larger than any may be."""
        file = self.cleaned_data["logo"]
        return file.read(LARGEST_LOGO + 1) if file else None


class NewPageForm(PageForm):
    """The same for a page that is still to be made, with the short name that stays."""

    slug = forms.CharField(
        label="Short name",
        max_length=60,
        required=False,
        help_text="Small letters, digits and dashes; made from the name where you leave it empty. It stays.",
    )
    field_order = ("name", "slug", "url")

    def clean_slug(self) -> str:
        return str(self.cleaned_data["slug"]) or slugify(self.cleaned_data.get("name", ""))[:60]


class ComponentForm(forms.Form):
    """A component or a group. There is no status here: that changes with a bulletin."""

    name = forms.CharField(max_length=120, help_text="As your users say it.")
    description = forms.CharField(max_length=240, required=False)
    is_group = forms.BooleanField(
        label="This is a group of components", required=False, help_text="Its status is that of its worst component."
    )
    group = forms.ModelChoiceField(Component.objects.none(), required=False, empty_label="None, it stands alone")
    showcase = forms.BooleanField(label="Show its uptime", required=False, initial=True)
    only_show_if_degraded = forms.BooleanField(label="Show it only when something is the matter", required=False)
    start_date = forms.DateField(
        label="Measured since",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Without a day, since it is made.",
        validators=[check_year],
    )

    def __init__(self, *args: Any, page: Page, component: Component | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = Component.objects.current().filter(page=page, is_group=True)
        self.fields["group"].queryset = groups  # type: ignore[attr-defined]
        if component is not None:
            del self.fields["is_group"]
        for name in ("group", "showcase", "only_show_if_degraded", "start_date"):
            if component is not None and component.is_group:
                del self.fields[name]

    @staticmethod
    def of(component: Component) -> dict[str, Any]:
        return {name: getattr(component, name) for name in ComponentForm.base_fields}

    def part(self) -> Part:
        said = {name: value for name, value in self.cleaned_data.items() if value is not None}
        return Part(**said)
