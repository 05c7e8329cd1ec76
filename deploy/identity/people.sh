#!/bin/bash
# For development only: an invented person for each role (people.json), all with the password KOSH_PEOPLE_PASSWORD, and
# a client that gives tokens for it. Runs where Keycloak's kcadm.sh is; what exists already stays as it is.
set -euo pipefail
: "${KOSH_IDENTITY_INSIDE:?}" "${KOSH_IDENTITY_ADMIN_PASSWORD:?}" "${KOSH_PEOPLE_PASSWORD:?}"
people=$(cat "$(dirname "$0")/people.json")
kcadm() { "${KEYCLOAK_HOME:-/opt/keycloak}/bin/kcadm.sh" "$@" --config /tmp/kcadm.config; }

kcadm config credentials --server "$KOSH_IDENTITY_INSIDE" --realm master --user admin \
    --password "$KOSH_IDENTITY_ADMIN_PASSWORD"
kcadm create partialImport -r kosh -f - <<<"${people//'${KOSH_PEOPLE_PASSWORD}'/$KOSH_PEOPLE_PASSWORD}"
