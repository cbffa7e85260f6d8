#!/bin/sh
# Makes the namespace and the search attributes of Caravan in a Temporal server that is up. Idempotent.
set -eu

namespace="${TEMPORAL_NAMESPACE:-default}"
temporal operator namespace describe --namespace "$namespace" >/dev/null 2>&1 ||
    temporal operator namespace create --namespace "$namespace" --retention "${TEMPORAL_RETENTION:-168h}"

# A new namespace is known to all of the server a little later: the list answers once it is.
until known="$(temporal operator search-attribute list --namespace "$namespace")"; do sleep 1; done

while IFS='=' read -r name type; do
    echo "$known" | grep -qw "$name" ||
        temporal operator search-attribute create --namespace "$namespace" --name "$name" --type "$type"
done </etc/caravan/search-attributes.txt
