"""The database: tables, migrations and the one store over them. Imports only `journey`."""
