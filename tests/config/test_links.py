"""What the papers of the house point to is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAPERS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
LINK = re.compile(r"\]\(([^)\s]+)\)")


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.name)
def test_every_link_leads_to_a_file_of_the_house(paper: Path) -> None:
    links = [one for one in LINK.findall(paper.read_text()) if "://" not in one and not one.startswith("#")]
    assert [one for one in links if not (paper.parent / one.partition("#")[0]).exists()] == []
