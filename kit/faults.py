"""What a fault of our own looks like: caught by name where one broken letter must not stop the others.

A database that is gone, or an interpreter that ends, is none of these and rises.
"""

from email.errors import MessageError

from django.core.exceptions import ObjectDoesNotExist
from django.db import DataError, IntegrityError
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.urls import NoReverseMatch

FAULTS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    DataError,
    IntegrityError,
    LookupError,
    MessageError,
    NoReverseMatch,
    ObjectDoesNotExist,
    RuntimeError,
    TemplateDoesNotExist,
    TemplateSyntaxError,
    TypeError,
    ValueError,
)


def said(fault: BaseException) -> str:
    """The fault in at most 300 characters, for the ledger."""
    return f"{type(fault).__name__}: {fault}"[:300]
