"""What every stand-in has, whatever the vendor: a process, a clock, control endpoints, faults and a ledger. Knows no vendor."""
