"""Every ink on every ground it stands on, against WCAG AA, in both schemes."""

import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).resolve().parents[2] / "static/css/tokens.css").read_text()
TEXT, SHAPE = 4.5, 3.0
GROUNDS = ("ground", "surface", "sunken")
PAIRS = [
    *[("ink", ground, TEXT) for ground in GROUNDS],
    *[("ink-soft", ground, TEXT) for ground in GROUNDS],
    *[("accent", ground, TEXT) for ground in (*GROUNDS, "accent-soft")],
    ("on-accent", "accent", TEXT),
    ("surface", "late", TEXT),
    *[(level, ground, TEXT) for level in ("s1", "s2", "s3", "s4") for ground in (*GROUNDS, f"{level}-soft")],
    *[("late", ground, TEXT) for ground in (*GROUNDS, "late-soft")],
    *[("good", ground, TEXT) for ground in (*GROUNDS, "good-soft")],
    *[("ink", f"{soft}-soft", TEXT) for soft in ("accent", "late", "good", "s1", "s2", "s3", "s4")],
    *[("line-strong", ground, SHAPE) for ground in ("ground", "surface")],
]


def scheme(selector: str) -> dict[str, str]:
    block = re.search(re.escape(selector) + r"\s*\{(.*?)\}", TOKENS, re.DOTALL)
    assert block
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6});", block[1]))


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("selector", [":root", ':root[data-bs-theme="dark"]'])
@pytest.mark.parametrize(("ink", "ground", "least"), PAIRS)
def test_ink_can_be_read_on_its_ground(selector: str, ink: str, ground: str, least: float) -> None:
    colours = scheme(selector)
    assert contrast(colours[ink], colours[ground]) >= least
