"""The domain: model, identity, score, SLA, calendars. Pure: no I/O, no clock, no vendor; imports no other room."""
