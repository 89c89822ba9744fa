"""A subset of SOQL, large enough for every query that a sensible client sends; anything else gets the vendor's own error."""
