"""Fitting, judging and keeping the model of the criterion likelihood."""
