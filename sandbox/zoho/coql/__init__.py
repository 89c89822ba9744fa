"""The CRM Object Query Language: SELECT … FROM … WHERE … [ORDER BY …] [LIMIT … [OFFSET …]], without joins other than lookup paths.

zoho.com/crm/developer/docs/api/v8/COQL-Overview.html and …/COQL-Limitations.html.
"""
