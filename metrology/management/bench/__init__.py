"""The benchmark: a city made of rows in minutes, and each figure beside its reference from the same run."""
