"""The queue. Jobs carry ids only, never names: arguments stay in Redis and in logs."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "virtualschool.settings")

app = Celery("virtualschool", task_cls="core.jobs:ActingTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
