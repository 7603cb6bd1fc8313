"""The drafter that asks a language model: windows, prompts, constrained answers, and everything about them checked by rule afterwards."""
