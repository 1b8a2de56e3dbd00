"""The clock: a tick with nothing due however many clocks wait, and due clocks turned into notices."""

import statistics
import time
from datetime import timedelta
from uuid import UUID

from django.db import connection

from bench import world
from bench.table import Row, at_least, at_most
from config.ticker import Ticker
from incidents import chasing, levelling, obligations
from incidents.models import Incident, Obligation
from incidents.vocabulary import Audience, Duty
from kit import clock
from notifications.models import AudienceMember, Notice
from tests.incidents.stories import declared
from tests.people import grace, stella

FEW, MANY, TICKS = 1_000, 1_000_000, 41
# Incidents each with one notice due, and how many of them a batch takes.
DUE, BATCH = 2_000, 200

# Rows like one that is there, with ids of their own.
COPY = (
    "INSERT INTO {table} ({columns}) SELECT {values} FROM {table} AS one CROSS JOIN generate_series(%s, %s) AS n "
    "WHERE one.id = %s RETURNING id"
)


def rows() -> list[Row]:
    about = world.incident()
    AudienceMember.objects.create(audience=Audience.STAKEHOLDERS, person=stella())
    few = _tick_ms(about, FEW)
    many = _tick_ms(about, MANY)
    Obligation.objects.all().delete()
    notices, statements = _notices()
    claims = _claims()
    return [
        at_most(f"one tick with nothing due, {MANY:,} clocks waiting", f"{FEW:,} waiting", many / few, 1.5, unit=" ×"),
        at_most(f"one tick with nothing due, {MANY:,} clocks waiting", "–", many, 5, unit=" ms"),
        at_least(
            "due clocks turned into notices per second",
            "the batched claim rate of the database",
            notices / claims,
            0.05,
            note=f" ({notices:,.0f} a second)",
        ),
        at_most("SQL statements per due clock", "–", statements, 0.2),
    ]


def _tick_ms(about: Incident, waiting: int) -> float:
    """The median of many ticks, in milliseconds, with so many clocks of tomorrow."""
    one = Obligation.objects.open().filter(incident=about, next_at__isnull=False)[:1].get()
    tomorrow = clock.now() + timedelta(days=1)
    Obligation.objects.filter(incident=about).update(next_at=tomorrow, due_at=tomorrow)
    _copy(one, Obligation.objects.count(), waiting, subject="n::text")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE incidents_obligation")
    ticker, spent = Ticker(), []
    for _ in range(TICKS):
        began = time.perf_counter()
        assert ticker.tick()
        spent.append((time.perf_counter() - began) * 1000)
    return statistics.median(spent)


def _copy(one: Obligation | Incident, first: int, last: int, **own: str) -> list[UUID]:
    """Copies of a row numbered from `first` to `last`; `own` are expressions of `n`. Their ids."""
    names = [str(field.column) for field in one._meta.concrete_fields]
    said = {name: f"one.{name}" for name in names} | {"id": "gen_random_uuid()"} | own
    sql = COPY.format(
        table=one._meta.db_table, columns=", ".join(names), values=", ".join(said[name] for name in names)
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [first, last, one.pk])
        return [pk for (pk,) in cursor.fetchall()]


def _notices() -> tuple[float, float]:
    """Due clocks per second from the clock to the notice, and statements for each."""
    busy = declared(title="One of very many")
    levelling.confirm(busy, actor=grace())
    world.relay()
    Obligation.objects.all().delete()
    made = _copy(busy, 10_000, 10_000 + DUE - 1, reference="'INC-' || n")
    due, now = clock.now() - timedelta(minutes=1), clock.now()
    Obligation.objects.bulk_create(
        [
            obligations.new(one, Duty.STAKEHOLDER_NOTICE, audience=Audience.STAKEHOLDERS, due_at=due, now=now)
            for one in Incident.unrestricted.filter(pk__in=made).select_related("cadence")
        ]
    )
    counter, before = world.Counter(), Notice.objects.count()
    began = time.monotonic()
    with connection.execute_wrapper(counter):
        while chasing.chase(clock.now(), most=BATCH):
            pass
        world.relay()
    spent, told = time.monotonic() - began, Notice.objects.count() - before
    assert told >= DUE, f"only {told} notices"
    return DUE / spent, counter.count / DUE


def _claims() -> float:
    """Rows per second of the same table, claimed in batches of the same size and nothing else."""
    sql = (
        "UPDATE incidents_obligation SET next_at = next_at + interval '1 day' WHERE id IN (SELECT id FROM "
        "incidents_obligation WHERE next_at <= %s ORDER BY next_at LIMIT %s FOR UPDATE SKIP LOCKED) RETURNING id"
    )
    Obligation.objects.update(next_at=clock.now() - timedelta(hours=1))
    began, now, claimed = time.monotonic(), clock.now(), 0
    with connection.cursor() as cursor:
        while rows := cursor.execute(sql, [now, BATCH]) and cursor.fetchall():
            claimed += len(rows)
    assert claimed >= DUE
    return claimed / (time.monotonic() - began)
