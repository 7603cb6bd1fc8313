"""The languages that Whisper knows, and which lines of a transcript are in which. Pure; knows no model and no screen.

A transcript has one `language`, the main one that was spoken. Which lines were spoken in another one stands in `made_by.settings`, which
is free in the document: `other_languages` for those that were heard in a language of their own, `doubtful_language` for those that were
heard in the main one although they may be in the one named. Both are written as `pl 14-29, ur 31`: a code and the numbers of segments.
"""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence

from assistant.domain import Segment, Transcript
from assistant.errors import UsageProblem

AUTO = "auto"
ENGLISH = "en"
OTHER, DOUBTFUL = "other_languages", "doubtful_language"
SPAN = re.compile(r"([a-z]{2,3}) (\d{1,7})(?:-(\d{1,7}))?")
NAMES: Mapping[str, str] = {
    "af": "Afrikaans", "am": "Amharic", "ar": "Arabic", "as": "Assamese", "az": "Azerbaijani", "ba": "Bashkir", "be": "Belarusian",
    "bg": "Bulgarian", "bn": "Bengali", "bo": "Tibetan", "br": "Breton", "bs": "Bosnian", "ca": "Catalan", "cs": "Czech", "cy": "Welsh",
    "da": "Danish", "de": "German", "el": "Greek", "en": "English", "es": "Spanish", "et": "Estonian", "eu": "Basque", "fa": "Persian",
    "fi": "Finnish", "fo": "Faroese", "fr": "French", "gl": "Galician", "gu": "Gujarati", "ha": "Hausa", "haw": "Hawaiian", "he": "Hebrew",
    "hi": "Hindi", "hr": "Croatian", "ht": "Haitian Creole", "hu": "Hungarian", "hy": "Armenian", "id": "Indonesian", "is": "Icelandic",
    "it": "Italian", "ja": "Japanese", "jw": "Javanese", "ka": "Georgian", "kk": "Kazakh", "km": "Khmer", "kn": "Kannada", "ko": "Korean",
    "la": "Latin", "lb": "Luxembourgish", "ln": "Lingala", "lo": "Lao", "lt": "Lithuanian", "lv": "Latvian", "mg": "Malagasy",
    "mi": "Maori", "mk": "Macedonian", "ml": "Malayalam", "mn": "Mongolian", "mr": "Marathi", "ms": "Malay", "mt": "Maltese",
    "my": "Burmese", "ne": "Nepali", "nl": "Dutch", "nn": "Nynorsk", "no": "Norwegian", "oc": "Occitan", "pa": "Punjabi", "pl": "Polish",
    "ps": "Pashto", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sa": "Sanskrit", "sd": "Sindhi", "si": "Sinhala",
    "sk": "Slovak", "sl": "Slovenian", "sn": "Shona", "so": "Somali", "sq": "Albanian", "sr": "Serbian", "su": "Sundanese",
    "sv": "Swedish", "sw": "Swahili", "ta": "Tamil", "te": "Telugu", "tg": "Tajik", "th": "Thai", "tk": "Turkmen", "tl": "Tagalog",
    "tr": "Turkish", "tt": "Tatar", "uk": "Ukrainian", "ur": "Urdu", "uz": "Uzbek", "vi": "Vietnamese", "yi": "Yiddish", "yo": "Yoruba",
    "yue": "Cantonese", "zh": "Chinese",
}  # fmt: skip
"""By code, as Whisper spells them (openai/whisper, tokenizer.py)."""
ALSO: Mapping[str, str] = {
    "bangla": "bn", "castilian": "es", "dari": "fa", "farsi": "fa", "filipino": "tl", "flemish": "nl", "haitian": "ht", "mandarin": "zh",
    "moldovan": "ro", "panjabi": "pa", "pushto": "ps", "sinhalese": "si",
}  # fmt: skip
"""Other English names that people use."""
OTHER_LANGUAGE, TRANSLATED, IN_DOUBT = REMARKS = ("other_language", "machine_translation", "language_in_doubt")
"""Codes of the remarks on a transcript: what nothing is drafted from, what a machine put into English, what may be another language."""
WHOLE = "all of it"
MOST_PLACES = 6
"""Named in a sentence; a talk through an interpreter has hundreds."""


def code(text: str) -> str:
    """`auto`, or the code of a language given by code or English name. Raises UsageProblem for one that Whisper does not know."""
    wanted = " ".join(text.split()).lower()
    known = {name.lower(): each for each, name in NAMES.items()} | dict(ALSO)
    if wanted == AUTO or wanted in NAMES:
        return wanted
    if wanted in known:
        return known[wanted]
    near = difflib.get_close_matches(wanted, known, n=1, cutoff=0.75)
    perhaps = f"Did you mean {NAMES[known[near[0]]]} ({known[near[0]]})? " if near else ""
    raise UsageProblem(
        "That is no language that Whisper knows.",
        do=f"{perhaps}Give a code or an English name, such as cy or Welsh, or auto to find out from the recording.",
    )


def name(language: str) -> str:
    """`Welsh`; the code itself where it has no name here."""
    return NAMES.get(language, language)


def spans(languages: Mapping[int, str]) -> str:
    """`pl 14-29, ur 31`: the languages of segments by their numbers."""
    found = []
    for _, run in itertools.groupby(enumerate(sorted(languages)), key=lambda each: (languages[each[1]], each[1] - each[0])):
        ids = [segment for _, segment in run]
        found.append(f"{languages[ids[0]]} {ids[0]}" + (f"-{ids[-1]}" if len(ids) > 1 else ""))
    return ", ".join(found)


def _numbered(text: object, transcript: Transcript) -> dict[int, str]:
    """The reverse of `spans`, for segments that there are. Anybody may have written it: what is not understood is passed over."""
    ids = sorted(segment.id for segment in transcript.segments)
    found: dict[int, str] = {}
    for language, first, last in SPAN.findall(text) if isinstance(text, str) else ():
        found |= {n: language for n in ids if int(first) <= n <= int(last or first)}
    return found


def main(transcript: Transcript) -> str:
    """The language of a transcript; English where it says nothing."""
    return transcript.language or ENGLISH


def _told(transcript: Transcript, key: str) -> dict[int, str]:
    return _numbered(transcript.made_by.settings.get(key), transcript) if transcript.made_by else {}


def heard(transcript: Transcript) -> dict[int, str]:
    """The language in which each segment was heard."""
    return {segment.id: main(transcript) for segment in transcript.segments} | _told(transcript, OTHER)


def doubtful(transcript: Transcript) -> dict[int, str]:
    """For the segments that may be in another language than they were heard in: which."""
    return _told(transcript, DOUBTFUL)


def foreign(transcript: Transcript) -> dict[int, str]:
    """The languages of the segments whose text is not English. Translated, or corrected by a coach, it is."""
    languages = heard(transcript)
    return {
        s.id: languages[s.id]
        for s in transcript.segments
        if languages[s.id] != ENGLISH and "machine_translation" not in s.flags and "corrected" not in s.flags
    }


def translated(transcript: Transcript) -> dict[int, str]:
    """From which languages segments were translated by a machine; `another language` where that is not known."""
    languages = heard(transcript)
    known = {n: language if language != ENGLISH else "another language" for n, language in languages.items()}
    return {s.id: known[s.id] for s in transcript.segments if "machine_translation" in s.flags}


def in_brackets(transcript: Transcript) -> dict[int, str]:
    """What a reader should know of the language of single lines: `in Polish`, `machine translation from Polish`."""
    told = {n: f"in {name(language)}" for n, language in foreign(transcript).items()}
    return told | {n: f"machine translation from {name(language)}" for n, language in translated(transcript).items()}


def remarks(transcript: Transcript) -> Iterator[tuple[str, str]]:
    """What a person must know of the languages of a transcript: a code and sentences each; nothing where all of it is English."""
    for spoken, where in _passages(transcript, foreign(transcript)):
        yield OTHER_LANGUAGE, f"In {name(spoken)}: {where}. It is kept as it was said; drafting understands English only."
    for spoken, where in _passages(transcript, translated(transcript)):
        yield TRANSLATED, f"Translated from {name(spoken)} by the speech model: {where}. The words heard stand beside each line."
    unsure = doubtful(transcript)
    perhaps = list(dict.fromkeys(unsure.values()))
    names = " or ".join(name(language) for language in perhaps)
    for _, where in _passages(transcript, dict.fromkeys(unsure, names)):
        again = f"transcribe it again with --language {perhaps[0]}" if where == WHOLE else "listen to it"
        yield IN_DOUBT, f"Sounds like {names}, heard as {name(main(transcript))}: {where}. If it is {names}, {again}."


def _passages(transcript: Transcript, labels: Mapping[int, str]) -> Iterator[tuple[str, str]]:
    """Each label with how much of a transcript has it and where: `2 minutes of it (02:14 to 04:20)`. `labels`: of some segments."""
    for label in dict.fromkeys(labels[s.id] for s in transcript.segments if s.id in labels):
        groups = itertools.groupby(transcript.segments, key=lambda segment: labels.get(segment.id) == label)
        runs = [list(run) for mine, run in groups if mine]
        if sum(map(len, runs)) == len(transcript.segments):
            yield label, WHOLE
            continue
        more = ["and more"] if len(runs) > MOST_PLACES else []
        yield label, f"{_length(runs)} of it ({', '.join([*map(_place, runs[:MOST_PLACES]), *more])})"


def _place(run: Sequence[Segment]) -> str:
    """`02:14 to 04:20`; without times, the lines by their numbers as people count."""
    first, last = run[0], run[-1]
    if first.start is None or last.end is None:
        return f"line {first.id + 1}" if first is last else f"lines {first.id + 1} to {last.id + 1}"
    return f"{_clock(first.start)} to {_clock(last.end)}"


def _clock(seconds: float) -> str:
    return f"{int(seconds // 60):02d}:{int(seconds % 60):02d}"


def _length(runs: Sequence[Sequence[Segment]]) -> str:
    """`40 seconds`, `1 minute`, `12 minutes`: rounded, and never none; `some` without times."""
    seconds = sum(run[-1].end - run[0].start for run in runs if run[0].start is not None and run[-1].end is not None)
    if not seconds:
        return "some"
    count, unit = (max(1, round(seconds)), "second") if seconds < 59.5 else (round(seconds / 60), "minute")
    return f"{count} {unit}{'' if count == 1 else 's'}"
