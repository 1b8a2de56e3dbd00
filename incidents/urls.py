"""The addresses of incidents."""

from typing import TYPE_CHECKING

from django.urls import URLPattern, URLResolver, include, path

from kit.later import later

if TYPE_CHECKING:
    from incidents.api import actions, bulletins
    from incidents.api import views as api
    from incidents.views import (
        access,
        answering,
        approving,
        cadence,
        declaring,
        listing,
        people,
        room,
        settings,
        speaking,
        steering,
        wordings,
    )
else:
    actions, bulletins, api = later("incidents.api", "actions", "bulletins", "views")
    access, answering, approving, cadence, declaring, listing = later(
        "incidents.views", "access", "answering", "approving", "cadence", "declaring", "listing"
    )
    people, room, settings, speaking, steering, wordings = later(
        "incidents.views", "people", "room", "settings", "speaking", "steering", "wordings"
    )

inside: list[URLPattern] = [
    path("", room.enter, name="room"),
    path("pulse/", room.pulse, name="pulse"),
    path("update/", room.update, name="update"),
    path("acknowledge/", people.acknowledge, name="acknowledge"),
    path("join/", people.join, name="join"),
    path("take/", people.take, name="take"),
    path("accept/", people.accept, name="accept"),
    path("release/", people.release, name="release"),
    path("people/", people.everyone, name="seats"),
    path("offer/", people.offer, name="offer"),
    path("ask/", people.ask, name="ask"),
    path("confirm/", steering.confirm, name="confirm"),
    path("severity/", steering.severity, name="severity"),
    path("phase/", steering.phase, name="phase"),
    path("monitor/", steering.monitor, name="monitor"),
    path("recur/", steering.recur, name="recur"),
    path("fixed/", steering.fixed, name="fixed"),
    path("decline/", steering.decline, name="decline"),
    path("take-back/", steering.take_back, name="take_back"),
    path("merge/", steering.merge, name="merge"),
    path("impact/", steering.impact, name="impact"),
    path("times/", steering.correct_time, name="times"),
    path("details/", steering.details, name="details"),
    path("situation/", speaking.edit_situation, name="situation"),
    path("posture/", speaking.posture, name="posture"),
    path("posture/ask/", speaking.ask_to_decide, name="ask_to_decide"),
    path("bulletin/", speaking.bulletin, name="bulletin"),
    path("bulletin/live/", speaking.live, name="live"),
    path("bulletin/remarks/", speaking.remarks, name="remarks"),
    path("drafts/<uuid:draft>/discard/", speaking.discard, name="discard_draft"),
    path("drafts/<uuid:draft>/take-back/", speaking.take_back, name="take_back_bulletin"),
    path("drafts/<uuid:draft>/publish/", speaking.publish_now, name="publish_now"),
    path("updates/<int:position>/take-back/", room.take_back, name="take_back_update"),
    path("approval/", approving.approval, name="approval"),
    path("holding/<slug:public_id>/", speaking.holding, name="holding"),
    path("snooze/", speaking.snooze, name="snooze"),
    path("members/", access.members, name="members"),
    path("members/revoke/", access.revoke, name="revoke"),
    path("restrict/", access.restrict, name="restrict"),
    path("open-up/", access.open_up, name="open_up"),
    path("tick/", access.tick, name="tick"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", listing.home, name="home"),
    path("late/", listing.late, name="late"),
    path("answer/<str:token>/", answering.answer, name="answer"),
    path("approve/<str:token>/", approving.approve, name="approve"),
    path("incidents/", listing.incidents, name="incidents"),
    path("incidents/declare/", declaring.declare, name="declare"),
    path("incidents/declare/similar/", declaring.similar, name="similar"),
    path("incidents/declare/suggest/", declaring.suggest, name="suggest"),
    path("incidents/<slug:reference>/", include(inside)),
    path("services/", settings.services, name="services"),
    path("services/add/", settings.edit_service, name="add_service"),
    path("services/<slug:slug>/", settings.service, name="service"),
    path("services/<slug:slug>/edit/", settings.edit_service, name="edit_service"),
    path("services/<slug:slug>/retire/", settings.retire_service, name="retire_service"),
    path("states/", wordings.states, name="states"),
    path("settings/wordings/", wordings.kept, name="wordings"),
    path("settings/cadence/", cadence.cadence_settings, name="cadence"),
    path("settings/cadence/roles/", cadence.cadence_seats, name="cadence_seats"),
    path("settings/cadence/<slug:duty>/<slug:severity>/", cadence.cadence_ladder, name="cadence_ladder"),
    path("settings/cadence/preset/", cadence.use_preset, name="use_preset"),
]

API = "api/v1/"
# The commands of `incidents.api.actions`.
STEPS = (
    "acknowledge", "join", "take", "accept", "offer", "release", "ask", "updates", "situation", "transition",
    "confirm", "severity", "monitor", "posture", "impact", "times", "recur", "details", "snooze", "restrict",
    "open-up", "grant", "revoke", "take-back", "decline", "merge", "fixed", "ticks",
)  # fmt: skip
urlpatterns += [
    path(f"{API}incidents", api.Incidents.as_view(), name="api_incidents"),
    path(f"{API}incidents/<slug:reference>", api.OneIncident.as_view(), name="api_incident"),
    path(f"{API}incidents/<slug:reference>/timeline", api.Timeline.as_view(), name="api_timeline"),
    path(f"{API}incidents/<slug:reference>/blockers", api.Blockers.as_view(), name="api_blockers"),
    path(f"{API}incidents/<slug:reference>/bulletins", bulletins.Bulletins.as_view(), name="api_bulletins"),
    path(f"{API}incidents/<slug:reference>/bulletins/waiting", bulletins.Waiting.as_view(), name="api_waiting"),
    path(f"{API}incidents/<slug:reference>/bulletins/check", bulletins.Judgement.as_view(), name="api_judgement"),
    path(f"{API}incidents/<slug:reference>/bulletins/ask", bulletins.Asking.as_view(), name="api_asking"),
    path(f"{API}incidents/<slug:reference>/approval", bulletins.Answering.as_view(), name="api_approval"),
    path(f"{API}wordings", bulletins.Wordings.as_view(), name="api_wordings"),
    path(f"{API}wordings/<slug:key>", bulletins.OneWording.as_view(), name="api_wording"),
    path(f"{API}obligations", api.Obligations.as_view(), name="api_obligations"),
    path(f"{API}services", api.Services.as_view(), name="api_services"),
    path(f"{API}severities", api.Severities.as_view(), name="api_severities"),
]
urlpatterns += [
    path(f"{API}incidents/<slug:reference>/{name}", actions.action(name).as_view(), name=f"api_{name}")
    for name in STEPS
]
