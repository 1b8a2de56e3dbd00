"""Lets classes of Django be written with the type they are of, as in `ModelForm[User]`, where Django does not yet.

These are the ones that the house writes so. The type checker's own helper does it for every class of Django, and has
each process import the admin for that.
"""

from typing import Any

from django.db.models import Field
from django.forms import BaseFormSet, ModelChoiceField
from django.forms.models import BaseModelForm

WRITTEN: tuple[Any, ...] = (BaseFormSet, BaseModelForm, Field, ModelChoiceField)


def allow() -> None:
    for one in WRITTEN:
        one.__class_getitem__ = classmethod(_itself)


def _itself(of: type, _: object) -> type:
    return of
