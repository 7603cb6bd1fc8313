"""The microphone as a Recorder: levels, warnings and a WAV that is whole however it ends. Knows no store, no engine and no screen."""
