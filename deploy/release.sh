#!/bin/sh
# What must be done once before a new version serves: tables, what the application's database role may do with them
# (new ones may be audit tables), then the static files with their fingerprints.
set -eu
python manage.py migrate --no-input
python manage.py database_roles virtualschool_app
python manage.py collectstatic --no-input --verbosity 0
