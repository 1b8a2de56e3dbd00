"""Who may do what: one table from group to permissions, read by `roles.backends.GrantsBackend`.

A permission is `<app>.<verb>_<noun>`. People asked into a role on an incident may also respond
to that one (incidents.backends). Reading is not granted here: `visible_to` decides it.
"""

READ = frozenset({"incidents.declare_incident", "insights.view_dashboard"})
RESPOND = READ | {
    "incidents.respond_incident",  # acknowledge, join, take a role, write updates, tick, edit the situation
    "incidents.steer_incident",  # severity, phase, posture, people, times
    "reviews.write_review",
}
SPEAK = frozenset({"incidents.speak_publicly"})
CONFIGURE = frozenset(
    {
        "roles.manage_organisation",
        "roles.manage_people",
        "roles.manage_rotations",
        "incidents.manage_catalogue",
        "incidents.manage_cadence",
        "statuspage.manage_pages",
        "statuspage.manage_maintenance",
        "statuspage.manage_subscribers",
        "notifications.manage_channels",
        "notifications.view_ledger",
    }
)

GRANTS: dict[str, frozenset[str]] = {
    "Reliability": RESPOND | SPEAK | {"statuspage.manage_maintenance", "notifications.view_ledger"},
    "Security": RESPOND | SPEAK | {"notifications.view_ledger"},
    "Development": RESPOND | SPEAK | {"roles.manage_rotations"},
    "Quality": RESPOND,
    "Support": RESPOND | SPEAK | {"statuspage.manage_maintenance", "statuspage.manage_subscribers"},
    "Stakeholders": READ,
    # May see every restricted incident (domain §2.12); add to one of the groups above.
    "Security leads": frozenset({"incidents.grant_access"}),
    "Administrators": RESPOND | SPEAK | CONFIGURE,
}

# What an administrator reads beside each group.
ABOUT: dict[str, str] = {
    "Reliability": "Responds and speaks publicly, plans maintenance, reads the ledger of letters.",
    "Security": "Responds and speaks publicly, reads the ledger of letters.",
    "Development": "Responds and speaks publicly, manages teams and rotations.",
    "Quality": "Responds.",
    "Support": "Responds and speaks publicly, plans maintenance, looks after subscribers.",
    "Stakeholders": "Reads and declares.",
    "Security leads": "Sees every restricted incident and grants access; comes on top of another group.",
    "Administrators": "Everything, except seeing restricted incidents they are not asked into.",
}
