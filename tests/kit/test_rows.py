"""Many rows are changed by one statement, and hold afterwards exactly what was said."""

from datetime import timedelta

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries

from incidents.models import Incident, Obligation
from kit import rows
from notifications.models import Delivery, Notice
from notifications.vocabulary import Channel, To
from tests.conftest import MORNING
from tests.incidents.stories import declared
from tests.people import everybody_on_call

FIELDS = ("due_at", "next_at", "rung", "alerted", "fault", "promised", "owner")


@pytest.mark.django_db
@pytest.mark.usefixtures("morning")
def test_each_row_holds_what_was_said_of_it(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    everybody_on_call()
    owed = list(Obligation.objects.filter(incident=declared()).order_by("pk"))
    assert len(owed) > 2
    for number, one in enumerate(owed):
        one.due_at = MORNING + timedelta(seconds=number, microseconds=number + 1)
        one.next_at = one.due_at if number % 2 else None
        one.rung, one.promised = number, bool(number % 2)
        one.alerted = [f"{number}", {"deep": 'a "quoted" \\ word', "none": None}]
        one.fault = f"‘{number}’ 100 % \n \u2028 it's"
        one.missed = 99
    with django_assert_num_queries(1):
        rows.update(owed, FIELDS)
    found = list(Obligation.objects.filter(pk__in=[one.pk for one in owed]).order_by("pk"))
    for one, same in zip(owed, found, strict=True):
        assert [getattr(one, name) for name in FIELDS] == [getattr(same, name) for name in FIELDS]
        assert same.missed == 0, "a field that was not named stays as it is"


@pytest.mark.django_db
@pytest.mark.usefixtures("morning")
def test_rows_that_are_not_named_stay_as_they_are(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    mine, other = declared(title="Mine"), declared(title="The other")
    mine.title = other.title = "Changed"
    with django_assert_num_queries(1):
        rows.update([mine], ["title"])
    titles = Incident.unrestricted.order_by("title").values_list("title", flat=True)
    assert list(titles) == ["Changed", "The other"]
    with django_assert_num_queries(0):
        rows.update([], ["title"])


@pytest.mark.skipif(connection.vendor != "sqlite", reason="asks how SQLite finds the rows")
@pytest.mark.django_db
@pytest.mark.usefixtures("morning")
def test_rows_are_found_by_their_key_and_not_by_reading_the_table(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    mine = declared()
    with django_assert_num_queries(1) as asked:
        rows.update([mine], ["title"])
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {asked.captured_queries[0]['sql']}")
        plan = " ".join(str(row) for row in cursor.fetchall())
    assert "SEARCH incidents_incident" in plan, plan


@pytest.mark.django_db
@pytest.mark.usefixtures("morning")
def test_new_rows_hold_what_was_said_and_are_numbered_in_their_order(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    incident = declared()
    told = Notice(audience=To.STAKEHOLDERS, subject='“Ü” 100 % "x"', text="a\n\u2028b", html="<p>'</p>",
                  facts={"deep": [None, {"x": 1.5}]}, incident=incident, created_at=MORNING)  # fmt: skip
    letters = [
        Delivery(notice=told, channel=Channel.MAIL, recipient=f"user:{number}", label="x", due_at=MORNING,
                 payload={"to": f"{number}@x.example"}, created_at=MORNING + timedelta(microseconds=number))
        for number in range(30)
    ]  # fmt: skip
    with django_assert_num_queries(2):
        rows.insert([told])
        rows.insert(letters)
    found = Notice.objects.get(pk=told.pk)
    for field in Notice._meta.concrete_fields:
        assert getattr(found, field.attname) == getattr(told, field.attname)
    kept = list(Delivery.objects.filter(notice=told).order_by("pk"))
    assert [one.key for one in kept] == [one.key for one in letters]
    for field in Delivery._meta.concrete_fields[1:]:
        assert [getattr(one, field.attname) for one in kept] == [getattr(one, field.attname) for one in letters]


@pytest.mark.django_db
@pytest.mark.usefixtures("morning")
def test_new_rows_of_several_kinds_hold_what_was_said_of_each(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    told = [Notice(audience=To.STAKEHOLDERS, subject=f"{n}", incident=declared(), created_at=MORNING) for n in range(3)]
    letters = [
        Delivery(notice=one, channel=Channel.MAIL, recipient="user:1", label="x", due_at=MORNING, created_at=MORNING)
        for one in told
    ]
    with django_assert_num_queries(1 if connection.vendor == "postgresql" else 2):
        rows.insert(told, [], letters)
    assert {one.notice_id for one in Delivery.objects.all()} == {one.pk for one in told}
    told[0].subject = "They are saved: this is a change, and no second row"
    told[0].save()
    assert Notice.objects.count() == 3
    with django_assert_num_queries(0):
        rows.insert([], [])
