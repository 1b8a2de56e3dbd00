"""The organisation whose eight years are filled in: a hundred people, fifteen teams, sixty services, and its words."""

import random
from datetime import datetime

from demo import cast
from incidents.models import Service
from roles.models import Team, User
from statuspage.models import Component

PEOPLE, TEAMS, SERVICES, WORDS = 100, 15, 60, 3000
PASSWORD = "correct horse battery"
# What people write of: services are named of a subject and a part, other words are made of syllables.
SUBJECTS = ("Billing", "Catalogue", "Delivery", "Identity", "Ledger", "Media", "Orders", "Payouts", "Reports")
PARTS = ("gateway", "worker", "database", "console", "cache", "queue")
SYLLABLES = ("ba", "cor", "den", "fil", "gra", "hol", "jun", "kel", "lom", "mir", "nos", "pex", "rud", "sal", "tev")


def gather(now: datetime) -> None:
    """The demo's organisation, grown: the first of everything has most of the incidents."""
    made = cast.gather(now, PASSWORD)
    people = [User(email=f"person{n}@{cast.DOMAIN}", name=f"Person {n}") for n in range(len(made.people), PEOPLE)]
    User.objects.bulk_create(people)
    names = [f"{subject} team" for subject in (*SUBJECTS, "Growth")][: TEAMS - Team.objects.count()]
    Team.objects.bulk_create(Team(name=name, slug=name.lower().replace(" ", "-")) for name in names)
    teams = list(Team.objects.order_by("name"))
    parts = [f"{subject} {part}" for part in PARTS for subject in SUBJECTS][: SERVICES - Service.objects.count()]
    services = Service.objects.bulk_create(
        Service(name=name, slug=name.lower().replace(" ", "-"), owner=teams[n % len(teams)])
        for n, name in enumerate(parts)
    )
    component = Component.objects.filter(is_group=False)[0]
    services[0].components.add(component)


def words() -> list[str]:
    """Three thousand words, each once, the same ones every time."""
    drawn, found = random.Random(5), dict[str, None]()
    while len(found) < WORDS:
        found["".join(drawn.choices(SYLLABLES, k=drawn.randint(2, 4)))] = None
    return list(found)
