"""A stand-in for HubSpot's CRM API: one account, its state in memory, served over real HTTP on loopback.

Built from the vendor's published specifications and guides (developers.hubspot.com, 2026-03), never from what a client
sends. Where the documents leave a choice, `settings.Settings` names it.
"""
