#!/bin/bash
# Runs once, when the database is first made: the role that the application signs in with. It owns nothing, so that it
# can neither change a table nor disable a trigger of the audit trail. What it may do with each table is said after
# each migration (manage.py database_roles, deploy/release.sh).
set -euo pipefail
psql --no-psqlrc --set=ON_ERROR_STOP=1 --set=password="$POSTGRES_APP_PASSWORD" \
    --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
CREATE ROLE virtualschool_app LOGIN PASSWORD :'password';
SQL
