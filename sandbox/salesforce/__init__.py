"""A local stand-in for Salesforce's REST, Bulk 2.0 and OAuth interfaces.

Built from the vendor's documents and recorded exchanges, as unforgiving as the real thing; `server` is the ASGI application, `serve` starts it as a
process of its own.
"""
