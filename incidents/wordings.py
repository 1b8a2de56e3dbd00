"""Wordings to begin a bulletin with, each kept by administrators: a text with places in braces (domain §2.7).

A bulletin that keeps to the first wording, with its places filled in, was approved beforehand.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from incidents.models import Wording
from kit import clock
from kit.rules import check, require
from roles.models import User
from statuspage.vocabulary import State

MANAGE = "incidents.manage_cadence"
MOST_CHARACTERS = 1000
PLACE = re.compile(r"\{([^{}\n]+)\}")
# So much fits into one place of an approved wording; a story of one's own does not.
MOST_IN_A_PLACE = 120

INVESTIGATING, IDENTIFIED, MONITORING, RESOLVED = "investigating", "identified", "monitoring", "resolved"
NO_CHANGE, LONG, RECURRED, CORRECTION, WITHDRAWN = "no_change", "long", "recurred", "correction", "withdrawn"


@dataclass(frozen=True)
class Kept:
    """A wording as it is now: its key, what it is for, its text, and whether somebody changed it."""

    key: str
    label: str
    text: str
    is_changed: bool = False


LABELS: dict[str, str] = {
    INVESTIGATING: "Investigating: the first bulletin",
    IDENTIFIED: "Identified",
    MONITORING: "Monitoring",
    RESOLVED: "Resolved",
    NO_CHANGE: "Nothing new to say",
    LONG: "It will take hours",
    RECURRED: "It came back",
    CORRECTION: "Correction of the last bulletin",
    WITHDRAWN: "Withdrawn: there was no effect",
}
DEFAULTS: dict[str, str] = {
    INVESTIGATING: (
        "{Effect}. This began at {start} UTC. {What works} is not affected. "
        "We are looking into it and do not know the cause yet."
    ),
    IDENTIFIED: (
        "{Effect}. This began at {start} UTC, after {change}. We are {mitigation} now; it may last until that is done."
    ),
    MONITORING: (
        "{Function} works normally again since {end} UTC. We keep watching until {until} UTC, and close this if "
        "nothing returns."
    ),
    RESOLVED: "This is fixed. {Effect}, between {start} and {end} UTC. You need to do nothing.",
    NO_CHANGE: "Nothing has changed: {effect}. We {did} and are {doing}.",
    LONG: (
        "{Effect}. Restoring it will take several hours. We will write again at {next} UTC, "
        "and sooner if anything changes for you."
    ),
    RECURRED: "{Effect}: it came back at {again} UTC after our earlier fix. We are looking into it again.",
    CORRECTION: "Our update of {last} UTC was wrong: {what is right}. We are sorry for the confusion.",
    WITHDRAWN: "We found no effect on customers and withdraw this notice. {What misled us} caused it.",
}
# What the incident itself knows, and fills in.
KNOWN_PLACES = ("Effect", "effect", "start", "end", "until", "last", "next")
OF_STATE: Mapping[State, str] = {
    State.INVESTIGATING: INVESTIGATING,
    State.IDENTIFIED: IDENTIFIED,
    State.MONITORING: MONITORING,
    State.RESOLVED: RESOLVED,
}


def every() -> dict[str, Kept]:
    """All wordings by key, in the order in which they are shown."""
    changed = dict(Wording.objects.values_list("key", "text"))
    return {key: Kept(key, LABELS[key], changed.get(key, text), key in changed) for key, text in DEFAULTS.items()}


def keeps_to(wording: str, text: str) -> bool:
    """Whether a text is the wording with its places filled in, and nothing else."""
    parts = re.split(PLACE, " ".join(wording.split()))[::2]
    filled = rf"[^{{}}]{{1,{MOST_IN_A_PLACE}}}?".join(re.escape(part) for part in parts)
    return re.fullmatch(filled, " ".join(text.split())) is not None


def fill(wording: str, known: Mapping[str, str]) -> str:
    """A wording with what is known; what is not stays in braces for whoever writes."""
    return PLACE.sub(lambda found: known.get(found[1]) or found[0], wording)


@transaction.atomic(durable=True)
def change(key: str, text: str, *, actor: User) -> Kept:
    """Keep another text from now on; an empty one brings back what Sitrep came with."""
    require(actor, MANAGE)
    check(key in DEFAULTS, "no_such_wording", f"Allowed are {', '.join(DEFAULTS)}.", field="key")
    said = text.replace("\r\n", "\n").strip()
    check(len(said) <= MOST_CHARACTERS, "too_long", f"At most {MOST_CHARACTERS} characters.", field="text")
    rest = PLACE.sub("", said)
    check("{" not in rest and "}" not in rest, "unbalanced", "Every place stands in braces: {place}.", field="text")
    if said and said != DEFAULTS[key]:
        values = {"text": said, "updated_at": clock.now(), "updated_by": actor}
        Wording.objects.update_or_create(key=key, defaults=values)
    else:
        Wording.objects.filter(key=key).delete()
    return every()[key]
