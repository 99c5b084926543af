"""Results from files."""

from attainment.feeds.results import ResultsFeed
from core.feeds.registry import register

register(ResultsFeed())
