"""What is wrong, or may be, with words that are meant for the public (domain §2.7). Pure.

A finding that blocks is never published; every other one is a hint to whoever writes, and theirs to judge.
"""

import ipaddress
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from re import Pattern
from urllib.parse import urlsplit

from statuspage.vocabulary import UNRESOLVED, WORSE, State, Status

MOST_CHARACTERS = 5000
# Networks cut a post at 230 characters (domain SUP1-4); ten are spared. A link counts as so many.
SHORT_FORM, LINK_COUNTS = 220, 23


@dataclass(frozen=True)
class Finding:
    """One remark: a code for machines, a sentence, the field it is about, the words it is about."""

    code: str
    sentence: str
    field: str = "body"
    blocks: bool = False
    found: str = ""


@dataclass(frozen=True)
class Said:
    """A bulletin to be looked at. `worst` is the worst status its components have with it."""

    state: State
    body: str
    name: str = ""
    short: str = ""
    opens: bool = False
    has_components: bool = True
    is_promised: bool = False
    worst: Status = Status.OPERATIONAL
    # Whether a mitigation is agreed inside; readers are told that one is.
    is_agreed: bool = True
    # Hosts (with port) that belong to the inside, and those that readers may be sent to whatever they are called.
    inside: frozenset[str] = frozenset()
    public: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Rule:
    code: str
    pattern: Pattern[str]
    sentence: str


def _rule(code: str, pattern: str, sentence: str, *, exact: bool = False) -> _Rule:
    return _Rule(code, re.compile(pattern, 0 if exact else re.IGNORECASE), sentence)


_BLOCKING = (
    _rule("placeholder", r"\{[^{}\n]*\}?|\}", "A placeholder in braces is still to be filled in."),
    _rule(
        "email",
        r"[\w.+-]+@[\w-]+(\.[\w-]+)+",
        "An e-mail address is somebody's own. Say where readers can ask instead, by a link.",
    ),
    _rule(
        "phone",
        r"(?<![\w.:/-])(\+\d[\d ()./-]{7,}\d|\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}|0\d{2,4}[ /-]\d{3,}[\d -]*)(?![\w-])",
        "This looks like a telephone number. Say where readers can ask instead, by a link.",
    ),
    _rule(
        "secret",
        r"-----BEGIN [A-Z ]+-----|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|"
        r"\b(?:glpat|gh[opsu]|github_pat|xox[abps]|sk_live|sk-)[-_][\w-]{10,}|\beyJ[\w-]{10,}\.[\w-]{10,}|(?<![\w/=])[0-9a-f]{40,}\b",
        "This looks like a key or a token. Take it out, and have it changed if it is real.",
    ),
    _rule(
        "secret",
        r"\b(?:password|passwd|secret|token|api[ _-]?key)\s*[:=]\s*\S{4,}",
        "This looks like a password. Take it out, and have it changed if it is real.",
    ),
)

_VENDORS = "AWS|Amazon|Azure|Microsoft|Google Cloud|GCP|Cloudflare|Fastly|Akamai|Stripe|Twilio|Datadog|Okta"
_HINTS = (
    _rule(
        "finish_time",
        r"\bETA\b|\b(?:will|should|to) be (?:fixed|resolved|restored|repaired|solved|back|available)\b[^.\n]{0,20}?"
        r"\b(?:in|by|within|before|at|around)\b|\bback (?:in|within) (?:about |around )?\d+",
        "This promises when it is fixed, and nobody knows that. Promise the next update instead.",
    ),
    _rule(
        "blame",
        r"\b(?:human|operator) error\b|\b(?:engineer|employee|colleague|contractor|developer|administrator)s? "
        r"(?:made|deleted|forgot|broke|caused|misconfigured)\b|"
        r"\b(?:fault|mistake|failure) (?:of|by|at) (?:a|an|our|the)\b|\bour (?:\w+ )?(?:vendor|provider|supplier)\b",
        "This blames somebody. Say what it means for readers and what we do.",
    ),
    _rule("blame", rf"\b(?:{_VENDORS})\b", "This names another company. Say what it means for readers.", exact=True),
    _rule(
        "phrase",
        r"\btakes? (?:your |the |our )?(?:\w+ )?(?:\w+ )?(?:very |extremely )?seriously\b",
        "Readers have heard that we take it seriously. Say what we do.",
    ),
    _rule(
        "inside_name",
        r"\b[a-z][\w-]*\.(?:internal|local|lan|corp|intranet|svc|consul)\b|\b[a-z]+(?:-[a-z0-9]+)*-\d{2,3}\b"
        r"|\b(?:\d{1,3}\.){3}\d{1,3}\b",
        "This looks like the name of a machine of ours. Name what readers know.",
    ),
    _rule(
        "inside_name",
        r"\b(?!UTF-|ISO-|SHA-|RFC-|TLS-|AES-|HTTP-|COVID-|UTC-|GMT-|CVE-)[A-Z]{2,10}-\d+\b|(?<![\w&])[#!]\d{2,}\b",
        "This looks like a ticket or an incident of ours, which readers cannot open.",
        exact=True,
    ),
    _rule(
        "jargon",
        r"\b(?:p9[059]|SLOs?|SLIs?|apdex|OOM|[45]xx|failover|kubernetes|k8s|pods?|shards?|replicas?|canary|hotfix|upstream"
        r"|backend|throughput|egress|ingress|rollback|RCA|EOC|IMOC|CMOC|SREs?|MTTR|postmortem)\b",
        "A reader may not know this word. Say it plainly, or explain it.",
    ),
)
_LINK = re.compile(r"https?://[^\s<>()\[\]\"']+")
_INSIDE_NAMES = (".internal", ".local", ".localhost", ".lan", ".corp", ".intranet", ".home", ".svc")


def look(said: Said) -> list[Finding]:
    """Every finding, those that block first."""
    found = [one for check in _CHECKS for one in check(said)]
    return sorted(found, key=lambda one: not one.blocks)


def blocking(said: Said) -> Finding | None:
    """The first that keeps it from being published."""
    return next((one for one in look(said) if one.blocks), None)


def counted(short: str) -> int:
    """How long a network takes a short form to be: every link counts the same."""
    return len(re.sub(r"https?://\S+", "x" * LINK_COUNTS, short))


def _texts(said: Said) -> Iterator[tuple[str, str]]:
    yield "name", said.name
    yield "body", said.body
    yield "short", said.short


def _matching(rules: tuple[_Rule, ...], *, blocks: bool) -> Callable[[Said], Iterator[Finding]]:
    """One after the other. A link is no word that somebody wrote; in it only what must not get out counts."""

    def check(said: Said) -> Iterator[Finding]:
        for field, text in _texts(said):
            for rule in rules:
                match = rule.pattern.search(text if blocks else _LINK.sub("", text))
                if match:
                    yield Finding(rule.code, rule.sentence, field, blocks=blocks, found=match[0].strip())

    return check


def _links(said: Said) -> Iterator[Finding]:
    for field, text in _texts(said):
        for url in _LINK.findall(text):
            if _is_inside(url, said):
                sentence = "This link leads to the inside, where readers cannot go."
                yield Finding("inside_link", sentence, field, blocks=True, found=url)


def _is_inside(url: str, said: Said) -> bool:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return True
    if parts.netloc in said.public:
        return False
    return parts.netloc in said.inside or "." not in host or host.endswith(_INSIDE_NAMES) or _is_private(host)


def _is_private(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return False


def _lengths(said: Said) -> Iterator[Finding]:
    if len(said.body) > MOST_CHARACTERS:
        yield Finding("too_long", f"At most {MOST_CHARACTERS} characters.", blocks=True)
    if counted(said.short) > SHORT_FORM:
        sentence = f"The short form holds {SHORT_FORM} characters; a link counts as {LINK_COUNTS}."
        yield Finding("short_too_long", sentence, "short", blocks=True)


def _components(said: Said) -> Iterator[Finding]:
    if said.opens and not said.has_components:
        yield Finding("no_components", "Tick at least one component that is affected.", "statuses", blocks=True)


def _promise(said: Said) -> Iterator[Finding]:
    if said.state in UNRESOLVED and not said.is_promised and "next update" not in said.body.lower():
        yield Finding("no_promise", "It does not say when the next update comes.", "next_update_at")


def _agreement(said: Said) -> Iterator[Finding]:
    """Readers take “identified” for: the cause is believed known, and a mitigation is agreed (SUP2-1)."""
    if said.state == State.IDENTIFIED and not said.is_agreed:
        sentence = "“Identified” says that a mitigation is agreed. Inside none is yet; it is not in mitigation."
        yield Finding("nothing_agreed", sentence, "state")


def _outage(said: Said) -> Iterator[Finding]:
    word = re.search(r"\boutages?\b", f"{said.name}\n{said.body}", re.IGNORECASE)
    if word and WORSE.index(said.worst) < WORSE.index(Status.MAJOR_OUTAGE):
        sentence = "It says outage, and no component has a major outage. Say what works and what does not."
        yield Finding("outage", sentence, found=word[0])


_CHECKS: tuple[Callable[[Said], Iterator[Finding]], ...] = (
    _matching(_BLOCKING, blocks=True),
    _links,
    _lengths,
    _components,
    _agreement,
    _promise,
    _outage,
    _matching(_HINTS, blocks=False),
)
