"""Speed and size against their limits. `python manage.py bench` runs all of it in a scratch installation.

A benchmark is a function `measure(folder) -> list[Line]`; it stands in `__main__.BENCHMARKS`, in the order in which the
data of one prepares the next.
"""
