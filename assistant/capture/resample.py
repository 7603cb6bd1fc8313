"""Samples of any rate and one or two channels as 16 kHz mono, block after block without a seam. Knows nothing of devices."""

from __future__ import annotations

from collections.abc import Callable

from assistant.protocols import SAMPLE_RATE

Convert = Callable[[bytes], bytes]
"""Takes s16le samples, gives 16 kHz mono s16le; given none, hands out what it still held back."""


def to_mono_16k(rate: int, channels: int) -> Convert:
    """`rate` in Hz. Samples that are 16 kHz mono already pass through untouched, bit for bit."""
    if (rate, channels) == (SAMPLE_RATE, 1):
        return bytes
    import av  # a tenth of a second, and few microphones need it

    resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
    layout = "mono" if channels == 1 else "stereo"

    def convert(pcm: bytes) -> bytes:
        frame = None
        if pcm:
            frame = av.AudioFrame(format="s16", layout=layout, samples=len(pcm) // (2 * channels))
            frame.sample_rate = rate
            frame.planes[0].update(pcm)
        return b"".join(bytes(f.planes[0])[: 2 * f.samples] for f in resampler.resample(frame))

    return convert
