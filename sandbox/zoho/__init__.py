"""A stand-in for Zoho CRM's API v8 and its accounts server, with state in memory.

Built from the vendor's pages (zoho.com/crm/developer/docs/api/v8) and its published specification (github.com/zoho/crm-oas, v8.0).
"""
