"""The course: quiz bank, challenges and progress, as data and plain functions."""
