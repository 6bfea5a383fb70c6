#!/bin/sh
# Resolves pyproject.toml for every supported Python and platform and writes the two locks, with hashes.
set -eu
compile() { # output, then further options
    output="$1"; shift
    .venv/bin/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --group build "$@" \
        --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --quiet --output-file "$output"
}
compile requirements.lock
compile requirements-dev.lock --group dev --extra postgres --extra clickhouse --constraint requirements.lock
