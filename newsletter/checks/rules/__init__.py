"""This room holds the rules, a file for each area: small pure functions from a draft to hits."""
