"""Drafting: a note and an action plan from a transcript, every sentence with its evidence. Knows no store, no screen and no engine of
speech.
"""
