"""Tests of issues: occurrences, what recurs, rules and pages."""
