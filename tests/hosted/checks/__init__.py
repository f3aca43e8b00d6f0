"""Tests of the built-in rump kernel, one module per matter."""
