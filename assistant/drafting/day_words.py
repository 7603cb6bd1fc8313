"""The words of British dates, each with how it is reckoned. The earliest rule to claim a stretch of text keeps it.

Only patterns: which date stands after a correction, and what is said of it, is for `dates`.
"""

from __future__ import annotations

import datetime as dt

from assistant.drafting import reckoning as by
from assistant.drafting.reckoning import Resolver
from assistant.grounding import ORDINALS, UNITS

DAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun|wens|weds|tuse)day|mon|tues?|weds?|thurs?|thu|fri)"
"""Weekdays in full, as recognisers slip on them, and short; `sat`, `sun` and lower-case `wed` are words (see dates.find)."""
PLAIN_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun"
    r"|jul|aug|sept?|oct|nov|dec)"
)
_ONES = "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth"
SPOKEN_DAY = rf"(?:(?:twenty|thirty)[- ](?:{_ONES})|{'|'.join(sorted(ORDINALS, key=len, reverse=True))})"
_CARDINALS = "|".join(sorted([*list(UNITS)[1:], "twenty", "thirty"], key=len, reverse=True))
CARDINAL_DAY = rf"(?:(?:twenty|thirty)[- ](?:{'|'.join(list(UNITS)[1:10])})|{_CARDINALS})"
NTH = rf"(?:\d{{1,2}}(?:st|nd|rd|th)|{SPOKEN_DAY})"
NUM = rf"(?:\d{{1,2}}(?:st|nd|rd|th)?|{SPOKEN_DAY})"
COUNT = r"(?:\d{1,2}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:a |the )?couple of)"
WEEKS = r"(?:\d{1,2} weeks|(?:a|one|two|three|four|five|six|eight) weeks?|a fortnight|fortnight)"
PART_OF_DAY = r"(?:morning|afternoon|evening|night|lunchtime|dinner ?time|tea ?time)"
AFTER_NTH = (
    r"(?! (?:time|floor|one|thing|place|week|month|year|day|attempt|go|interview|session|appointment|job|class"
    r"|half of|person|party|line|step|application|letter|shift|child|language|century|birthday|grade|of them|anniversary|form|lot"
    r"|chance|aid|name|language|choice|option)\b)"
)
NOT_A_COUNT = (
    r"(?! ?(?:o'clock|a clock|pm|am|p\.m|a\.m|past|to |till|hours?|weeks?|days?|jobs?|times"
    r"|minutes|mins|people|miles|percent|years|:|\.\d|%))"
)
FEASTS = (
    r"(?:(?:good|black) friday|easter (?:sunday|monday)|easter|pancake (?:day|tuesday)|shrove tuesday|ash wednesday|maundy thursday"
    r"|palm sunday|boxing day|christmas(?: (?:eve|day))?|xmas|new year(?:'?s)?(?: (?:eve|day))?|hogmanay|(?:early )?may day"
    r"|(?:the )?(?:(?:may|august|spring|summer|easter|next|first|late) )*bank holiday(?: (?:monday|friday|weekend))?"
    r"|(?:the )?bank holidays?|half[- ]term|ramadan|eid|diwali|the (?:school )?holidays|the fair fortnight|the twelfth fortnight)"
)
"""Days that no rule here counts: they stay words and are flagged."""
WORKING_DAYS = (
    rf"(?:(?:with)?in )?(?:the )?(?:next )?(?:{COUNT}(?: (?:to|or) {COUNT})? )?(?:working|business|clear) days?(?:'?s?)?(?: time| of)?"
)

NO_DATES: tuple[str, ...] = (
    r"\b24/7\b",
    rf"\b(?:every|each|most|alternate)(?: other| single| second)?(?: (?:first|second|third|fourth|last))? (?:{DAY}|week|month|night)\b",
    rf"\b(?:first|second|third|fourth|last) {DAY} (?:of|in) (?:every|each)\b",
    rf"\b(?:last|past|previous|since(?: last)?) (?:{DAY}|week|month|night)\b(?! (?:of|in) (?:the|this|next|{MONTH}))",
    rf"\b(?:a |two |three )?(?:days?|weeks?|fortnight|months?) (?:ago|since)(?: (?:on )?{DAY})?\b|\b(?:a )?week (?:past|last) {DAY}\b",
    rf"\b{PLAIN_DAY} (?:of )?last week\b|\blast week,? (?:on )?(?:the )?{PLAIN_DAY}\b",
    rf"\b{PLAIN_DAY}(?:, {PLAIN_DAY})*,? (?:to|and|or|through|or maybe|or possibly|or else|and maybe) (?:the )?{PLAIN_DAY}s?"
    rf"(?: (?:mornings|afternoons|evenings|nights))?\b",
    rf"\b{PLAIN_DAY} (?:past|gone|just gone|just passed|before last|there)\b|\b(?:on )?an? {PLAIN_DAY}\b(?! (?:week|fortnight))"
    rf"|\b{PLAIN_DAY}s\b|\b{PLAIN_DAY} (?:mornings|afternoons|evenings|nights)\b",
    rf"\bsince (?:the )?{NUM}(?: of)? {MONTH}\b|\bsince {MONTH}\b|\bsince the {NTH}\b",
    r"\bthe day before yesterday\b|\byesterday\b|\bthis morning\b|\bday one\b|\bthe other day\b|\bduring the (?:day|night)\b",
    rf"\b{FEASTS}\b|\b{WORKING_DAYS}\b",
    rf"\b(?:the )?(?:{PLAIN_DAY}|day|week) (?:after|before|following) (?:the )?{FEASTS}\b",
    rf"\b{PLAIN_DAY} (?:of|in) (?:his|her|their|your|my|our|the first|the second|the last|that|half|easter|christmas)\b"
    rf"|\bthe {PLAIN_DAY} (?:before|after|when) (?:he|she|they|you|we|i|it|my|his|her|your)\b",
)
"""What is no date although it looks like one: past, habit, either-or, feasts, working days, weeks that only somebody else can place."""


RULES: tuple[tuple[str, Resolver], ...] = (
    *((pattern, by.none) for pattern in NO_DATES),
    # whole dates
    (r"\b(?P<year>20\d\d)-(?P<month>\d\d)-(?P<n>\d\d)\b", by.numeric),
    (
        rf"\b(?:(?P<day>{DAY}),? (?:the )?)?(?:the )?(?P<n>{NUM}|{CARDINAL_DAY}) (?:day )?(?:of )?(?P<month>{MONTH})\b"
        r"(?! (?:be|have|not|well|need|come|do|go|get|even|also|just|want|take|start)\b)(?:,? (?P<year>20\d\d))?",
        by.full,
    ),
    (
        rf"\b(?:(?P<day>{DAY}),? )?(?P<month>{MONTH}) (?:the )?(?P<n>{NUM})\b{NOT_A_COUNT}(?:,? (?P<year>20\d\d))?",
        by.full,
    ),
    (r"\b(?P<n>\d{1,2})(?P<mark>[/.-])(?P<month>\d{1,2})(?P=mark)(?P<year>(?:20)?\d\d)\b", by.numeric),
    (
        r"\b(?:(?<=by |on )|(?<=til |due |for |day |mon |tue |wed |thu |fri |ppt |ext )|(?<=back )|(?<=till ))"
        r"(?P<n>\d{1,2})/(?P<month>\d{1,2})\b(?P<year>)(?!/)",
        by.numeric,
    ),
    (rf"\b(?:the )?(?P<n>{NTH}) of next month\b", by.nth_of_month(1)),
    (rf"\b(?:the )?(?P<n>{NTH}) of (?:this|the) month\b", by.nth),
    (
        rf"\b(?:the )?(?P<which>first|second|third|fourth|last) (?P<day>{PLAIN_DAY})"
        rf" (?P<of>(?:of|in) (?:(?:the|this|next) month|(?P<month>{MONTH})))\b",
        by.weekday_of_month,
    ),
    # counted from today
    (r"\b(?:same (?:time|day)(?:,? (?:and )?same (?:time|place|day))*,? next week|next week,? same (?:time|day))\b", by.plus(7)),
    (r"\b(?:today week|this day week)\b", by.plus(7)),
    (r"\btomorrow week\b", by.plus(8)),
    (r"\b(?:today|this day) fortnight\b", by.plus(14)),
    (rf"(?:(?<=, )|(?<=for )|^)the (?P<n>{SPOKEN_DAY})(?=,| at\b|[.?!]?$)", by.nth),
    (r"\b(?:the )?day after (?:tomorrow|the morra|the morn)\b", by.plus(2)),
    (
        rf"\b(?P<weeks>{WEEKS}) (?:on |from |this |come |next |past )?(?:(?:this|coming) )?(?P<day>{PLAIN_DAY})\b",
        by.weeks_on,
    ),
    (rf"\b(?P<day>{PLAIN_DAY}) (?P<weeks>(?:a )?week|(?:a )?fortnight|two weeks|three weeks)\b(?!s| of| later)", by.weeks_on),
    (rf"\b(?P<day>{PLAIN_DAY}) in (?P<weeks>a week|a fortnight|two weeks|three weeks)(?:'s?)?(?: time)?\b", by.weeks_on),
    (rf"(?<!next )(?<!this )(?<!last )(?<!the )\b(?P<weeks>week) on (?P<day>{PLAIN_DAY})\b", by.weeks_on),
    (rf"\b(?P<count>{COUNT}) (?P<unit>weeks?|months?|fortnight)(?: from)? (?P<from>today|tomorrow|the day|now)\b", by.in_units),
    (r"\b(?P<count>)(?P<unit>week|month|fortnight)(?: from)? (?P<from>today|tomorrow|the day)\b", by.in_units),
    (rf"\b(?P<count>{COUNT}) (?P<unit>days) from (?P<from>today|tomorrow|now)\b", by.in_units),
    (
        rf"\bin (?:about |around )?(?P<count>{COUNT}) (?P<unit>days?|weeks?|months?|fortnight)(?:'s?)?(?: time)?(?!\w)(?! (?:or"
        rf"|and a half|ago|of|to))",
        by.in_units,
    ),
    (rf"(?<!for )(?<!another )\b(?P<count>{COUNT}) (?P<unit>days?|weeks?|months?|fortnight)'?s?'? time\b", by.in_units),
    (
        rf"\b(?:within|inside|in(?= the (?:next|coming))) (?:the )?(?:next |coming )?(?P<count>{COUNT}) (?P<unit>days?|weeks?|months?"
        r"|fortnight)\b(?! (?:of|or|ago|to|and a half)\b)",
        by.in_units,
    ),
    (
        r"\b(?:within|inside|in(?= the (?:next|coming))) the (?:next |coming )?(?P<count>)(?P<unit>week|month|fortnight)\b"
        r"(?! (?:of|or|ago|to|and a half)\b)",
        by.in_units,
    ),
    (rf"\b(?P<day>{PLAIN_DAY}),? (?:of )?(?:the )?week after next\b", by.week_after_next),
    (rf"\bweek after next,? (?:on )?(?:the )?(?P<day>{PLAIN_DAY})\b", by.week_after_next),
    (rf"\b(?:the )?(?P<day>{PLAIN_DAY}) after next\b", by.week_after_next),
    (rf"\b(?P<day>{PLAIN_DAY})(?: {PART_OF_DAY})?,? (?:of )?next week\b", by.next_week),
    (rf"\bnext week,? (?:so |say |maybe |probably )?(?:on )?(?:the )?(?P<day>{PLAIN_DAY})\b", by.next_week),
    (rf"\b(?P<day>{PLAIN_DAY}) (?:of )?this week\b", by.this_week),
    (rf"\bthis week,? (?:on )?(?P<day>{PLAIN_DAY})\b", by.this_week),
    (rf"\bnext (?P<day>{PLAIN_DAY}),? (?:which is |that's |so that's |is )?(?:the )?(?P<n>{NTH})\b{AFTER_NTH}", by.nth),
    (rf"\bnext (?P<day>{DAY})\b", by.next_week),
    (r"\b(?:back )?end of (?:this |the )?week\b(?! after)|\bweek'?s end\b", by.friday(0)),
    (r"\b(?:back )?end of next week\b", by.friday(7)),
    (r"\b(?:before|by) (?:the|this) weekend\b", by.friday(0)),
    (r"\b(?:over|at|during) the weekend\b|\b(?:over )?this weekend\b", by.sunday),
    (
        r"\b(?:the )?(?:month[- ]end|end of (?:this |the )?month|last day of (?:this |the )?month)\b",
        lambda _, t: (by.month_end(t, 0), False),
    ),
    (r"\b(?:end|last day) of next month\b", lambda _, t: (by.month_end(t, 1), False)),
    (rf"\b(?:end|back end|last day) of (?P<month>{MONTH})\b", by.named_month_end),
    (r"\bend of (?:the|this) year\b|\byear end\b", lambda _, t: (dt.date(t.year, 12, 31), False)),
    (r"\b(?:end|close) of (?:the day|today|play(?: today)?|business(?: today)?)\b", by.plus(0)),
    (r"\b(?:the morn'?s?(?: (?:morning|night|morn))|the morn|the morra|the morrow|tomorra|first thing tomorrow|tomorrow)\b", by.plus(1)),
    (
        r"(?<![\d:k] )(?<!one )(?<!two )(?<!three )(?<!four )(?<!five )(?<!six )(?<!seven )(?<!eight )(?<!nine )(?<!ten "
        r")(?<!eleven )(?<!half )\b(?:first thing )?in the morning\b",
        by.plus(1),
    ),
    (
        r"\b(?:tonight|today|this (?:afternoon|evening|aft|lunchtime|dinner ?time|tea ?time)|later on today"
        r"|(?:straight|right|directly|just) after this"
        r"|(?:when|as soon as|soon as|once) i(?:'m| get) (?:back|in) (?:to|at|in) (?:my|the) (?:desk|office))\b",
        by.plus(0),
    ),
    (
        r"\b(?:as soon as|soon as|once|when|minute|moment|before) (?:we|you|i)(?:'ve| have|'re|'m|m| am| are)? (?:just )?"
        r"(?:(?:finish(?:ed)?|gone|go|leave|knock off|head off|set off|lock up|shut up shop|clock off"
        r"|done)(?: here| up| today| home| out| dictating| typing| the (?:building|office))?(?=[,.;!?]|$)"
        r"|(?:done with|put) this\b|put the phone down\b|(?:get |got )?off (?:this|the) (?:phone|call)\b)",
        by.plus(0),
    ),
    (r"\bon (?:my|me|the) way (?:home|back|out)\b", by.plus(0)),
    (r"(?<!no )(?<!not )(?<!for )(?<!at )\bthe now\b", by.plus(0)),
    (
        r"(?<!of )(?<!on )(?<!by )(?<!in )(?<!at )(?<!all )(?<!during )(?<!through )(?<!for )\bthe (?:day|night)(?=[,.;!?]"
        r"|$| and | when | before )",
        by.plus(0),
    ),
    (rf"\b(?P<day>{DAY}) first\b(?! of|,? {MONTH})", by.bare_weekday),
    (rf"\b(?P<day>{DAY}),? (?:that's |which is |is |so )?(?:the )?(?P<n>{NTH})\b{AFTER_NTH}", by.nth),
    (rf"\b(?P<day>{DAY}) (?P<n>(?:the )?(?:1[3-9]|2\d|3[01])|the \d)\b(?!/){NOT_A_COUNT}", by.bare_number),
    (
        rf"\bthe (?P<n>\d{{1,2}}(?:st|nd|rd|th)|{SPOKEN_DAY}),? (?:(?:which is|that's|it's|that is|being) )?"
        rf"(?:a |on )?(?P<day>{PLAIN_DAY})\b",
        by.nth,
    ),
    (rf"\b(?P<n>\d{{1,2}}(?:st|nd|rd|th))\b{AFTER_NTH}", by.nth),
    (
        rf"(?<=by |on )the (?P<n>{SPOKEN_DAY})\b{AFTER_NTH}|(?<=until |after )the (?P<n2>{SPOKEN_DAY})\b{AFTER_NTH}",
        by.nth,
    ),
    (
        rf"\b(?<=[a-z] )the (?P<n>(?:twenty|thirty)[- ](?:{_ONES})|tenth|eleventh|twelfth|\w+teenth|twentieth|thirtieth)\b{AFTER_NTH}",
        by.nth,
    ),
    (
        rf"\b(?:first thing (?:on )?)?(?:this |this coming |the coming )?(?P<day>{DAY})"
        rf"(?: coming| next| first thing| first(?! (?:of|class)))?\b",
        by.bare_weekday,
    ),
)
