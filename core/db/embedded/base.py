"""Django's PostgreSQL backend that has its server run before it connects. The vendor stays `postgresql`."""

from typing import Any

import psycopg2
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.postgresql import base, client

from core.db.embedded.install import wheel_binaries
from core.db.embedded.layout import PORT, USER, Layout
from core.db.embedded.server import hold


class DatabaseClient(client.DatabaseClient):
    """`manage.py dbshell` with the wheel's own psql."""

    @property
    def executable_name(self) -> str:  # type: ignore[override]
        return str(wheel_binaries() / "psql")

    def runshell(self, parameters: Any) -> None:
        hold(self.connection.settings_dict["DATA_DIR"], check=True)
        super().runshell(parameters)


class DatabaseWrapper(base.DatabaseWrapper):
    """Connects to the server of `DATA_DIR`, by its socket."""

    display_name = "PostgreSQL (embedded)"
    client_class = DatabaseClient

    def __init__(self, settings_dict: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        if not settings_dict.get("DATA_DIR"):
            raise ImproperlyConfigured("DATABASES with the engine core.db.embedded needs DATA_DIR, a folder.")
        # Where it listens follows from the folder alone, so that all processes agree without asking.
        settings_dict.update(
            HOST=str(Layout.of(settings_dict["DATA_DIR"]).socket_dir), PORT=str(PORT), USER=USER, PASSWORD=""
        )
        super().__init__(settings_dict, *args, **kwargs)

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect; when the server was killed since we looked, have it started again and try once more."""
        data_dir = self.settings_dict["DATA_DIR"]
        hold(data_dir)
        try:
            return super().get_new_connection(conn_params)
        except psycopg2.OperationalError:
            hold(data_dir, check=True)
            return super().get_new_connection(conn_params)
