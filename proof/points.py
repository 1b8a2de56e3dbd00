"""The named fail points: every place where a process that dies might lose something, or do it twice."""

from collections.abc import Iterator

from proof.planting import (
    AFTER_COMMIT,
    AFTER_RENAME,
    AFTER_ROW,
    BEFORE_COMMIT,
    BEFORE_RENAME,
    BEFORE_ROW,
    ENTER,
    HALF,
    LEAVE,
    Point,
)

# SQLite writes “INSERT OR IGNORE INTO” where a row may be there already.
INSERT, UPDATE, DELETE = "INTO", "UPDATE", "DELETE FROM"


def _table(verb: str, table: str) -> str:
    return f'{verb} "{table}"'


def _around_commit(area: str, *targets: str) -> Iterator[Point]:
    for target in targets:
        name = target.rpartition(":")[2].rpartition(".")[2].strip("_")
        yield Point(f"{area}.{name}.before-commit", BEFORE_COMMIT, target)
        yield Point(f"{area}.{name}.after-commit", AFTER_COMMIT, target)


def _rows(area: str, target: str, **tables: str) -> Iterator[Point]:
    """After each of these rows was written and before anything is committed."""
    for name, words in tables.items():
        yield Point(f"{area}.after-{name.replace('_', '-')}", AFTER_ROW, target, words)


DECLARE, CHASE = "incidents.lifecycle:declare", "incidents.chasing:_chase"
PUBLISH, RELAY, SPREAD = (
    "incidents.communications:publish",
    "notifications.relay:_together",
    "notifications.relay:_relay_public",
)
HOLD, RECORD, SHOW = "notifications.claims:hold", "notifications.recording:record", "statuspage.shelf:Shelf.show"
SMTP, HOOK = "notifications.transports.mail:SmtpLine", "kit.egress:Client.post"

WEB = (
    Point("web.declare.before-incident", BEFORE_ROW, DECLARE, _table(INSERT, "incidents_incident")),
    *_rows(
        "web.declare", DECLARE,
        incident=_table(INSERT, "incidents_incident"), entries=_table(INSERT, "incidents_event"),
        untold=_table(INSERT, "incidents_untold"), clocks=_table(INSERT, "incidents_obligation"),
    ),
    *_around_commit("web", DECLARE, "incidents.engagement:acknowledge", "incidents.levelling:confirm"),
    *_around_commit("web", "incidents.levelling:change", "incidents.situation:post", "incidents.access:restrict"),
    *_rows(
        "web.publish", PUBLISH,
        bulletin=_table(INSERT, "statuspage_bulletin"), untold=_table(INSERT, "statuspage_untold"),
        entry=_table(INSERT, "incidents_event"),
    ),
    *_around_commit("web", PUBLISH, "statuspage.subscribing:end", "statuspage.subscribing:ask"),
)  # fmt: skip
TICKER = (
    Point("ticker.beat", LEAVE, "notifications.heartbeats:beat"),
    Point("ticker.chase.found", ENTER, CHASE),
    Point("ticker.chase.locked", LEAVE, "incidents.chasing:_try_lock"),
    *_rows(
        "ticker.chase", CHASE,
        clocks_moved=_table(UPDATE, "incidents_obligation"), entries=_table(INSERT, "incidents_event"),
        untold=_table(INSERT, "incidents_untold"),
    ),
    *_around_commit("ticker", CHASE, "incidents.outgoing:_publish_one", "notifications.takeover:_take"),
    Point("ticker.takeover.journal-read", LEAVE, "notifications.journal:read"),
    Point("ticker.takeover.journal-removed", ENTER, "notifications.journal:remove"),
    Point("ticker.stirred", LEAVE, "incidents.stirring:stir"),
)  # fmt: skip
RELAYS = (
    Point("relay.found", ENTER, RELAY),
    Point("relay.taken", LEAVE, "notifications.relay:_take"),
    *_rows(
        "relay", RELAY,
        notices=_table(INSERT, "notifications_notice"), letters=_table(INSERT, "notifications_delivery"),
        untold_gone=_table(DELETE, "incidents_untold"),
    ),
    *_around_commit("relay", RELAY),
    *_rows(
        "relay.bulletin", SPREAD,
        notice=_table(INSERT, "notifications_notice"), chunk="INSERT INTO notifications_delivery",
        bookmark=_table(UPDATE, "notifications_notice"), untold_gone=_table(DELETE, "statuspage_untold"),
    ),
    *_around_commit("relay", SPREAD),
)  # fmt: skip
CLAIMS = (
    Point("claim.before", BEFORE_ROW, HOLD, "UPDATE notifications_delivery"),
    Point("claim.held", AFTER_ROW, HOLD, "UPDATE notifications_delivery"),
    Point("claim.read", LEAVE, HOLD),
    Point("claim.asking", ENTER, "notifications.asking:withheld"),
    Point("claim.asked", LEAVE, "notifications.asking:withheld"),
    Point("claim.rendering", ENTER, "notifications.packing:Packer.pack"),
    Point("claim.rendered", LEAVE, "notifications.packing:Packer.pack"),
    Point("claim.handed-out", LEAVE, "notifications.crew:Crew.add"),
)
SENDS = (
    Point("send.turn", ENTER, "notifications.sending:send"),
    Point("send.journal-begun", LEAVE, "notifications.journal:Journal.begin"),
    Point("send.mail.connecting", ENTER, f"{SMTP}._open"),
    Point("send.mail.connected", LEAVE, f"{SMTP}._open"),
    Point("send.mail.recipient-taken", LEAVE, f"{SMTP}._from_and_to"),
    Point("send.mail.half", HALF, f"{SMTP}._data"),
    Point("send.mail.unanswered", ENTER, "smtplib:SMTP.getreply"),
    Point("send.mail.accepted", LEAVE, f"{SMTP}._data"),
    Point("send.hook.connecting", ENTER, HOOK),
    Point("send.hook.half", HALF, HOOK),
    Point("send.hook.unanswered", ENTER, "http.client:HTTPConnection.getresponse"),
    Point("send.hook.accepted", LEAVE, HOOK),
    Point("send.tried", LEAVE, "notifications.sending:_try"),
    Point("send.journal-ended", LEAVE, "notifications.journal:Journal.end"),
    Point("send.answered", LEAVE, "notifications.sending:send"),
)
RECORDS = (
    Point("record.before", ENTER, RECORD),
    *_rows("record", RECORD, attempts="INSERT INTO notifications_attempt", letters="UPDATE notifications_delivery"),
    *_around_commit("record", RECORD),
    Point("record.journal-forgotten", LEAVE, "notifications.journal:Journal.forget"),
    *_around_commit("record", "notifications.breakers:hear"),
    Point("record.journal-closing", ENTER, "notifications.journal:Journal.close"),
    Point("record.journal-closed", LEAVE, "notifications.journal:Journal.close"),
)
SNAPSHOTS = (
    Point("snapshot.before", ENTER, "statuspage.snapshot:_draw"),
    Point("snapshot.read", LEAVE, "statuspage.reading:read"),
    Point("snapshot.building", ENTER, SHOW),
    Point("snapshot.file-written", LEAVE, "statuspage.shelf:_write"),
    Point("snapshot.before-sync", ENTER, "statuspage.shelf:_sync"),
    Point("snapshot.before-rename", BEFORE_RENAME, SHOW),
    Point("snapshot.after-rename", AFTER_RENAME, SHOW),
    Point("snapshot.before-flip", BEFORE_RENAME, "statuspage.shelf:turn"),
    Point("snapshot.after-flip", AFTER_RENAME, "statuspage.shelf:turn"),
    Point("snapshot.pruning", ENTER, "statuspage.shelf:Shelf._prune"),
    Point("snapshot.pruned", LEAVE, "statuspage.shelf:Shelf._prune"),
    Point("snapshot.hosts", ENTER, "statuspage.shelf:hosts"),
)

ALL: tuple[Point, ...] = (*WEB, *TICKER, *RELAYS, *CLAIMS, *SENDS, *RECORDS, *SNAPSHOTS)
# Outside every transaction: a process may be stopped here, and wake up when others have done its work.
CAN_BE_STOPPED_AT = ("claim.read", "claim.asked", "claim.handed-out", "record.before")
