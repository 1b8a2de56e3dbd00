"""Personal keys to the API: made, shown once, used, revoked."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import CharField, F, Q

from kit import clock, secrets
from kit.compiled import Compiled, Given
from kit.lines import check_line
from kit.rules import Forbidden, check
from roles import changes
from roles.models import PersonalToken, User

PREFIX = "sitrep_"
MOST_KEYS = 20
# How exact “last used” is: a busy client must not cost a write a request.
NOTED_EVERY = timedelta(minutes=1)
# A row for each group of the owner, and one where there is none.
BY_DIGEST: Compiled[Any] = Compiled(
    lambda: (
        PersonalToken.objects.select_related("owner")
        .annotate(group=F("owner__groups__name"))
        .filter(digest=Given("digest", CharField()))
    ),
)


@transaction.atomic(durable=True)
def create(name: str, *, read_only: bool, expires_at: datetime | None, actor: User) -> tuple[PersonalToken, str]:
    """Make a key that acts as its owner. Gives the row and the secret, which is shown once and never kept."""
    owner = User.objects.select_for_update().get(pk=actor.pk)
    now = clock.now()
    check_line(name, "no_name", "Say what the key is for.", field="name")
    check(len(name.strip()) <= 80, "name_too_long", "At most 80 characters.", field="name")
    check(expires_at is None or expires_at > now, "expired", "The last day must lie ahead.", field="expires_on")
    live = PersonalToken.objects.filter(owner=owner, revoked_at=None).exclude(expires_at__lte=now).count()
    check(live < MOST_KEYS, "too_many_keys", f"At most {MOST_KEYS} keys work at a time; revoke one first.")
    secret = secrets.new_token(PREFIX)
    key = PersonalToken.objects.create(
        owner=owner,
        name=name.strip(),
        digest=secrets.digest(secret),
        read_only=read_only,
        created_at=now,
        expires_at=expires_at,
    )
    changes.record(owner, f"made the API key “{key.name}”", actor=actor, at=now)
    return key, secret


@transaction.atomic(durable=True)
def revoke(key: PersonalToken, *, actor: User) -> None:
    """End a key at once. Only its owner may."""
    key = PersonalToken.objects.select_for_update().get(pk=key.pk)
    if key.owner_id != actor.pk:
        raise Forbidden("forbidden", "Only its owner may revoke a key.")
    now = clock.now()
    PersonalToken.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now)
    changes.record(actor, f"revoked the API key “{key.name}”", actor=actor, at=now)


def bearer(secret: str, now: datetime) -> PersonalToken | None:
    """The key behind a secret, with its owner and the names of the owner's groups, if it works at this instant."""
    rows = BY_DIGEST.rows(digest=secrets.digest(secret))
    if not rows or not secrets.matches(secret, rows[0].digest):
        return None
    key: PersonalToken = rows[0]
    vars(key.owner)["group_names"] = tuple(row.group for row in rows if row.group)
    over = key.revoked_at is not None or (key.expires_at is not None and key.expires_at <= now)
    return None if over or not key.owner.is_active else key


def note_use(key: PersonalToken, now: datetime) -> None:
    """Remember that the key was used, at most once a minute."""
    if key.last_used_at is None or key.last_used_at <= now - NOTED_EVERY:
        long_ago = Q(last_used_at=None) | Q(last_used_at__lte=now - NOTED_EVERY)
        PersonalToken.objects.filter(long_ago, pk=key.pk).update(last_used_at=now)
