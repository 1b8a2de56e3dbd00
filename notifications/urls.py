"""The addresses of letters, channels and health."""

from typing import TYPE_CHECKING

from django.urls import URLPattern, path, re_path

from kit.later import later

if TYPE_CHECKING:
    from notifications import api
    from notifications.views import channels, contacts, endpoints, health, letters, outbox, told
else:
    (api,) = later("notifications", "api")
    channels, contacts, endpoints, health, letters, outbox, told = later(
        "notifications.views", "channels", "contacts", "endpoints", "health", "letters", "outbox", "told"
    )

urlpatterns: list[URLPattern] = [
    path("readyz", health.readyz, name="readyz"),
    path("engine/", health.engine, name="engine"),
    path("incidents/<slug:reference>/told/", told.page, name="told"),
    re_path(r"^incidents/(?P<reference>[-\w]+)/told\.(?P<form>csv|json)$", told.export, name="told_export"),
    path("letters/", letters.letters, name="letters"),
    path("letters/again/", letters.send_all_again, name="send_all_again"),
    path("letters/stuck/<int:pk>/", letters.write_again, name="write_again"),
    path("letters/<uuid:key>/", letters.letter, name="letter"),
    path("letters/<uuid:key>/again/", letters.send_again, name="send_again"),
    path("outbox/", outbox.listing, name="outbox"),
    path("outbox/<str:name>/", outbox.mail, name="outbox_mail"),
    path("outbox/<str:name>/html/", outbox.html, name="outbox_html"),
    path("settings/channels/", channels.overview, name="channels"),
    path("settings/channels/mail/", channels.server, name="mail_server"),
    path("settings/channels/mail/test/", channels.try_mail, name="try_mail"),
    path("settings/channels/mail/remove/", channels.forget_server, name="forget_mail_server"),
    path("settings/channels/audiences/", channels.people, name="audiences"),
    path("settings/channels/audiences/<slug:audience>/remove/<uuid:pk>/", channels.remove_member, name="remove_member"),
    path("me/contacts/", contacts.mine, name="contacts"),
    path("me/contacts/<uuid:pk>/delay/", contacts.delay, name="delay_contact"),
    path("me/contacts/<uuid:pk>/test/", contacts.trial, name="try_contact"),
    path("me/contacts/<uuid:pk>/remove/", contacts.remove, name="remove_contact"),
    path("settings/channels/services/add/", contacts.provider, name="add_provider"),
    path("settings/channels/services/<uuid:pk>/", contacts.provider, name="provider"),
    path("settings/channels/services/<uuid:pk>/remove/", contacts.remove_provider, name="remove_provider"),
    path("settings/channels/endpoints/add/", endpoints.add, name="add_endpoint"),
    path("settings/channels/endpoints/<uuid:pk>/", endpoints.endpoint, name="endpoint"),
    path("settings/channels/breakers/<int:pk>/close/", channels.close_breaker, name="close_breaker"),
    path("settings/channels/endpoints/<uuid:pk>/again/", endpoints.repeat, name="repeat_endpoint"),
    path("settings/channels/endpoints/<uuid:pk>/secret/", endpoints.renew, name="renew_secret"),
    path("settings/channels/endpoints/<uuid:pk>/test/", endpoints.trial, name="try_endpoint"),
    path("settings/channels/endpoints/<uuid:pk>/switch/", endpoints.switch, name="switch_endpoint"),
    path("settings/channels/endpoints/<uuid:pk>/remove/", endpoints.remove, name="remove_endpoint"),
    path("api/v1/deliveries", api.Deliveries.as_view(), name="api_deliveries"),
    path("api/v1/deliveries/<uuid:key>", api.OneDelivery.as_view(), name="api_delivery"),
]
