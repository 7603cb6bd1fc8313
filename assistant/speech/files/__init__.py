"""Transcripts that other programs wrote, read into our own: WebVTT, SubRip, Word, plain text, and our JSON.

    form      which of these it is, by its content, and its characters
    cues      WebVTT and SubRip
    word      the text of a Word file
    prose     plain text and the text of a Word file
    labels    who speaks, where a name stands before the words
    shape     sentences and breaths of at most thirty words, each with its time
    neutral   nothing left in it that could act on a terminal or a prompt
    reader    all of it together

Bytes in, nouns out; only `reader.take` opens a file. Nothing is fetched, run or unpacked to disk.
"""
