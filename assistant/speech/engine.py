"""One loaded Whisper model and one step: sound of at most 30 seconds in, what it heard out.

Knows faster-whisper's inner calls, and so is pinned to its version. Knows nothing of recordings, voice detection or transcripts.
Only folders on this disk are ever loaded.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

os.environ["HF_HUB_OFFLINE"] = "1"  # read when faster_whisper is imported: nothing is ever looked up on the network

import ctranslate2
import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.feature_extractor import FeatureExtractor
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import TranscriptionOptions, get_suppressed_tokens
from numpy.typing import NDArray

from assistant.domain import Word
from assistant.errors import ModelUnusable
from assistant.languages import ENGLISH
from assistant.languages import name as name_of
from assistant.protocols import SAMPLE_RATE
from assistant.speech import vocabulary
from assistant.speech.ear import CardFailed, Heard, Scalar
from assistant.speech.guards import LEAST_LOGPROB, MOST_COMPRESSION, NO_SPEECH
from assistant.speech.sentences import Piece

BEAM = 5
TEMPERATURES = (0.0, 0.2, 0.4)
LONGEST_PROMPT = 160
"""Tokens: a prompt of up to 223 leaves too little of the decoder's 448 positions, and more ends in an error."""
TICK = 0.02
"""Seconds from one timestamp token to the next."""
FRAME = 0.01
"""Seconds from one frame of features to the next."""
SHORTEST_ALIGNED = 0.1
"""Seconds: less is no word."""
UNSPACED = frozenset({"bo", "ja", "km", "lo", "my", "th", "yue", "zh"})
"""Written without blanks between words: a whole sentence would be one word, as doubtful as its most doubtful sign."""
SEED = 1
"""Retries at a higher temperature are drawn at random. CTranslate2 seeds a worker once: a model just loaded always hears the same."""


NUMBERS = {"cuda": "int8_float16", "cpu": "int8"}
"""Types of numbers, by where they are reckoned with."""


class Engine:
    """Implements `ear.Ear` with faster-whisper."""

    def __init__(self, name: str, folder: Path, *, card: bool = True) -> None:
        self._name = name
        ctranslate2.set_random_seed(SEED)
        self._device = "cuda" if card and ctranslate2.get_cuda_device_count() > 0 else "cpu"
        self._model = self._load(str(folder))
        self._features = FeatureExtractor(**{**self._model.feat_kwargs, "feature_size": self._model.model.n_mels})
        self.multilingual = bool(self._model.model.is_multilingual)
        self._options: dict[tuple[str, bool], tuple[Any, TranscriptionOptions]] = {}
        self._last: tuple[NDArray[np.float32], float, Any] | None = None
        self._prompt: tuple[tuple[str, ...], list[int]] = (), []

    @property
    def settings(self) -> dict[str, Scalar]:
        return {"version": version("faster-whisper"), "device": self._device, "compute_type": NUMBERS[self._device], "beam": BEAM}

    def _load(self, folder: str) -> WhisperModel:
        """On one core, and tried on a second of silence: a missing library of a graphics card shows only when it is used."""
        try:
            model = WhisperModel(folder, device=self._device, compute_type=NUMBERS[self._device], cpu_threads=1, local_files_only=True)
            model.encode(np.zeros((model.model.n_mels, 100), dtype=np.float32))
        except Exception as error:  # the tokenizer's reader raises plain Exception for a damaged file
            raise self._failed(error) from error
        return model

    def _failed(self, error: Exception) -> Exception:
        """What CTranslate2 says of a card holds nothing of what was heard."""
        return CardFailed(str(error).partition("\n")[0]) if self._device == "cuda" else self._unusable()

    def _unusable(self) -> ModelUnusable:
        return ModelUnusable(
            f"The speech model {self._name} cannot be used.",
            means="Its files are damaged, or made for another version.",
            do="Copy the whole model folder again, or choose another model with --model.",
        )

    def hear(
        self, sound: NDArray[np.float32], *, window: float, language: str, prompt: Sequence[str] = (), translate: bool = False
    ) -> Heard:
        """Decode float32 samples at 16 kHz, silence added up to `window` seconds (at most 30). Raises ModelUnusable."""
        tokenizer, options = self._for(language, translate)
        try:
            encoded = self._encode(sound, window)
            tokens = self._model.get_prompt(tokenizer, self._expecting(tuple(prompt), tokenizer))
            result, logprob, _, compression = self._model.generate_with_fallback(encoded, tokens, tokenizer, options)
            numbers, seconds = result.sequences_ids[0], len(sound) / SAMPLE_RATE
            aligned = not translate and language not in UNSPACED
            words = self._words(encoded, tokenizer, numbers, min(seconds, window)) if aligned else ()
        except (RuntimeError, ValueError) as error:
            raise self._failed(error) from error
        return Heard(
            pieces=tuple(_pieces(numbers, tokenizer, min(seconds, window))),
            words=words,
            tokens=sum(number < tokenizer.eot for number in numbers),
            logprob=float(logprob),
            compression=float(compression),
            no_speech=float(result.no_speech_prob),
            seconds=seconds,
            language=ENGLISH if translate else language,
        )

    def _expecting(self, words: tuple[str, ...], tokenizer: Tokenizer) -> list[int]:
        """The tokens of a prompt of these words, made once for all stretches."""
        if self._prompt[0] != words:
            text = vocabulary.prompt(words, lambda text: len(tokenizer.encode(" " + text)), LONGEST_PROMPT)
            self._prompt = words, tokenizer.encode(" " + text) if text else []
        return self._prompt[1]

    def _words(self, encoded: Any, tokenizer: Tokenizer, numbers: Sequence[int], seconds: float) -> tuple[Word, ...]:
        """The words of what was decoded, by aligning it with the sound once more; none where that finds no place for one of them."""
        text = [number for number in numbers if number < tokenizer.eot]
        if not text or seconds < SHORTEST_ALIGNED:
            return ()
        try:
            (found,) = self._model.find_alignment(tokenizer, [text], encoded, round(seconds / FRAME))
        except IndexError:
            return ()
        return tuple(_spoken(found, seconds))

    def languages(self, sound: NDArray[np.float32], *, window: float) -> dict[str, float]:
        """One step of the decoder on the window that `hear` needs anyway. Raises ModelUnusable."""
        try:
            found = self._model.model.detect_language(self._encode(sound, window))[0]
        except (RuntimeError, ValueError) as error:
            raise self._failed(error) from error
        return {token.strip("<|>"): float(share) for token, share in found}

    def _encode(self, sound: NDArray[np.float32], window: float) -> Any:
        """The last one is kept: a stretch is asked for its language, heard, heard again and translated in one window."""
        if self._last is not None and self._last[1] == window and np.array_equal(self._last[0], sound):
            return self._last[2]
        wanted = round(window * SAMPLE_RATE)
        padded = np.pad(sound[:wanted], (0, max(0, wanted - len(sound))))
        features = self._features(padded)[:, : wanted // self._features.hop_length]
        encoded = self._model.encode(features)
        self._last = sound, window, encoded
        return encoded

    def _for(self, language: str, translate: bool) -> tuple[Any, TranscriptionOptions]:
        """Tokenizer and options, made once a language and task. Raises ModelUnusable for a language that the model has no mark for."""
        if (language, translate) not in self._options:
            task = "translate" if translate else "transcribe"
            tokenizer = Tokenizer(self._model.hf_tokenizer, self.multilingual, task=task, language=language)
            if self.multilingual and tokenizer.language is None:
                raise ModelUnusable(
                    f"The speech model {self._name} does not know {name_of(language)}.",
                    do="Choose another model with --model, or leave the language to be found out with --language auto.",
                )
            self._options[language, translate] = tokenizer, _options(tokenizer)
        return self._options[language, translate]


def _options(tokenizer: Tokenizer) -> TranscriptionOptions:
    """faster-whisper's defaults, but for the beam, fewer temperatures, and no text of earlier windows."""
    return TranscriptionOptions(
        beam_size=BEAM, best_of=BEAM, patience=1, length_penalty=1, repetition_penalty=1, no_repeat_ngram_size=0,
        log_prob_threshold=LEAST_LOGPROB, no_speech_threshold=NO_SPEECH, compression_ratio_threshold=MOST_COMPRESSION,
        condition_on_previous_text=False, prompt_reset_on_temperature=0.5, temperatures=list(TEMPERATURES),
        initial_prompt=None, prefix=None, suppress_blank=True, suppress_tokens=get_suppressed_tokens(tokenizer, [-1]),
        without_timestamps=False, max_initial_timestamp=1.0, word_timestamps=False, prepend_punctuations="", append_punctuations="",
        multilingual=False, max_new_tokens=None, clip_timestamps="0", hallucination_silence_threshold=None, hotwords=None,
    )  # fmt: skip


def _pieces(numbers: Sequence[int], tokenizer: Tokenizer, seconds: float) -> Iterator[Piece]:
    """Texts between timestamps, in seconds from the start of the sound and never beyond its end."""
    start, text = 0.0, list[int]()
    for number in numbers:
        if number < tokenizer.eot:
            text.append(number)
        elif number >= tokenizer.timestamp_begin:
            at = min((number - tokenizer.timestamp_begin) * TICK, seconds)
            if text:
                yield Piece(start=start, end=max(start, at), text=tokenizer.decode(text))
                text = []
            start = max(start, at)
    if text:
        yield Piece(start=start, end=seconds, text=tokenizer.decode(text))


def _spoken(found: Sequence[Mapping[str, Any]], seconds: float) -> Iterator[Word]:
    """Aligned pieces as words between blanks: signs, and the ends of words that the tokenizer split, go with what stands before them."""
    word: Word | None = None
    for part in found:
        start, end = (round(min(float(part[edge]), seconds), 2) for edge in ("start", "end"))
        text, sure = str(part["word"]), float(part["probability"])
        if word is not None and text.strip() and not text[0].isspace():
            least = min(sure, word.confidence or 0.0) if text.strip()[0].isalnum() else word.confidence
            word = replace(word, end=max(end, word.end), text=word.text + text.strip(), confidence=least)
            continue
        if word is not None:
            yield word
        word = Word(start=start, end=max(end, start), text=text.strip(), confidence=round(sure, 3)) if text.strip() else None
    if word is not None:
        yield word
