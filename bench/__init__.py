"""What Pentad does in a second, beside what the same machine could do at best, measured in the same run.

    make bench                            everything; about twenty minutes on two cores
    make bench ROWS="ingest load"         some rows
    make bench ROWS="--quick"             short runs: for orientation, not for the record
    make bench ROWS="--save"              also writes docs/reference/benchmarks.md

Figures of different runs or machines do not compare; ratios of one run do.
"""
