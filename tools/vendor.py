#!/usr/bin/env python
"""Copies the front-end assets we ship from npm into static/vendor, with their licences and a list of SHA-384 digests.

Run it after changing package.json (`make vendor`); it needs npm. `--check` compares what is committed with the list.
"""

import base64
import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static" / "vendor"
DIGESTS = VENDOR / "SHA384SUMS"

FILES = {
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "htmx.org/dist/ext/hx-ptag.min.js": "hx-ptag.min.js",
    "htmx.org/LICENSE": "LICENSE.htmx",
    "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
    "@tabler/icons/LICENSE": "LICENSE.tabler-icons",
    "axe-core/axe.min.js": "axe.min.js",
    "axe-core/LICENSE": "LICENSE.axe-core",
}
ICONS = (
    "activity", "alert-triangle", "archive", "arrow-back-up", "arrow-right", "bell", "bell-ringing", "book",
    "brand-slack", "building", "calendar", "check", "checkbox", "chevron-down", "chevron-left", "chevron-right",
    "chevron-up", "circle", "circle-check", "circle-dot", "circle-filled", "circle-half-2", "clock",
    "clock-filled", "copy", "download", "edit", "external-link", "eye", "eye-off", "filter", "flag",
    "heart-handshake", "help", "history", "key", "layout-list", "lifebuoy", "link", "list-check", "lock",
    "logout", "mail", "mail-opened", "menu-2", "message", "message-plus", "moon", "news", "pencil", "phone",
    "player-pause", "plus", "refresh", "rss", "scale", "search", "send", "server", "settings", "shield-lock",
    "speakerphone", "square", "square-filled", "square-half", "sun", "tool", "trash", "trending-up", "user",
    "user-check", "user-plus", "users", "webhook", "world", "x",
)  # fmt: skip
FILLED = {"circle-filled", "clock-filled", "square-filled"}


def main() -> int:
    if "--check" in sys.argv:
        return check()
    with tempfile.TemporaryDirectory() as folder:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(ROOT / name, folder)
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, check=True)
        copy(Path(folder) / "node_modules")
    DIGESTS.write_text("".join(f"{digest(path)}  {path.relative_to(VENDOR)}\n" for path in files()))
    return 0


def copy(modules: Path) -> None:
    (VENDOR / "icons").mkdir(parents=True, exist_ok=True)
    for source, target in FILES.items():
        text = (modules / source).read_text()
        # Source maps are not shipped, so what points to them would be a 404.
        lines = [line for line in text.splitlines() if "sourceMappingURL=" not in line]
        (VENDOR / target).write_text("\n".join(lines) + "\n")
    for name in ICONS:
        folder, file = ("filled", name.removesuffix("-filled")) if name in FILLED else ("outline", name)
        shutil.copy(modules / "@tabler/icons/icons" / folder / f"{file}.svg", VENDOR / "icons" / f"{name}.svg")


def check() -> int:
    """Exit 1 where a committed file is not what the list says."""
    listed = dict(reversed(line.split("  ")) for line in DIGESTS.read_text().splitlines())
    found = {str(path.relative_to(VENDOR)): digest(path) for path in files()}
    wrong = sorted(name for name in listed.keys() | found.keys() if listed.get(name) != found.get(name))
    for name in wrong:
        print(f"static/vendor/{name} is not what SHA384SUMS lists; run `make vendor`.")
    return bool(wrong)


def files() -> list[Path]:
    return sorted(path for path in VENDOR.rglob("*") if path.is_file() and path != DIGESTS)


def digest(path: Path) -> str:
    return "sha384-" + base64.b64encode(hashlib.sha384(path.read_bytes()).digest()).decode()


if __name__ == "__main__":
    sys.exit(main())
