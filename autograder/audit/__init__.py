"""Measures the tests of an assignment before it is released."""
