"""Websites as files: what goes out as YAML, and what comes in from YAML, Uptime Kuma and Gatus."""
