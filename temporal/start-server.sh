#!/bin/sh
# Starts the Temporal server with its password from a file; the image knows a variable for it alone.
set -eu

POSTGRES_PWD="$(cat /run/secrets/postgres)"
export POSTGRES_PWD
exec /etc/temporal/entrypoint.sh
