"""Severity: one definition a level, shown wherever it can be chosen (domain §2.1)."""

from dataclasses import dataclass

from incidents.vocabulary import Priority, Severity


@dataclass(frozen=True)
class Definition:
    """One text per severity, shown wherever it can be chosen."""

    severity: Severity
    customers: str
    company: str
    guide: str
    examples: tuple[str, ...]
    response: str

    @property
    def word(self) -> str:
        """“Critical”."""
        return self.severity.label.removeprefix(self.severity).strip()


DEFINITIONS: dict[Severity, Definition] = {
    definition.severity: definition
    for definition in (
        Definition(
            Severity.S1,
            "Customers' own business suffers",
            "Certain or severe damage",
            "More than 20 % of users blocked without a workaround, or any loss of customer data",
            (
                "The service is down",
                "A confirmed breach or exposed restricted data",
                "All of our own monitoring is lost",
            ),
            "All hands, day and night; executives are told",
        ),
        Definition(
            Severity.S2,
            "Customers' work is disrupted",
            "Likely or elevated damage",
            "More than 20 % with a reasonable workaround, or 5–20 % without",
            (
                "A core function fails for a part of the users",
                "Suspected access to a sensitive system",
                "Pages look broken for many",
            ),
            "Several teams, day and night; stakeholders are told regularly",
        ),
        Definition(
            Severity.S3,
            "Customers' work is hindered",
            "Unlikely or minor damage",
            "Broad but minor inconvenience, or at most 5 % affected",
            (
                "A function that is not core is off",
                "Deploys are blocked",
                "Ordinary malware on a host that matters little",
            ),
            "More people within working hours",
        ),
        Definition(
            Severity.S4,
            "Customers change how they work",
            "Minimal damage",
            "Less than 5 %, minimal effect",
            ("An inconvenience with a workaround", "A policy breach without restricted data", "A risk for later"),
            "Normal work",
        ),
    )
}

PRIORITY = {Severity.S1: Priority.P1, Severity.S2: Priority.P1, Severity.S3: Priority.P2, Severity.S4: Priority.P3}
FROM_WORST = (Severity.S1, Severity.S2, Severity.S3, Severity.S4)


def is_worse(one: str, other: str) -> bool:
    """S1 is worse than S2; anything is worse than unknown."""
    return rank(one) < rank(other)


def worst(one: str, other: str) -> str:
    return one if is_worse(one, other) else other


def rank(severity: str) -> int:
    """0 for S1 to 3 for S4; 4 for unknown."""
    return FROM_WORST.index(Severity(severity)) if severity else len(FROM_WORST)
