#!/bin/sh
# What must be done once before a new version serves: tables, then the static files with their fingerprints.
set -eu
python manage.py migrate --no-input
python manage.py collectstatic --no-input --verbosity 0
