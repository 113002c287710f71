"""Tests of websites as files."""
