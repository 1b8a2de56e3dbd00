"""What is asked of a filled database: whole requests through Django's test client, and one tick of the clock.

Grace asks, who sees what everybody sees. What is written for it is taken away again, so that the database stays as
it was filled.
"""

import re
import time
from collections.abc import Callable
from typing import NamedTuple
from uuid import uuid4

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Count, Model
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench import company
from config.ticker import STEPS
from incidents import search
from incidents.forms.listing import FilterForm
from incidents.models import Incident, ReferenceCounter, Service
from incidents.visibility import IncidentQuerySet
from insights import keeping
from kit import clock
from roles.models import Team, User

PAGES = 1000
BY_ROWS, NEW_ONE = "insights by rows", "a new one, seen"
CHOSEN = re.compile(rb"(\d+) incidents? chosen")
# What the dashboard says of eight years, computed from the rows in one statement: the percentiles of each duration.
DURATIONS = """
SELECT severity, count(*), percentile_cont(ARRAY[.5, .75, .9, .95]) WITHIN GROUP (ORDER BY declared_at - detected_at),
    percentile_cont(ARRAY[.5, .75, .9, .95]) WITHIN GROUP (ORDER BY acknowledged_at - declared_at),
    percentile_cont(ARRAY[.5, .75, .9, .95]) WITHIN GROUP (ORDER BY detected_at - impact_at),
    percentile_cont(ARRAY[.5, .75, .9, .95]) WITHIN GROUP (ORDER BY mitigated_at - impact_at),
    percentile_cont(ARRAY[.5, .75, .9, .95]) WITHIN GROUP (ORDER BY resolved_at - impact_at)
FROM incidents_incident incident LEFT JOIN LATERAL (SELECT min(started_at) AS impact_at
    FROM incidents_impactwindow WHERE incident_id = incident.id) AS felt ON true
WHERE NOT is_imported AND visibility = 'organisation' AND type <> 'drill' AND phase NOT IN ('declined', 'merged')
    AND disposition = 'real'
GROUP BY severity
"""


class Took(NamedTuple):
    """Seconds; of a first asking the statements, and the bytes that came."""

    seconds: float
    statements: int
    size: int


class Desk:
    """Asks by name, and knows every name that can be asked."""

    def __init__(self) -> None:
        self.grace = User.objects.get(email__startswith="grace@")
        self.service = str(Service.objects.order_by("name")[0].pk)
        self.last = ReferenceCounter.objects.get(pk=1).last
        self.client = Client()
        self.client.force_login(self.grace)
        self.names: dict[str, Callable[[], int]] = {
            "tick": self._tick,
            BY_ROWS: self._by_rows,
            **{name: self._getting(address) for name, address in self._addresses().items()},
            "declare": self._declare,
            NEW_ONE: self._new_one,
        }

    def ask(self, name: str, *, counted: bool) -> Took:
        if counted:
            with CaptureQueriesContext(connection) as asked:
                size = self.names[name]()
            return Took(0, len(asked), size)
        began = time.perf_counter()
        size = self.names[name]()
        return Took(time.perf_counter() - began, 0, size)

    def _getting(self, address: str) -> Callable[[], int]:
        def get() -> int:
            answer = self.client.get(address)
            assert answer.status_code == 200, (address, answer.status_code)
            return len(answer.content)

        return get

    def _addresses(self) -> dict[str, str]:
        seen = Incident.objects.visible_to(self.grace)
        closed = seen.filter(phase="closed", severity="S2", is_imported=False)
        rooms = {"an open one": seen.open(), "a closed one": closed}
        found = {f"room, {name}": f"/incidents/{rows[5].reference}/" for name, rows in rooms.items()}
        found |= {"board": "/", "similar": "/incidents/declare/similar/?title=Billing+console+fails+for+everybody"}
        for name, query in filters().items():
            found[f"list, {name}"] = f"/incidents/?{query}"
            found[f"page 1,000, {name}"] = f"/incidents/?{query}&cursor={self._cursor(seen, query)}"
        found |= {f"search, {name}": f"/incidents/?q={text}" for name, text in searches(seen.count()).items()}
        return found | {f"insights, {name}": f"/insights/?{query}" for name, query in DASHBOARDS.items()}

    def _cursor(self, seen: IncidentQuerySet, query: str) -> str:
        """The place before page 1,000, or before the last full one where there are fewer."""
        form = FilterForm(QueryDict(query))
        assert form.is_valid(), form.errors
        rows = search.find(seen, form.cleaned_data)
        last = min(PAGES, rows.count() // search.PAGE) - 1
        return search.cursor_of(rows[last * search.PAGE - 1], backwards=False) if last > 0 else ""

    def _declare(self) -> int:
        said = {"title": "Checkout fails", "type": "availability", "severity": "S2", "idempotency_key": uuid4().hex}
        answer = self.client.post("/incidents/declare/", said | {"services": self.service})
        assert answer.status_code == 302, answer.content
        return len(answer.content)

    def _new_one(self) -> int:
        """Declare one, fold it in as the ticker does, and find it counted by the dashboard."""
        keeping.catch_up(clock.now())
        before = self._chosen()
        self._declare()
        keeping.catch_up(clock.now())
        after = self._chosen()
        assert after == before + 1, (before, after)
        return 0

    def _chosen(self) -> int:
        said = CHOSEN.search(self.client.get("/insights/").content)
        assert said
        return int(said[1])

    def _tick(self) -> int:
        """All that stands in one tick; the public page is drawn beside it."""
        now = clock.now()
        return sum(step(now) is None for step in STEPS)

    def _by_rows(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute(DURATIONS)
            return len(cursor.fetchall())

    def tidy(self) -> None:
        """Take away what was declared here; the timeline's guard stands aside for it."""
        made = [*Incident.unrestricted.filter(reference__in=self._new()).values_list("pk", flat=True)]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            told = "(SELECT id FROM incidents_event WHERE incident_id = ANY(%s))"
            cursor.execute(f"DELETE FROM incidents_untold WHERE event_id IN {told}", [made])
            for table, column in _tables_of(Incident):
                cursor.execute(f"DELETE FROM {table} WHERE {column} = ANY(%s)", [made])
            cursor.execute("SET LOCAL session_replication_role = origin")
            cursor.execute("DELETE FROM incidents_incident WHERE id = ANY(%s)", [made])
            ReferenceCounter.objects.update(last=self.last)
        keeping.catch_up(clock.now())

    def _new(self) -> list[str]:
        return [f"INC-{n}" for n in range(self.last + 1, ReferenceCounter.objects.get(pk=1).last + 1)]


def _tables_of(model: type[Model]) -> list[tuple[str, str]]:
    """Every table that points to the model's, with the column that does; those of many to many among them."""
    pointing = [one for one in apps.get_models(include_auto_created=True) if one is not model]
    fields = [field for one in pointing for field in one._meta.concrete_fields if field.related_model is model]
    return [(field.model._meta.db_table, str(field.column)) for field in fields]


def filters() -> dict[str, str]:
    """What the list can be narrowed by, each filter with what is common and what is rare in it."""
    services = Service.objects.annotate(n=Count("incidents")).order_by("-n")
    year = clock.now().year
    return {
        "everything": "",
        "phase open": "phase=open",
        "phase over": "phase=over",
        "phase closed": "phase=closed",
        "phase declined": "phase=declined",
        "severity S1": "severity=S1",
        "severity S2 or S3": "severity=S2&severity=S3",
        "type availability": "type=availability",
        "type drill": "type=drill",
        "type security, all restricted": "type=security",
        "service of many": f"service={services[0].slug}",
        "service of few": f"service={services[len(services) - 1].slug}",
        "team": f"team={Team.objects.filter(services=services[0])[0].slug}",
        "from two years ago": f"since={year - 2}-01-01",
        "until four years ago": f"until={year - 4}-12-31",
        "without imported": "imported=no",
        "only imported": "imported=only",
        "all at once": f"phase=closed&severity=S2&type=availability&service={services[0].slug}&since={year - 3}-01-01",
    }


def searches(count: int) -> dict[str, str]:
    """What people type, from what stands in every tenth incident to what stands in none."""
    common, rare, rarest = (company.words()[n] for n in (20, 1500, company.WORDS - 1))
    return {
        "a reference": f"INC-{count // 2}",
        "a word of many titles": "billing",
        "two words of many titles": "billing fails",
        "the beginning of a word": "bil",
        "a service": "delivery worker",
        "a word of some": common,
        "a rare word": rare,
        "the rarest word": rarest,
        "words that seldom meet": f"{common} {rare}",
        "a word of long ago": "mainframe",
        "what stands nowhere": "zebra",
    }


DASHBOARDS = {
    "last 90 days": "",
    "last 90 days, filtered": "severity=S2&type=availability",
    "eight years": "period=all",
    "eight years, filtered": "period=all&severity=S2&type=availability",
}
