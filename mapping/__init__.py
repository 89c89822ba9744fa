"""YAML turned into compiled mappings: casts, expressions, inbound and outbound. Pure; imports only `journey`."""
