"""FORGET: the one list of what is kept and for how long."""
