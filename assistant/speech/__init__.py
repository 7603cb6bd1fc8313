"""From a recording to a transcript: decoding, finding speech, hearing it, and the models that do it. No network."""
