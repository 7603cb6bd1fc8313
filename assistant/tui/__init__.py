"""The terminal app: unlock, the list of sessions, review, and the signed note. One screen a file.

Meets the store and the engines only through `protocols`; everything it shows comes from the domain.
"""
