"""Figures: each measures one promise and prints its workings and, last, one JSON line. `docs/figures.md` lists them."""
