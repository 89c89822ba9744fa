"""Vendors' HTTP APIs, in the vendors' own words. Imports no other room."""
