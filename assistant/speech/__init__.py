"""From a recording to a transcript: decoding, finding speech, hearing it, and the models that do it. No network.

onnxruntime, which finds speech, reports to its maker unless it is told not to before it is loaded: since 1.32 also on Linux and macOS,
with an identifier of the device that it keeps in the person's cache folder (microsoft/onnxruntime pull requests 27379 and 29843).
"""

import os

for switch in ("ORT_DISABLE_TELEMETRY", "ORT_TELEMETRY_DISABLED"):  # the name that was released, and another that was proposed
    os.environ[switch] = "1"
