#!/bin/sh
# Makes the two databases of the Temporal server, or brings their schema up to date. Idempotent: run before each start of it.
set -eu

SQL_PASSWORD="$(cat /run/secrets/postgres)"
export SQL_PASSWORD

prepare() {
    sql="temporal-sql-tool --plugin postgres12 --ep temporal-postgres --port 5432 --user temporal --db $1"
    $sql create
    # Refuses where there is a schema already, which `update-schema` then brings up to date.
    $sql setup-schema --version 0.0 || echo "$1 has a schema"
    $sql update-schema --schema-dir "/etc/temporal/schema/postgresql/v12/$2/versioned"
}

prepare temporal temporal
prepare temporal_visibility visibility
