"""The addresses of people, teams, rotations, role cards, the set-up and one's own page."""

from typing import TYPE_CHECKING

from django.urls import URLPattern, URLResolver, include, path

from kit.later import later

if TYPE_CHECKING:
    from roles import api
    from roles.views import cards, invitations, joining, me, organisation, people, rotations, teams
else:
    (api,) = later("roles", "api")
    cards, invitations, joining, me, organisation, people, rotations, teams = later(
        "roles.views", "cards", "invitations", "joining", "me", "organisation", "people", "rotations", "teams"
    )

person: list[URLPattern] = [
    path("", people.person, name="person"),
    path("edit/", people.edit, name="edit_person"),
    path("groups/", people.groups, name="person_groups"),
    path("leave/", people.leave, name="person_leaves"),
    path("return/", people.come_back, name="person_returns"),
]
team: list[URLPattern] = [
    path("", teams.team, name="team"),
    path("edit/", teams.edit, name="edit_team"),
    path("dissolve/", teams.dissolve, name="dissolve_team"),
]
rotation: list[URLPattern] = [
    path("", rotations.rotation, name="rotation"),
    path("edit/", rotations.edit, name="edit_rotation"),
    path("end/", rotations.end, name="end_rotation"),
    path("turns/", rotations.enlist, name="enlist"),
    path("turns/step/", rotations.turn, name="turn"),
    path("overrides/", rotations.cover, name="cover"),
    path("overrides/<uuid:override>/withdraw/", rotations.withdraw, name="withdraw_override"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("setup/", joining.setup, name="setup"),
    path("setup/later/", joining.later, name="setup_later"),
    path("join/<str:token>/", joining.join, name="accept_invitation"),
    path("people/", people.people, name="people"),
    path("people/<uuid:pk>/", include(person)),
    path("people/invite/", invitations.invite, name="invite"),
    path("people/invite/<uuid:pk>/revoke/", invitations.revoke, name="revoke_invitation"),
    path("people/organisation/", organisation.organisation, name="organisation"),
    path("people/teams/new/", teams.new, name="new_team"),
    path("people/teams/<slug:slug>/", include(team)),
    path("people/rotations/", rotations.rotations, name="rotations"),
    path("people/rotations/new/", rotations.new, name="new_rotation"),
    path("people/rotations/<uuid:pk>/", include(rotation)),
    path("roles/", cards.cards, name="role_cards"),
    path("roles/<slug:role>/", cards.card, name="role_card"),
    path("me/", me.me, name="me"),
    path("me/keys/", me.new_key, name="new_key"),
    path("me/keys/<uuid:pk>/revoke/", me.revoke_key, name="revoke_key"),
    path("api/v1/people", api.People.as_view(), name="api_people"),
    path("api/v1/teams", api.Teams.as_view(), name="api_teams"),
    path("api/v1/rotations", api.Rotations.as_view(), name="api_rotations"),
    path("api/v1/on-call", api.OnCall.as_view(), name="api_on_call"),
]
