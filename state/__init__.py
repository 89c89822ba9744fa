"""The database: tables, migrations and the one store over them. Imports only `journey`."""

from state.model import Busy

__all__ = ["Busy"]
