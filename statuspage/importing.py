"""Taking in another page's history from Statuspage v2 documents: marked, told to nobody, twice the same as once."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Max

from statuspage import foreign
from statuspage.foreign import ForeignAffected, ForeignComponent, ForeignIncident, ForeignUpdate, Reader
from statuspage.models import AffectedComponent, Bulletin, Component, Page, PublicIncident
from statuspage.vocabulary import ENDED, Status

Document = Mapping[str, Any]
# What each update says of components, by the update's id; the bulletins are still to be set.
Naming = dict[str, list[AffectedComponent]]
OURS = re.compile(r"[a-z0-9]{12}")
SHORTEST_WINDOW = timedelta(minutes=1)


class Outcome(StrEnum):
    """What became of a document."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


def import_components(page: Page, documents: Iterable[Document], *, at: datetime) -> list[tuple[Component, Outcome]]:
    """Make or renew the components; one that operators have changed since is left as they have it.

    Their status is not taken: a status changes only with a bulletin, and what is imported is over. The
    caller holds the page. Raises `RuleBroken` naming place and field.
    """
    said = [foreign.component(Reader(one, f"components, entry {place}"), at) for place, one in enumerate(documents, 1)]
    last = Component.objects.filter(page=page, external_id="").aggregate(last=Max("position"))["last"] or 0
    done = [_component(page, one, last) for one in said]
    by_id = {component.external_id: component for component, _ in done}
    for one, (component, outcome) in zip(said, done, strict=True):
        group = by_id.get(one.group_id)
        if outcome != Outcome.UNCHANGED and group is not None and group.is_group and not component.is_group:
            component.group = group
            component.save()
    return done


def import_incident(
    page: Page, document: Document, *, at: datetime, components: Mapping[str, Component] | None = None
) -> tuple[PublicIncident, Outcome]:
    """Make or renew a public incident with its bulletins. It is history: it tells nobody and is never current.

    `components` maps the ids of the documents to components, for many incidents in a row; without it they
    are asked for. The caller holds the page and touches it once at the end.
    """
    said = foreign.incident(Reader(document, f"incident {document.get('id')}"))
    return _take_in(page, said, _known(page) if components is None else dict(components), at, is_maintenance=False)


def import_maintenance(
    page: Page, document: Document, *, at: datetime, components: Mapping[str, Component] | None = None
) -> tuple[PublicIncident, Outcome]:
    """The same for a scheduled maintenance."""
    said = foreign.maintenance(Reader(document, f"maintenance {document.get('id')}"))
    return _take_in(page, said, _known(page) if components is None else dict(components), at, is_maintenance=True)


def _component(page: Page, said: ForeignComponent, last: int) -> tuple[Component, Outcome]:
    found = _same(page, said)
    facts = {
        "name": said.name,
        "description": said.description,
        "showcase": said.showcase,
        "start_date": said.start_date,
        "only_show_if_degraded": said.only_show_if_degraded,
        "updated_at": said.updated_at,
    }
    if found is None:
        made = Component.objects.create(
            page=page,
            public_id=_public_id(said.id, Component),
            external_id=said.id,
            is_group=said.is_group,
            position=last + said.position,
            created_at=said.created_at,
            **facts,
        )
        return made, Outcome.CREATED
    if found.external_id == said.id and (found.updated_at >= said.updated_at) and found.retired_at is None:
        return found, Outcome.UNCHANGED
    # One that history alone had named comes to life when the list names it, too.
    found.external_id, found.retired_at = said.id, None
    if found.updated_at < said.updated_at:
        _set(found, facts)
    found.save()
    return found, Outcome.UPDATED


def _same(page: Page, said: ForeignComponent) -> Component | None:
    """The component that came with this id, else one of ours of that name."""
    of_page = Component.objects.filter(page=page, is_group=said.is_group)
    by_id = of_page.filter(external_id=said.id).first()
    return by_id or of_page.current().filter(external_id="", name__iexact=said.name).first()


def _take_in(
    page: Page, said: ForeignIncident, components: dict[str, Component], at: datetime, *, is_maintenance: bool
) -> tuple[PublicIncident, Outcome]:
    facts = _facts(said, is_maintenance=is_maintenance)
    found = PublicIncident.objects.filter(page=page, external_id=said.id).first()
    _make_missing(page, said, components, at)
    named = _naming(said, components)
    if found is None:
        found = PublicIncident.objects.create(
            page=page,
            public_id=_public_id(said.id, PublicIncident),
            external_id=said.id,
            is_imported=True,
            is_maintenance=is_maintenance,
            **facts,
        )
        _add(found, said.updates, named)
        return found, Outcome.CREATED
    changed = _set(found, facts)
    changed |= _renew(found, said, named)
    if changed:
        found.revision += 1
        found.save()
    return found, Outcome.UPDATED if changed else Outcome.UNCHANGED


def _facts(said: ForeignIncident, *, is_maintenance: bool) -> dict[str, Any]:
    newest = said.updates[-1] if said.updates else None
    # Some documents lag behind their last update; that one has the say where it ends the matter.
    state = newest.state if newest and newest.state in ENDED else said.state
    until = said.scheduled_until
    if said.scheduled_for and until:
        until = max(until, said.scheduled_for + SHORTEST_WINDOW)
    return {
        "name": said.name,
        "state": state,
        "impact": said.impact,
        "created_at": said.created_at,
        "updated_at": said.updated_at,
        "started_at": said.started_at,
        "monitoring_at": said.monitoring_at,
        "resolved_at": _resolved_at(said) if state in ENDED else None,
        "scheduled_for": said.scheduled_for if is_maintenance else None,
        "scheduled_until": until if is_maintenance else None,
    }


def _resolved_at(said: ForeignIncident) -> datetime:
    """As the document says, else when its last update ended it; never before its start."""
    ends = [update.display_at for update in said.updates if update.state in ENDED]
    return max(said.started_at, said.resolved_at or (ends[0] if ends else said.updated_at))


def _make_missing(page: Page, said: ForeignIncident, components: dict[str, Component], at: datetime) -> None:
    """Components that the list does not have any more are made retired, for history alone."""
    listed = {one.id: one for one in said.components}
    names = {one.code: one.name for update in said.updates for one in update.affected}
    names |= {one.id: one.name for one in said.components}
    for code in names.keys() - components.keys():
        created_at = listed[code].created_at if code in listed else at
        components[code] = Component.objects.create(
            page=page,
            public_id=_public_id(code, Component),
            external_id=code,
            name=names[code] or code,
            created_at=created_at,
            updated_at=created_at,
            retired_at=at,
        )


def _naming(said: ForeignIncident, components: Mapping[str, Component]) -> Naming:
    """What each update, by its id, says of components; those that only the incident names stand in its first."""
    named = {update.id: {one.code: one for one in update.affected} for update in said.updates}
    told = {code for of_update in named.values() for code in of_update}
    if said.updates:
        named[said.updates[0].id] |= {
            one.id: ForeignAffected(one.id, one.name, Status.OPERATIONAL, Status.OPERATIONAL)
            for one in said.components
            if one.id not in told
        }
    return {
        update: [
            AffectedComponent(
                component=components[one.code],
                name=one.name or components[one.code].name,
                old_status=one.old_status,
                new_status=one.new_status,
            )
            for one in of_update.values()
        ]
        for update, of_update in named.items()
    }


def _add(target: PublicIncident, updates: Iterable[ForeignUpdate], named: Naming) -> None:
    bulletins = Bulletin.objects.bulk_create(
        Bulletin(public_incident=target, public_id=_public_id(one.id, Bulletin), external_id=one.id, **_words(one))
        for one in updates
    )
    affected = []
    for bulletin in bulletins:
        for one in named[bulletin.external_id]:
            one.bulletin = bulletin
            affected.append(one)
    AffectedComponent.objects.bulk_create(affected)


def _renew(target: PublicIncident, said: ForeignIncident, named: Naming) -> bool:
    """Add what was said since, and take over what was corrected; what the document has lost stays."""
    known = {one.external_id: one for one in target.bulletins.prefetch_related("affected")}
    new = [one for one in said.updates if one.id not in known]
    _add(target, new, named)
    changed = bool(new)
    for one in said.updates:
        if one.id in known:
            changed |= _correct(known[one.id], one, named[one.id])
    return changed


def _correct(bulletin: Bulletin, said: ForeignUpdate, named: list[AffectedComponent]) -> bool:
    corrected = _set(bulletin, _words(said))
    if corrected:
        bulletin.save()
    if {_claim(one) for one in bulletin.affected.all()} == {_claim(one) for one in named}:
        return corrected
    bulletin.affected.all().delete()
    for one in named:
        one.bulletin = bulletin
    AffectedComponent.objects.bulk_create(named)
    return True


def _claim(one: AffectedComponent) -> tuple[int, str, str, str]:
    return one.component_id, one.name, one.old_status, one.new_status


def _words(said: ForeignUpdate) -> dict[str, Any]:
    return {
        "state": said.state,
        "body": said.body,
        "display_at": said.display_at,
        "created_at": said.created_at,
        "updated_at": said.updated_at,
        "tells_subscribers": said.tells,
    }


def _set(row: Component | PublicIncident | Bulletin, facts: Mapping[str, Any]) -> bool:
    """Set the columns; whether one of them was another before."""
    changed = any(getattr(row, name) != value for name, value in facts.items())
    for name, value in facts.items():
        setattr(row, name, value)
    return changed


def _known(page: Page) -> dict[str, Component]:
    return {one.external_id: one for one in Component.objects.filter(page=page).exclude(external_id="")}


def _public_id(external_id: str, kind: type[Component] | type[PublicIncident] | type[Bulletin]) -> str:
    """The id it had, so that links to it go on working; a new one where it is not of our form, or taken."""
    taken = not OURS.fullmatch(external_id) or kind._default_manager.filter(public_id=external_id).exists()
    field: Any = kind._meta.get_field("public_id")
    return str(field.get_default()) if taken else external_id
