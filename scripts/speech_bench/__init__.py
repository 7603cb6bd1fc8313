"""What `scripts/bench_transcribe.py` is made of: the models, the sound, the programs that are compared, and how they are measured."""
