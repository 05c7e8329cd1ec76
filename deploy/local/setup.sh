#!/usr/bin/env bash
# Makes .venv hold exactly what requirements-dev.lock names; does nothing when it does already. Needs python3 and pip.
set -euo pipefail
cd "$(dirname "$0")/../.."
export UV_PYTHON_DOWNLOADS=never # the machine's own Python, never one from elsewhere

in_force=.venv/requirements-dev.lock
cmp -s requirements-dev.lock "$in_force" && exit 0
[ -L .venv ] && exit 0 # a link belongs to another checkout, which looks after it

fail() {
    echo "kosh: $1" >&2
    exit 1
}
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "Python 3.11 or newer is needed: apt-get install python3"
python3 -m pip --version >/dev/null 2>&1 || fail "pip is needed: apt-get install python3-pip"

echo "kosh: setting up .venv (once, and whenever the lock changes)" >&2
if ! .tools/bin/uv --version >/dev/null 2>&1; then
    rm -rf .tools
    python3 -m pip install -q --root-user-action=ignore --disable-pip-version-check --target .tools uv
fi
.tools/bin/uv venv -q --allow-existing --python "$(python3 -c 'import sys; print(sys.executable)')" .venv
.tools/bin/uv pip sync -q --python .venv/bin/python requirements-dev.lock
cp requirements-dev.lock "$in_force"
