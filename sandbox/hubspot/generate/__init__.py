"""The parts of the seeded generator; `sandbox.hubspot.seed` puts them together.

Calibrated on public measurements: when requests arrive and how long an answer takes (4,580 help-desk cases: median 3.9 working hours, 72 %
within 24; 57 % within 24 calendar hours), how long a lead takes to a won deal (842 Olist deals: median 15 days, a tail to 200), which origins
win (Olist), and how many leads nobody ever answers (Oldroyd et al., HBR March 2011).
"""
