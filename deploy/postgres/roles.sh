#!/bin/bash
# Runs once, when the database is first made: the role that the application signs in with. It reads and writes rows
# and nothing else, so that it can neither change a table nor disable a trigger of the audit trail.
set -euo pipefail
psql --no-psqlrc --set=ON_ERROR_STOP=1 --set=password="$POSTGRES_APP_PASSWORD" \
    --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
CREATE ROLE virtualschool_app LOGIN PASSWORD :'password';
GRANT USAGE ON SCHEMA public TO virtualschool_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO virtualschool_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO virtualschool_app;
SQL
