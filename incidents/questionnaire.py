"""The seven questions that level an incident the same way everywhere (domain §2.2). Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from incidents.severity import FROM_WORST, rank
from incidents.vocabulary import Severity, Type


class Reach(StrEnum):
    NONE = "none"
    FEW = "few"
    SOME = "some"
    MANY = "many"


class Function(StrEnum):
    NONE = "none"
    COSMETIC = "cosmetic"
    NON_CORE_DEGRADED = "non_core_degraded"
    CORE_DEGRADED = "core_degraded"
    CORE_BLOCKED = "core_blocked"


class Workaround(StrEnum):
    NOT_NEEDED = "not_needed"
    REASONABLE = "reasonable"
    NONE = "none"


class Data(StrEnum):
    NONE = "none"
    SUSPECTED = "suspected"
    CONFIRMED = "confirmed"


class Adversary(StrEnum):
    NONE = "none"
    COMMODITY = "commodity"
    SUSPECTED = "suspected"
    PRIVILEGED = "privileged"


class Business(StrEnum):
    NONE = "none"
    MINOR = "minor"
    LIKELY_MATERIAL = "likely_material"
    SEVERE = "severe"


class Trend(StrEnum):
    SHRINKING = "shrinking"
    STABLE = "stable"
    GROWING = "growing"


UNKNOWN = "unknown"


@dataclass(frozen=True)
class Question:
    """One of the seven; `answers` maps the stored value to what people read."""

    key: str
    text: str
    answers: Mapping[str, str]


QUESTIONS = (
    Question(
        "reach",
        "Who is affected?",
        {
            Reach.NONE: "Nobody outside",
            Reach.FEW: "Few: under 5 % or named accounts",
            Reach.SOME: "Some: 5–20 %",
            Reach.MANY: "Many: over 20 %",
        },
    ),
    Question(
        "function",
        "What does not work?",
        {
            Function.NONE: "Everything works",
            Function.COSMETIC: "It looks wrong but works",
            Function.NON_CORE_DEGRADED: "Something that is not core",
            Function.CORE_DEGRADED: "A core function works badly",
            Function.CORE_BLOCKED: "A core function is blocked, people cannot work",
        },
    ),
    Question(
        "workaround",
        "Is there a workaround?",
        {
            Workaround.NOT_NEEDED: "None is needed",
            Workaround.REASONABLE: "A reasonable one",
            Workaround.NONE: "No",
        },
    ),
    Question(
        "data",
        "Is data lost or exposed?",
        {
            Data.NONE: "No",
            Data.SUSPECTED: "Suspected, or its integrity is in doubt",
            Data.CONFIRMED: "Confirmed for restricted or customer data",
        },
    ),
    Question(
        "adversary",
        "Is somebody attacking?",
        {
            Adversary.NONE: "No",
            Adversary.COMMODITY: "A policy breach or ordinary malware",
            Adversary.SUSPECTED: "Suspected access, or evidence of an exploit",
            Adversary.PRIVILEGED: "They control a privileged account, or exploit it now",
        },
    ),
    Question(
        "business",
        "What does it do to the company?",
        {
            Business.NONE: "Nothing",
            Business.MINOR: "Something minor",
            Business.LIKELY_MATERIAL: "Likely material: revenue, a release, legal",
            Business.SEVERE: "Severe",
        },
    ),
    Question(
        "trend",
        "How does it move?",
        {Trend.SHRINKING: "It shrinks", Trend.STABLE: "It is stable", Trend.GROWING: "It grows"},
    ),
)


@dataclass(frozen=True)
class Answers:
    """The answers once unknowns are settled."""

    reach: Reach
    function: Function
    workaround: Workaround
    data: Data
    adversary: Adversary
    business: Business


@dataclass(frozen=True)
class Rule:
    id: str
    says: str
    holds: Callable[[Answers], bool]
    severity: Severity


_CORE = (Function.CORE_DEGRADED, Function.CORE_BLOCKED)

# The first that holds wins.
RULES = (
    Rule("R1", "Loss or exposure of restricted data is confirmed.", lambda a: a.data == Data.CONFIRMED, Severity.S1),
    Rule(
        "R2",
        "An attacker has privileged control or exploits it now.",
        lambda a: a.adversary == Adversary.PRIVILEGED,
        Severity.S1,
    ),
    Rule("R3", "The effect on the company is severe.", lambda a: a.business == Business.SEVERE, Severity.S1),
    Rule(
        "R4",
        "Many are blocked from a core function without a workaround.",
        lambda a: (a.reach, a.function, a.workaround) == (Reach.MANY, Function.CORE_BLOCKED, Workaround.NONE),
        Severity.S1,
    ),
    Rule(
        "R5",
        "Data exposure or an attack is suspected, or the effect on the company is likely material.",
        lambda a: (
            a.data == Data.SUSPECTED or a.adversary == Adversary.SUSPECTED or a.business == Business.LIKELY_MATERIAL
        ),
        Severity.S2,
    ),
    Rule(
        "R6",
        "A core function is degraded or blocked for some or many.",
        lambda a: a.reach in (Reach.SOME, Reach.MANY) and a.function in _CORE,
        Severity.S2,
    ),
    Rule(
        "R7",
        "A core function is degraded or blocked for few.",
        lambda a: a.reach == Reach.FEW and a.function in _CORE,
        Severity.S3,
    ),
    Rule(
        "R8",
        "A function that is not core is degraded for somebody.",
        lambda a: a.function == Function.NON_CORE_DEGRADED and a.reach != Reach.NONE,
        Severity.S3,
    ),
    Rule(
        "R9",
        "A policy breach, ordinary malware, or a minor effect on the company.",
        lambda a: a.adversary == Adversary.COMMODITY or a.business == Business.MINOR,
        Severity.S3,
    ),
    Rule("R10", "None of the graver rules holds.", lambda _: True, Severity.S4),
)


@dataclass(frozen=True)
class Suggestion:
    """What the questions suggest, and why in words."""

    severity: Severity
    rule: str
    says: str
    is_provisional: bool


def suggest(given: Mapping[str, str], *, type: str = "", reported_by_customer: bool = False) -> Suggestion:
    """The severity for answers keyed as in `QUESTIONS`; what is missing or “unknown” is settled as §2.2 says.

    Raises ValueError for an answer that is none of those allowed.
    """
    known = {key: value for key, value in given.items() if value and value != UNKNOWN}
    answers = _settle(known, type, reported_by_customer)
    rule = next(rule for rule in RULES if rule.holds(answers))
    grows = known.get("trend") == Trend.GROWING and rule.severity != Severity.S1
    severity = FROM_WORST[rank(rule.severity) - 1] if grows else rule.severity
    says = f"{rule.says} It grows, so one level higher." if grows else rule.says
    return Suggestion(severity, rule.id, says, grows or len(known) < len(QUESTIONS))


def _settle(known: Mapping[str, str], type: str, reported_by_customer: bool) -> Answers:
    """Put in for an unknown answer what §2.2 says of it."""
    doubt = "suspected" if type == Type.SECURITY else "none"
    return Answers(
        reach=Reach(known.get("reach", Reach.MANY if reported_by_customer else Reach.SOME)),
        function=Function(known.get("function", Function.CORE_DEGRADED)),
        workaround=Workaround(known.get("workaround", Workaround.NONE)),
        data=Data(known.get("data", doubt)),
        adversary=Adversary(known.get("adversary", doubt)),
        business=Business(known.get("business", Business.NONE)),
    )
