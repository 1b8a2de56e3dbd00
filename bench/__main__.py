"""`make bench`: measures the engine and the public page, prints one table and keeps it in docs/benchmarks.md."""

import sys

import psycopg

from bench import alone, table

# Mark in the paper, and the parts whose rows make its table.
TABLES = {
    "engine": ("bench.letters", "bench.webhooks", "bench.clocks", "bench.declaring", "bench.size"),
    "public_page": ("bench.public_page",),
    "crowd": ("bench.crowd",),
}


def main() -> int:
    asked = sys.argv[1:] or list(TABLES)
    if wrong := set(asked) - set(TABLES):
        sys.exit(f"There is no table {', '.join(wrong)}; there are {', '.join(TABLES)}.")
    with psycopg.connect(alone.POSTGRES) as server:
        about = table.where(f"PostgreSQL {server.info.server_version // 10000}")
    for mark in asked:
        rows = [row for part in TABLES[mark] for row in measured(part)]
        table.keep(mark, f"make bench TABLES={mark}", rows, about)
        print(table.markdown(rows))
    return 0


def measured(part: str) -> list[table.Row]:
    print(f"── {part}", file=sys.stderr, flush=True)
    rows = alone.run(part)
    for row in rows:
        print(f"   {row.what}: {row.value} ({row.bar})", file=sys.stderr, flush=True)
    return rows


if __name__ == "__main__":
    sys.exit(main())
