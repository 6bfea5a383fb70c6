"""python -m bench [ROW …] [--quick] [--save]"""

import sys
from collections.abc import Callable, Iterator

from bench import (
    audit,
    campaign,
    compose,
    contact,
    experiments,
    figures,
    ingest,
    loading,
    pages,
    reads,
    rights,
    sending,
    steady,
    urgent,
)
from bench.report import Row, machine, save, table, tool
from bench.segments import asking, keeping

ROWS: dict[str, Callable[[bool], Iterator[Row]]] = {
    "ingest": ingest.ingest,
    "whole": ingest.whole,
    "load": loading.rows,
    "fresh": steady.fresh,
    "memory": steady.memory,
    "person": reads.person,
    **pages.ROWS,
    "audit": audit.rows,
    "rights": rights.rows,
    "experiments": experiments.rows,
    "contact": contact.rows,
    "compose": compose.rows,
    "sending": sending.rows,
    "urgent": urgent.rows,
    "figures": figures.rows,
    "campaign": campaign.rows,
    "segments": asking.kinds,
    "segments-kept": keeping.rows,
    "segments-growth": asking.growth,
}

LARGE = {"segments-growth-50": asking.growth_large}
"""Rows that are measured only when they are asked for: they take much disk and an hour."""


def main(arguments: list[str]) -> int:
    names = [one for one in arguments if not one.startswith("--")]
    options = {one for one in arguments if one.startswith("--")}
    if (unknown := set(names) - set(ROWS) - set(LARGE)) or options - {"--quick", "--save"}:
        print(f"{__doc__}\nrows: {', '.join([*ROWS, *LARGE])}", file=sys.stderr)
        print(f"There is no {', '.join(sorted(unknown | options - {'--quick', '--save'}))}.", file=sys.stderr)
        return 2
    quick, about, found = "--quick" in options, machine(), list[Row]()
    print(f"{about}\nLoad: {tool()}.\n", flush=True)
    for name in names or ROWS:
        begun = len(found)
        for row in (ROWS | LARGE)[name](quick):
            found.append(row)
            print(f"{row.what}: {row.measured} {row.cells()[5]}", flush=True)
        if "--save" in options:  # at once: the next ones may take an hour
            save(found[begun:], about, quick)
    print(f"\n{table(found)}")
    return 1 if any(row.holds is False for row in found) else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
