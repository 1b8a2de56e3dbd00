"""How forms are drawn: the house's templates, and Tabler's classes on every widget."""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting

CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxSelectMultiple, "ticks"),
    (forms.RadioSelect, ""),
    (forms.CheckboxInput, "form-check-input"),
    (forms.Select, "form-select"),
    (forms.Widget, "form-control"),
)


class HouseField(BoundField):
    """A field whose widget carries the classes of the house, and whose errors and help are announced with it."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        widget = widget or self.field.widget
        built = super().build_widget_attrs(attrs, widget)
        name = next(name for kind, name in CLASSES if isinstance(widget, kind))
        if name and "class" not in widget.attrs:
            built["class"] = name
        return built


class HouseForms(TemplatesSetting):
    """Forms use the templates in templates/forms."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
    bound_field_class = HouseField
