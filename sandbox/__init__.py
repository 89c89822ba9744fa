"""Local stand-ins for the CRMs' HTTP APIs, with data and faults. Imports no other room."""
