"""The roof: settings, URLs and the processes. It may import every floor; no floor imports it."""

from virtualschool.celery import app as celery_app

__all__ = ["celery_app"]
