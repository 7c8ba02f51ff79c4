"""Fuzzing of the API: see benchmarks/soak_api.py."""
