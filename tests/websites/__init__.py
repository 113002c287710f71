"""Tests of websites and their checks."""
