"""Tools that make the demo speech model from synthetic voices; no part of the installed product."""
