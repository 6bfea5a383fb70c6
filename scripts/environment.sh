#!/bin/sh
# Makes .venv from a lock with hashes: `run` (what Pentad needs) or `dev` (that and what its tests need).
# Does nothing when the environment already fits the lock.
set -eu
kind="${1:-run}"
venv=.venv
case "$kind" in
    run) lock=requirements.lock ;;
    dev) lock=requirements-dev.lock ;;
    *) echo "usage: environment.sh run|dev" >&2; exit 2 ;;
esac

wanted="$(cksum "$lock" pyproject.toml scripts/environment.sh | tr '\n' ' ')$(pwd)"
stamp="$venv/.installed-$kind"
if [ -x "$venv/bin/python" ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && "$venv/bin/python" -c 'import pentad' 2>/dev/null; then
    exit 0
fi

# The newest Python that is at least 3.11 and can make environments. A name may exist and not run (pyenv), so try it.
find_python() {
    for name in "${PYTHON:-}" python3.13 python3.12 python3.11 python3 python; do
        [ -n "$name" ] || continue
        "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
        old_enough="$name"
        "$name" -c 'import venv, ensurepip' 2>/dev/null || continue
        echo "$name"
        return 0
    done
    if [ -n "${old_enough:-}" ]; then
        version="$("$old_enough" -c 'import sys; print("%d.%d" % sys.version_info[:2])')"
        echo "Python $version is here, but cannot make environments: its venv module lacks pip." >&2
        echo "On Debian and Ubuntu: sudo apt-get install python$version-venv    Then run the same command again." >&2
    else
        echo "Pentad needs Python 3.11 or newer, and none was found (tried python3.13, 3.12, 3.11, python3)." >&2
        echo "Install one, or name it: make PYTHON=/path/to/python3 …" >&2
    fi
    return 1
}

if ! [ -x "$venv/bin/python" ] || ! "$venv/bin/python" -c 'import pip' 2>/dev/null; then
    python="$(find_python)" || exit 1
    echo "Making $venv with $("$python" --version)."
    rm -rf "$venv"
    "$python" -m venv "$venv"
fi
rm -f "$venv"/.installed-*
echo "Installing from $lock; the first time takes a minute or two."
# The lock names everything, so there is nothing to resolve; compiling on all cores is quicker than pip's on one.
"$venv/bin/python" -m pip install -qq --disable-pip-version-check --require-hashes --no-deps --no-compile -r "$lock"
"$venv/bin/python" -m compileall -qq -j 0 "$venv/lib" || true # some packages ship samples that no Python compiles
"$venv/bin/python" -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
printf '%s' "$wanted" > "$stamp"
if [ "$kind" = dev ]; then # the dev lock contains the other
    printf '%s' "$(cksum requirements.lock pyproject.toml scripts/environment.sh | tr '\n' ' ')$(pwd)" > "$venv/.installed-run"
fi
