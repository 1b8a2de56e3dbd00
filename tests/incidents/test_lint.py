"""The lint of public words as a table of cases (domain §2.7)."""

from dataclasses import replace

import pytest

from incidents import lint
from incidents.lint import Said
from statuspage.vocabulary import State, Status

CALM = Said(
    state=State.INVESTIGATING,
    body="Some card payments fail since 09:12 UTC. Browsing is not affected. We are looking into it.",
    name="Card payments fail",
    is_promised=True,
    worst=Status.PARTIAL_OUTAGE,
    inside=frozenset({"sitrep.denomas.example"}),
    public=frozenset({"status.denomas.example", "127.0.0.1:8001"}),
)


def codes(said: Said, *, blocks: bool) -> set[str]:
    return {one.code for one in lint.look(said) if one.blocks == blocks}


# Wordings of domain §2.7 and of genuine pages: nothing is to be said of them.
FINE = [
    CALM.body,
    "About one in five requests to Search in Europe fail or take over 10 s. Checkout is not affected.",
    "Requests slowed down after a configuration change made today. We are reverting it now.",
    "Responses have been normal since 10:05 UTC. We watch for 30 minutes, and close this at 10:35 UTC.",
    "This is fixed. Payments failed between 09:12 and 10:05 UTC on 2026-11-23 (53 min). No data was lost.",
    "Our 09:40 update said all regions; only Europe was affected. We are sorry for the confusion.",
    "Read more on https://status.denomas.example/incidents/abc or https://docs.denomas.com/help?id=12345678.",
    "Downloads of 1,204 files in UTF-8, over TLS 1.3, are slow; 99.95 % of them arrive.",
    "Retry after 5–10 minutes, at http://127.0.0.1:8001/incidents/abc.",
    "Between 12 and 14 October, 20 000 of 100 000 mails came late. Version 16.11.2 is not affected.",
]
BLOCKED = {
    "Since {start} UTC.": "placeholder",
    "Since }.": "placeholder",
    "Write to ada.lovelace+ops@mail.denomas.example.": "email",
    "Call +49 30 1234567.": "phone",
    "Call (555) 123-4567 for help.": "phone",
    "Call 030 1234567.": "phone",
    "The key AKIAIOSFODNN7EXAMPLE was used.": "secret",
    "Use glpat-abcdefghijklmnopqrst.": "secret",
    "-----BEGIN RSA PRIVATE KEY-----": "secret",
    "Log in with password: hunter22": "secret",
    "Build 356a192b7913b04c54574d18c28d46e6395428ab failed.": "secret",
    "See https://sitrep.denomas.example/incidents/INC-1/.": "inside_link",
    "See http://grafana/d/1.": "inside_link",
    "See https://wiki.denomas.corp/x.": "inside_link",
    "See http://10.1.2.3/x or [here](http://localhost:3000).": "inside_link",
    "See [this](https://sitrep.denomas.example/x).": "inside_link",
    "x" * 5001: "too_long",
}
HINTED = {
    "It will be fixed in an hour.": "finish_time",
    "Service should be restored by 14:00 UTC.": "finish_time",
    "ETA 20 minutes.": "finish_time",
    "It was human error.": "blame",
    "An engineer deleted a table.": "blame",
    "Our cloud provider has trouble.": "blame",
    "AWS is down.": "blame",
    "We take your security very seriously.": "phrase",
    "We take this seriously.": "phrase",
    "Major outage of payments.": "outage",
    "patroni-main-03 is slow.": "inside_name",
    "db1.internal is slow.": "inside_name",
    "The host 93.184.216.34 is slow.": "inside_name",
    "We work on it in INC-142.": "inside_name",
    "See issue #1842.": "inside_name",
    "The p99 of checkout is high.": "jargon",
    "A failover is under way.": "jargon",
}


@pytest.mark.parametrize("body", FINE)
def test_words_that_are_fine_are_left_alone(body: str) -> None:
    assert lint.look(replace(CALM, body=body)) == []


@pytest.mark.parametrize(("body", "code"), BLOCKED.items())
def test_what_must_not_go_outside_is_blocked(body: str, code: str) -> None:
    assert codes(replace(CALM, body=body), blocks=True) == {code}


@pytest.mark.parametrize(("body", "code"), HINTED.items())
def test_what_may_be_wrong_is_a_hint_and_blocks_nothing(body: str, code: str) -> None:
    assert codes(replace(CALM, body=body), blocks=False) == {code}
    assert lint.blocking(replace(CALM, body=body)) is None


def test_the_title_and_the_short_form_are_looked_at_too() -> None:
    found = lint.look(replace(CALM, name="Ask ada@denomas.example", short="See http://wiki/x"))
    assert [(one.code, one.field) for one in found] == [("email", "name"), ("inside_link", "short")]
    assert found[0].found == "ada@denomas.example"


def test_an_outage_may_be_called_one_where_it_is_one() -> None:
    assert lint.look(replace(CALM, body="There is an outage of payments.", worst=Status.MAJOR_OUTAGE)) == []


def test_the_first_bulletin_names_a_component() -> None:
    said = replace(CALM, opens=True, has_components=False)
    assert codes(said, blocks=True) == {"no_components"}
    assert lint.look(replace(said, has_components=True)) == []


def test_a_bulletin_says_when_the_next_one_comes() -> None:
    assert codes(replace(CALM, is_promised=False), blocks=False) == {"no_promise"}
    told = replace(CALM, body=f"{CALM.body} Next update by 10:00 UTC.", is_promised=False)
    assert lint.look(told) == lint.look(replace(CALM, state=State.RESOLVED, is_promised=False)) == []


def test_identified_without_an_agreed_mitigation_is_a_hint() -> None:
    """SUP2-1."""
    said = replace(CALM, state=State.IDENTIFIED)
    assert lint.look(said) == []
    assert codes(replace(said, is_agreed=False), blocks=False) == {"nothing_agreed"}


def test_a_short_form_holds_220_characters_of_which_a_link_counts_23() -> None:
    """SUP1-4."""
    link = "https://status.denomas.example/incidents/a1b2c3d4e5f6"
    fits = f"{'x' * 196} {link}"
    assert lint.counted(fits) == lint.SHORT_FORM
    assert lint.look(replace(CALM, short=fits)) == []
    assert codes(replace(CALM, short=f"x{fits}"), blocks=True) == {"short_too_long"}
