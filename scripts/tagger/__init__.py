"""Labelled coaching sentences and the training of the segment tagger."""
