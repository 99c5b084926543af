"""PostgreSQL from a wheel, started on the first connection and stopped with the last process that used it.

`ENGINE = "core.db.embedded"` with `DATA_DIR` in the same settings dictionary. One folder is one installation.
"""
