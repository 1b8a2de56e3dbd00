"""The addresses of this room."""

from typing import TYPE_CHECKING

from django.urls import URLPattern, path

from kit.later import later

if TYPE_CHECKING:
    from statuspage.api import maintenance as api_maintenance
    from statuspage.api import pages as api
    from statuspage.api import records
    from statuspage.views import components, maintenance, pages, private, subscribers, subscriptions, told
else:
    api_maintenance, api, records = later("statuspage.api", "maintenance", "pages", "records")
    components, maintenance, pages, private, subscribers, subscriptions, told = later(
        "statuspage.views", "components", "maintenance", "pages", "private", "subscribers", "subscriptions", "told"
    )

PAGE = "status-page/<slug:slug>/"
API = "api/v1/pages/<slug:slug>/"
# The steps of `statuspage.api.maintenance`.
STEPS = ("start", "verify", "complete", "cancel", "update")
ONE = f"{API}maintenances/<slug:public_id>"

urlpatterns: list[URLPattern] = [
    path("status-page/", pages.overview, name="statuspage"),
    path("status-page/new/", pages.new, name="statuspage_new"),
    path(PAGE + "settings/", pages.edit, name="statuspage_settings"),
    path(PAGE + "components/", components.listing, name="statuspage_components"),
    path(PAGE + "components/<slug:public_id>/", components.edit, name="statuspage_component"),
    path(PAGE + "components/<slug:public_id>/move/", components.move, name="statuspage_component_move"),
    path(PAGE + "components/<slug:public_id>/retire/", components.retire, name="statuspage_component_retire"),
    path(PAGE + "incidents/", told.listing, name="statuspage_told"),
    path(PAGE + "incidents/afterwards/", told.afterwards, name="statuspage_afterwards"),
    path(PAGE + "incidents/<slug:public_id>/", told.one, name="statuspage_told_one"),
    path(PAGE + "bulletins/<slug:public_id>/", told.slip, name="statuspage_slip"),
    path(PAGE + "maintenance/", maintenance.listing, name="statuspage_maintenances"),
    path(PAGE + "maintenance/new/", maintenance.new, name="statuspage_maintenance_new"),
    path(PAGE + "maintenance/<slug:public_id>/", maintenance.one, name="statuspage_maintenance"),
    path(PAGE + "maintenance/<slug:public_id>/become/", maintenance.become, name="statuspage_maintenance_become"),
    path(PAGE + "maintenance/<slug:public_id>/<slug:name>/", maintenance.step, name="statuspage_maintenance_step"),
    path(PAGE + "subscribers/", subscribers.listing, name="statuspage_subscribers"),
    path(PAGE + "subscribers/roll.csv", subscribers.export, name="statuspage_roll"),
    path(PAGE + "subscribers/roll/", subscribers.take_in, name="statuspage_roll_in"),
    path(PAGE + "subscribers/<uuid:pk>/release/", subscribers.release, name="statuspage_subscriber_release"),
    path(PAGE + "subscribers/<uuid:pk>/remove/", subscribers.remove, name="statuspage_subscriber_remove"),
    path("private/<slug:slug>/", private.private, name="private_page"),
    path("private/<slug:slug>/<path:path>", private.private, name="private_file"),
    path("subscribe/<slug:slug>/", subscriptions.subscribe, name="subscribe"),
    path("subscriptions/confirm/<str:token>/", subscriptions.confirm, name="subscription_confirm"),
    path("subscriptions/manage/<str:token>/", subscriptions.manage, name="subscription"),
    path("subscriptions/end/<str:token>/", subscriptions.end, name="subscription_end"),
    path("api/v1/pages", api.Pages.as_view(), name="api_pages"),
    path("api/v1/pages/<slug:slug>", api.OnePage.as_view(), name="api_page"),
    path(f"{API}components", api.Components.as_view(), name="api_components"),
    path(f"{API}components/<slug:public_id>", api.OneComponent.as_view(), name="api_component"),
    path(f"{API}components/<slug:public_id>/move", api.Moving.as_view(), name="api_component_move"),
    path(f"{API}maintenances", api_maintenance.Maintenances.as_view(), name="api_maintenances"),
    path(f"{API}afterwards", records.TellingAfterwards.as_view(), name="api_afterwards"),
    path(f"{API}incidents/<slug:public_id>/impact", records.Override.as_view(), name="api_impact_override"),
    path(f"{API}bulletins/<slug:public_id>", records.Slip.as_view(), name="api_slip"),
    path(f"{ONE}/become", api_maintenance.Becoming.as_view(), name="api_maintenance_become"),
    path(ONE, api_maintenance.OneMaintenance.as_view(), name="api_maintenance"),
    path(f"{ONE}/reschedule", api_maintenance.Rescheduling.as_view(), name="api_maintenance_reschedule"),
    *[path(f"{ONE}/{name}", api_maintenance.step(name).as_view(), name=f"api_maintenance_{name}") for name in STEPS],
]
