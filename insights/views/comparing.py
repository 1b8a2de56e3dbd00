"""Two periods or groups beside each other, and months in a row."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from insights import choosing, comparing, plotting, sentences
from insights.comparing import Comparison, Durations, Shares
from insights.distributions import Proportion
from insights.facts import DURATIONS
from insights.filters import By
from insights.forms import CompareForm, FilterForm
from insights.sentences import interval
from insights.spelling import span
from insights.views.answers import page
from kit import clock
from roles.models import User

MONTHS = 24


@page(CompareForm, "insights/compare.html")
def compare(request: HttpRequest, user: User, form: CompareForm) -> HttpResponse:
    """Each duration and proportion of two periods, or of two rows, with the plain sentence."""
    choice = choosing.choose(form.filters(), user=user, now=clock.now(), names=DURATIONS)
    first, second = form.cleaned_data["a"], form.cleaned_data["b"]
    found = comparing.of_groups(choice, first, second) if first else comparing.of_periods(choice)
    context = {
        "form": form,
        "filters": choice.filters,
        "rows": list(choice.rows),
        "found": found,
        "periods": not first,
        "durations": _durations(found, periods=not first) if found else [],
        "shares": _shares(found, periods=not first) if found else [],
        "elsewhere": choice.filters.query(),
    }
    return render(request, "insights/compare.html", context)


def _durations(found: Comparison, *, periods: bool) -> list[tuple[Durations, str, str, str]]:
    return [
        (
            one,
            _half(one.before.percentiles),
            _half(one.after.percentiles),
            sentences.of_difference(one.difference, periods=periods),
        )
        for one in found.durations
    ]


def _half(percentiles: object) -> str:
    value = getattr(percentiles, "p50", None)
    return "–" if value is None else span(value)


def _shares(found: Comparison, *, periods: bool) -> list[tuple[Shares, str, str, str]]:
    return [
        (one, _kept(one.before), _kept(one.after), sentences.of_shares(one.difference, periods=periods))
        for one in found.shares
    ]


def _kept(side: Proportion | None) -> str:
    return f"{side.hits} of {side.n} ({interval(side)})" if side else "–"


@page(FilterForm, "insights/trend.html")
def trend(request: HttpRequest, user: User, form: FilterForm) -> HttpResponse:
    """The medians of the last months with the interval in which each lies."""
    filters = replace(form.filters(), by=By.MONTH)
    choice = choosing.choose(filters, user=user, now=clock.now(), names=DURATIONS)
    found = [plotting.draw(one, choice.filters) for one in comparing.trends(choice, MONTHS)]
    return render(
        request, "insights/trend.html", {"form": form, "filters": filters, "trends": found, "n": choice.everything.n}
    )
