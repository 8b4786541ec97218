"""This module lets the sandbox misbehave on demand, as networks and services do."""
