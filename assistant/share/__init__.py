"""Documents for people and case systems, made from a signed note only: there is no function here that takes a draft."""
