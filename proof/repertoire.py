"""Every story with what is to come of it, said by hand after the rules of the domain."""

from collections.abc import Iterable

from proof.stories import (
    RELAY,
    ROOM,
    SETTLE,
    Later,
    Step,
    Story,
    answered,
    asked,
    bulletin,
    declared,
    ends,
    hold,
    restrict,
    sender_dies,
    set_holding,
    sign_up,
    told,
    updated,
)

Arrives = dict[str, dict[str, int]]
STAKEHOLDERS = ("stella@denomas.example", "sour-stan@denomas.example")
EXECUTIVES = ("elon@denomas.example",)
ENDPOINTS = ("/hook", "/sour-hook")
READERS = tuple(
    f"{name}@outside.example" for name in ("reader-1", "reader-2", "reader-3", "sour-reader", "reader-5")
)  # fmt: skip
READER_HOOK = ("/reader-hook",)
# Grace is called by mail, and three minutes later by webhook if she has not answered.
GRACE, GRACE_AGAIN = "grace@private.example", "/grace"


def _each(who: Iterable[str], words: str, times: int = 1) -> Arrives:
    return {to: {words: times} for to in who}


def _all(*several: Arrives) -> Arrives:
    """Together; an address that stands in two gets both."""
    together: Arrives = {}
    for one in several:
        for to, words in one.items():
            together[to] = together.get(to, {}) | words
    return together


def _paged(severity: str, *names: str) -> Arrives:
    return _each((GRACE if name == "grace" else f"{name}@denomas.example" for name in names), f"{severity} page")


def _read(state: str, but: str = "") -> Arrives:
    """A bulletin reaches every reader."""
    readers = (one for one in READERS if one != but)
    return _all(_each(readers, f"{state}: Payments fail"), _each(READER_HOOK, "bulletin.published"))


def _confirmed(severity: str) -> Arrives:
    people, machines = (*STAKEHOLDERS, *EXECUTIVES), ENDPOINTS
    return _all(_each(people, f"{severity} confirmed"), _each(machines, "incident.confirmed"))


CONFIRM = asked("grace", f"{ROOM}/confirm", "confirmed_already")
RAISE = asked(
    "grace", f"{ROOM}/severity", "not_graver", "same_severity", severity="S1", reason="All regions.",
    because="under_estimated",
)  # fmt: skip
SECOND = bulletin("identified", "We know the cause.", "second")
THIRD = bulletin("monitoring", "We watch.", "third")


def _story(name: str, world: str, *steps: Step | Later, arrives: Arrives, kills: tuple[str, ...] = ()) -> Story:
    return Story(name, world, steps, arrives, kills)


STORIES: tuple[Story, ...] = (
    _story(
        "declared", "quiet",
        declared("S1"), SETTLE, *answered("linus", "grace", "ada"), CONFIRM, SETTLE,
        arrives=_all(_paged("S1", "linus", "grace", "ada", "ana"), _confirmed("S1")),
    ),
    # Nobody answers: the manager is called for each of the three who did not, and told of what else is late.
    _story(
        "unanswered", "quiet",
        declared("S2"), SETTLE, Later(4), SETTLE, Later(16), SETTLE, Later(19.5), SETTLE,
        arrives=_all(
            _paged("S2", "linus", "grace", "ada"),
            _each((GRACE_AGAIN,), "incident.page"),
            _each((GRACE,), "Acknowledgement late", 3), _each((GRACE_AGAIN,), "incident.late", 3),
            _each(("linus@denomas.example", "grace@denomas.example"), "Severity confirmation late"),
            _each(("grace@denomas.example",), "Decision to tell the public late"),
        ),
    ),
    # He answers before his page went out, so it does not.
    _story(
        "answered", "quiet",
        declared("S2"), RELAY, *answered("linus"), SETTLE, Later(4), SETTLE,
        arrives=_all(_paged("S2", "grace", "ada"), _each((GRACE_AGAIN,), "incident.page")),
    ),
    # Due once an hour. Then three hours are missed, and one letter stands for all of them.
    _story(
        "clocks", "inside",
        Later(55), SETTLE, Later(64), SETTLE, Later(240), SETTLE,
        arrives=_all(
            _each((*STAKEHOLDERS, *EXECUTIVES), "S2, mitigation", 2), _each(ENDPOINTS, "incident.notice", 2)
        ),
    ),
    _story("raised", "inside", RAISE, SETTLE, arrives=_all(_paged("S1", "ana"), _confirmed("S1"))),
    _story(
        "updates", "inside",
        updated("First we look.", "stakeholders", "executives", "responders"), SETTLE,
        updated("Then we act.", "stakeholders", "executives"), SETTLE,
        arrives=_all(
            _each((*STAKEHOLDERS, *EXECUTIVES), "Update", 2), _each(ENDPOINTS, "incident.updated", 2),
            _each(("grace@denomas.example", "ada@denomas.example"), "Update"),
        ),
    ),
    _story(
        "bereft", "inside",
        updated("First we look.", "stakeholders", "executives", "responders"), RELAY, sender_dies(), SETTLE,
        arrives=_all(
            _each((*STAKEHOLDERS, *EXECUTIVES, "grace@denomas.example", "ada@denomas.example"), "Update"),
            _each(ENDPOINTS, "incident.updated"),
        ),
        kills=("G",),
    ),
    # It is restricted before the letters went: nobody outside hears of it.
    _story(
        "restricted", "inside",
        updated("A customer's name.", "stakeholders", "executives"), RELAY,
        told("restrict", restrict, "restricted_already"), SETTLE,
        arrives={},
    ),
    _story("bulletins", "outside", SECOND, SETTLE, THIRD, SETTLE, arrives=_all(
        _each(READERS, "Identified: Payments fail"), _each(READERS, "Monitoring: Payments fail"),
        _each(READER_HOOK, "bulletin.published", 2),
    )),
    # It waits five seconds in which it can be taken back; the ticker publishes it.
    _story("held", "outside", told("held", hold), Later(0.2), SETTLE, arrives=_read("Identified")),
    # Nobody speaks, so at the due time the text goes out that somebody approved.
    _story("holding", "outside", told("holding", set_holding), Later(8), SETTLE, arrives=_read("Investigating")),
    _story(
        "unsubscribed", "outside",
        SECOND, RELAY, ends("reader-1"), SETTLE,
        arrives=_read("Identified", but="reader-1@outside.example"),
    ),
    _story(
        "signing up", "quiet",
        told("signs up", sign_up), SETTLE,
        arrives=_each(("new@outside.example",), "Please confirm"),
    ),
)  # fmt: skip
