"""Watchkeeper: watches machines, applications and websites, and says what broke and since when."""
