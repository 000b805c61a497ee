"""The course as data and plain functions: lessons, quiz bank, progress. No widgets, no torch."""
