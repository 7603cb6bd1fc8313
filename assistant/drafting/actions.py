"""The action plan: promises that stand, each with its owner, its date and the words it was made in.

Takes clauses, gives `Found` actions in the order they were made. What was retracted, refused, only possible, or long done is dropped;
a promise said twice counts once. Knows nothing of the note.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from assistant.drafting import dates, dialogue, likely, slips
from assistant.drafting.commitments import EVENT, Promise, promises, weak_promises
from assistant.drafting.found import Found as Found
from assistant.drafting.lexicon import content
from assistant.drafting.people import People, Who
from assistant.drafting.tagger import Tags
from assistant.drafting.units import Clause
from assistant.drafting.wording import imperative, trimmed, without_dates

RETRACTED = re.compile(
    r"\b(?:actually,? no|scrub (?:that|it)|scrap (?:that|it)|forget (?:that|it)|ignore that|strike that|that's off"
    r"|not doing that|i'm not doing|leave (?:that|it) (?:out|off)|cancel that|och no|no,? leave (?:it|that)|on second thoughts"
    r"|never mind|take that (?:out|off)|don't put that"
    r"|that's not happening|no need|forget about (?:it|that)|hold off|so leave|(?:so|just|we.ll|let.s) leave the \w+"
    r"|then realised|no he's got|no she's got|changed (?:his|her|my) mind|i can't(?: actually)?|decided not to|delete that"
    r"|won't bother|not going to now|that's not (?:an action|agreed|set))\b",
    re.IGNORECASE,
)
BROKEN_OFF = re.compile(
    r"[, ](?:(?:well|oh|actually|wait|hang on|hold on|sorry),? )*(?:no|nah|naw|scrub that|correction|tell a lie)"
    r"(?:,? (?:no|wait|hang on|hold on|sorry|tell a lie|actually|scrub that|correction))*,?$",
    re.IGNORECASE,
)
"""`I'll ring them for, no,`: what was begun is not what stands, unless only a date is put right."""
IN_THE_ROOM = re.compile(
    r"^(?:put (?:it|you|him|her|that) on speaker|leave it|leave that|leave you|leave him|leave her|let (?:you|him"
    r"|her) (?:get|go|off)|have a (?:think|go|laugh|cry|drink|tea|coffee|seat)|go (?:first|red|blank|mad|now)|see (?:you"
    r"|him|her|them|how|what)|get you (?:a|some) (?:tea|coffee|water|drink)"
    r"|make (?:you|us|a) (?:a )?(?:tea|coffee|brew)|tell you (?:what|how|now|something|the truth)|tell (?:him|her"
    r"|them) (?:straight|off)|do my best|do it while|do what I can|take (?:it|that) (?:as|on board|from there)|start (?:by|with"
    r"|off)|try (?:my|his|her|and remember)|stick (?:to|with)"
    r"|get (?:there|used|back to it|on with|through|over|told|paid|sacked|better|worse|stuck|lost|in trouble|nervous"
    r"|it wrong)|do (?:anything|owt|that again|whatever|my head)|think (?:about it|of|it over)|work (?:it|that) out"
    r"|give (?:it|that) a (?:go|miss|try)|pick up|ask (?:you )?(?:a|this|straight|if that|one|because)|go and get"
    r"|go on my own|put (?:it|that) (?:down|like|in capitals)|read (?:it|that) (?:out|back)|keep (?:it|going|my"
    r"|an eye|at it|on)|come (?:back to|on to|to that)|have to (?:be|live)|show you|take (?:a|my) (?:seat|coat)"
    r"|sit (?:here|down|with)|go (?:through|over) (?:it|that|this|them)? ?(?:now|with you now)?$|hold (?:on|my)"
    r"|move on|make (?:a note|sure that)|note that|write (?:that|it) (?:down|here)|listen)\b",
    re.IGNORECASE,
)
VAGUE = re.compile(
    r"^(?:make|do|put) (?:the|that) (?:referral|call|request|appointment|application)(?: in| off)?$|^(?:do|have"
    r"|sort|put|get|send|bring|take|ask|give|go|come|chase|finish|try|make|start|tell)(?: (?:it|that|this|them|him"
    r"|her|so|some|one|those|these))*(?: (?:done|off|over|in|up|out|about it|about that|to me|to us|for me|to you"
    r"|for you|then|now|again|myself|done it|sorted|here))*$",
    re.IGNORECASE,
)
DONE_BY = re.compile(r"^(?:it|that|them|this)? ?(?:done|finished|sent|sorted|in|filled in|ready)\b", re.IGNORECASE)
LATER = re.compile(
    r"\b(?:(?:when|next time) (?:you're|you come|he's|she's|they're|he comes|she comes|I see (?:you|him|her)|we(?:'re)?"
    r"|he|she) (?:next )?(?:next in|in next|back in|back|in|meet|next|see each other)|next (?:time|appointment|session"
    r"|visit|meeting)|(?:before|by|at|for|to|until) (?:we|our|the|my|his|her) (?:next (?:one|time|appointment|session"
    r"|meeting|visit)|meet(?: again)?|next meet)|to the next (?:one|session)|for next time|when (?:I|we) (?:next )?(?:see"
    r"|meet) (?:him|her|you|them)?(?: next| again)?|next in)\b",
    re.IGNORECASE,
)
LATER_TAIL = re.compile(
    rf"(?: (?:and have it ready|in|back|with me|to me))?(?: (?:for|by|at|to|before|on))? ?{LATER.pattern}$", re.IGNORECASE
)
EVENT_DATE = re.compile(
    r"\b(?:interview|appointment|assessment|starts?|starting|meeting|birthday|hearing|court|scan|operation|course"
    r"|session|due|since|from|worked|happened|shift)(?: is| was)?(?: on| at| for)?(?: the)? ?$",
    re.IGNORECASE,
)
DEADLINE = re.compile(
    r"\b(?:by|deadline|until|till|before|have (?:it|that|them) (?:done|to me|in|back)|got till|no later|due|that'll be"
    r"|that'd be|that's|which is|so it's|for)\b",
    re.IGNORECASE,
)
MEETING = re.compile(
    r"(?:see|meet|ring|call|phone|speak|catch|come|pop|visit|have|do|go|bring)(?: (?:up|back|in|with|to|again))*(?: (?:him"
    r"|her|them|you|me|us|again|it))*\b(?! (?:the|a|his|her|my|your) )",
    re.IGNORECASE,
)
TURNS = 4
"""Sentences of a talk in which the event stands that somebody says they will go to."""
ATTENDING = ("go", "attend", "come", "meet", "start", "visit")
TO_SOMEBODY = re.compile(r"\b(?:me|us|you|him|them)\b|\bher\b(?= (?:a|an|the|some|to|in|on|for|back|about|over)\b|[,.]|$)|^ [A-Z][a-z]+")
CONDITION = re.compile(r"^(?:(?:and|but|so|then),? )*(?:if|once|when|as soon as)\b", re.IGNORECASE)
PRONOUN_OBJECT = re.compile(r"^(?: \w+)? (?:it|them|that|him|her|you|me|my|his|their|this)\b", re.IGNORECASE)
ENDING = re.compile(r"(?:,? (?:and|on|at|is|it's|that's|by|for|the))*[ ,]*$", re.IGNORECASE)
HAVE_IT = re.compile(r"Have (?!it out|a (?:word|chat|look|meeting|conversation))")
THEN = re.compile(r"\bthen(?: (?:and there|as well|too|instead))?[.!,]?$|\bwhile I'm (?:there|at it)\b", re.IGNORECASE)
"""`she's back Wednesday, so I'll catch her then`: the day named just before."""
BY_THEN = re.compile(r",? (?:by|before) (?:then|that)(?: as well| too)?\b|,? by as well$", re.IGNORECASE)
DEED_IN_COMMON = re.compile(r"^(?:(?:and|then|so) )+(?:I|he|she|they|we|[A-Z][a-z]+)(?:'ll|'s| will| is)\b", re.IGNORECASE)
LEAST_ANTECEDENT = 2
SAME = 0.5
"""Share of the shorter action's content stems that two actions must have in common to be one."""


def find(
    said: Sequence[Clause], people: People, today: dt.date | None, meeting: tuple[int, ...] = (), tags: Mapping[int, Tags] | None = None
) -> list[Found]:
    """Every action that stands, said once. `meeting`: positions of the clauses that settle the next appointment, which is no action."""
    said = slips.mended(said)
    found: list[Found] = []
    for at in range(len(said)):
        for action in _at(said, at, people, today, found):
            found = found if action.doubtful else _added(found, action)
    found = [a for a in found if _stands(said, a, meeting)]
    if not tags:
        return found
    doubtful = [a for at in range(len(said)) for a in _doubtful(said, at, people, today) if _stands(said, a, meeting)]
    return likely.weighed(said, found, doubtful, people, today, meeting, tags)


def _stands(said: Sequence[Clause], action: Found, meeting: tuple[int, ...]) -> bool:
    return not _retracted(said, action) and not (action.at[0] in meeting and MEETING.match(action.what))


def _doubtful(said: Sequence[Clause], at: int, people: People, today: dt.date | None) -> Iterator[Found]:
    """What one clause may promise, if the tags say so too."""
    yield from (a for a in _at(said, at, people, today, ()) if a.doubtful)
    for promise in weak_promises(said[at].text, people.client | people.coach):
        action = replace(_action(said, at, promise, people, today), doubtful=True)
        if action.what and not _refers_to_room(action.what):
            yield action


def _at(said: Sequence[Clause], at: int, people: People, today: dt.date | None, so_far: Sequence[Found]) -> Iterator[Found]:
    clause = said[at]
    if people.kind == "appointment":
        yield from _asked(said, at, people, today)
    for promise in promises(clause.text, people.client | people.coach):
        action = _action(said, at, promise, people, today)
        if BY_THEN.search(promise.rest) and so_far:
            action = replace(action, when=so_far[-1].when, what=BY_THEN.sub("", action.what))
        action = replace(action, doubtful=_is_doubtful(said, at, promise, action, people, today))
        if not action.doubtful and _is_vague(action.what):
            yield from _resolved(said, at, action, so_far, people, today)
        else:
            yield action


def _is_doubtful(said: Sequence[Clause], at: int, promise: Promise, action: Found, people: People, today: dt.date | None) -> bool:
    """Whether something about a promise speaks against it."""
    if people.kind == "appointment" and not _stands_in_talk(said, at, promise):
        return True
    if promise.subject.lower() not in ("i", "we") and not action.when and _hangs_on(said, at, promise):
        return True
    if action.who.owner == "third_party" and promise.verb in ("come", "go") and " to " not in promise.rest:
        return True
    return _circumstance(said, at, promise, today)


def _hangs_on(said: Sequence[Clause], at: int, promise: Promise) -> bool:
    """`she'll ring if it gets worse`, `if she can't make it, she'll ring`: a plan for a case that may not come."""
    before = said[at - 1] if at and said[at - 1].sentence == said[at].sentence else None
    return " if " in promise.rest or bool(before and re.match(r"(?:(?:and|but|so) )?(?:if|unless)\b", before.text, re.IGNORECASE))


def _stands_in_talk(said: Sequence[Clause], at: int, promise: Promise) -> bool:
    """Between two people a question promises nothing, `you will` is a request, and an offer that is turned down is none."""
    if said[at].question or promise.subject.lower() in ("you", "we"):
        return False
    return promise.subject.lower() not in ("i", "me") or not dialogue.refused(said, at)


def _asked(said: Sequence[Clause], at: int, people: People, today: dt.date | None) -> Iterator[Found]:
    """Requests and offers that the other person accepts."""
    for ask in dialogue.asks(said, at):
        answer = dialogue.accepted(said, at)
        if answer is None or _refers_to_room(imperative(ask.verb, ask.rest)):
            continue
        who = people.speaker(said[at]) if ask.offer else people.speaker(said[answer])
        promise = Promise("I" if ask.offer else "you", ask.verb, ask.rest, "")
        action = replace(_action(said, at, promise, people, today), who=who)
        if _is_vague(action.what):
            more = " ".join(c.text for c in said[at + 1 : at + 4] if c.sentence == said[at].sentence)
            action = replace(action, what=imperative(action.what, " " + without_dates(more, dates.find(more, today)))) if more else action
        if not _is_vague(action.what):
            yield replace(action, at=(*action.at, answer))


def _action(said: Sequence[Clause], at: int, promise: Promise, people: People, today: dt.date | None) -> Found:
    clause = said[at]
    sentence_before = " ".join(c.text for c in said[max(0, at - 4) : at] if c.sentence == clause.sentence)
    before = "" if promise.obliged else f"{sentence_before} {promise.before}".strip()
    who = people.who(promise.subject, clause, before, f"{promise.verb}{promise.rest}")
    if promise.going:
        return _attending(said, at, promise, who, today)
    when, used = _due(said, at, promise, people, today)
    what = LATER_TAIL.sub("", imperative(promise.verb, without_dates(promise.rest, dates.find(promise.rest, today))))
    return Found(
        what=what,
        who=who,
        when=when,
        later=bool(LATER.search(clause.text)),
        at=(at, *used),
        conditional=" if " in promise.rest,
        shared=promise.subject.lower() == "we",
        follows_on=_follows_on(said, at, promise),
    )


def _circumstance(said: Sequence[Clause], at: int, promise: Promise, today: dt.date | None) -> bool:
    """`he's doing`, `they're sending` without a date or a receiver describes how things are."""
    if not promise.doing or TO_SOMEBODY.search(promise.rest):
        return False
    return not dates.find(said[at].text, today) and not _date_before(said, at, promise.verb, today)[1]


def _attending(said: Sequence[Clause], at: int, promise: Promise, who: Who, today: dt.date | None) -> Found:
    """`he's got an interview on Friday, and he's going`: the event and its date stand before."""
    back, turns = (TURNS * 2, TURNS) if said[at].speaker else (4, 1)
    near = [n for n in range(at, max(-1, at - back), -1) if said[n].sentence >= said[at].sentence - turns]
    first = next((n for n in near if EVENT.search(said[n].text)), None)
    if first is None:
        first = next((n for n in near[1:] if _ahead(said[n].text, today)), None)
    if first is None:
        return Found("", who, None, False, (at,))
    text = " ".join([*(said[n].text for n in range(first, at)), promise.before])
    named = said[first].text if first != at else promise.before
    event = EVENT.search(named)
    words = named[event.start() :] if event else named
    dated = dates.find(words, today)
    words = words[: dated[0].start] if dated else words
    what = imperative("go", " to the " + ENDING.sub("", words))
    return Found(what, who, dates.chosen(text, _ahead(text, today)), False, tuple(sorted({first, at})))


def _follows_on(said: Sequence[Clause], at: int, promise: Promise) -> bool:
    same = at > 0 and said[at - 1].sentence == said[at].sentence and said[at - 1].speaker == said[at].speaker
    return same and bool(DEED_IN_COMMON.match(said[at].text)) and bool(PRONOUN_OBJECT.search(promise.rest))


def _ahead(text: str, today: dt.date | None) -> list[dates.When]:
    """Dates that are not over."""
    return [w for w in dates.find(text, today) if w.date and today and w.date >= today]


def _due(
    said: Sequence[Clause], at: int, promise: Promise, people: People, today: dt.date | None
) -> tuple[dates.When | None, tuple[int, ...]]:
    """The date in the clause, else in what follows before the next promise; with the positions of the clauses it came from."""
    text = said[at].text
    found = [w for w in _ahead(text, today) if not _belongs_to_event(text, w, promise.verb)]
    rest = _rest_of_sentence(said, at, people)
    following = " ".join(said[n].text for n in rest)
    if found and rest and dates.CORRECTION.search(text[found[-1].end :]):
        following, text = f"{text} {following}", ""
    more = [w for w in _ahead(following, today) if not _belongs_to_event(following, w, promise.verb)]
    if more and ((found and (not text or dates.CORRECTION.match(following))) or not found):
        return dates.chosen(following, more), tuple(n for n in rest if dates.find(said[n].text, today))
    if not found:
        return _date_before(said, at, promise.verb, today)
    return dates.chosen(text, found), ()


def _date_before(said: Sequence[Clause], at: int, verb: str, today: dt.date | None) -> tuple[dates.When | None, tuple[int, ...]]:
    """`Monday, yeah, I'll send it`, `they're ringing back tomorrow at ten, and she's coming in for that`."""
    if at == 0 or said[at - 1].sentence != said[at].sentence:
        return None, ()
    before = said[at - 1].text
    then = bool(THEN.search(said[at].text))
    if not (then or verb in ATTENDING or CONDITION.match(before) or _only_dates(before, today)):
        return None, ()
    found = _ahead(before, today)
    return dates.chosen(before, found), (at - 1,) if found else ()


def _only_dates(text: str, today: dt.date | None) -> bool:
    """`On Tuesday, sorry, on Monday,`: nothing is left of a clause but its dates and their correction."""
    for when in sorted(dates.find(text, today), key=lambda w: -w.start):
        text = text[: when.start] + text[when.end :]
    return len(content(dates.CORRECTION.sub("", text))) <= 1


def _belongs_to_event(text: str, when: dates.When, verb: str) -> bool:
    plain = re.match(r"today|tonight|tomorrow|this|first thing", when.text, re.IGNORECASE)
    return verb not in ATTENDING and not when.firm and not plain and bool(EVENT_DATE.search(text[: when.start]))


def _rest_of_sentence(said: Sequence[Clause], at: int, people: People) -> list[int]:
    """Clauses after `at` by the same speaker that may still date it: the rest of the sentence and the sentence after, up to the next
    promise.
    """
    rest = []
    for n in range(at + 1, min(at + 5, len(said))):
        other = next(promises(said[n].text, people.client | people.coach), None)
        fresh = other is not None and not DONE_BY.match(other.rest.strip()) and not _is_vague(imperative(other.verb, other.rest))
        apart = said[n].sentence - said[at].sentence
        if said[n].speaker != said[at].speaker or fresh or apart > 1 or (apart and not DEADLINE.search(said[n].text[:30])):
            break
        rest.append(n)
    return rest


def _is_vague(what: str) -> bool:
    return not what or bool(HAVE_IT.match(what)) or bool(VAGUE.match(what)) or not content(what)


def _resolved(
    said: Sequence[Clause], at: int, action: Found, so_far: Sequence[Found], people: People, today: dt.date | None
) -> Iterator[Found]:
    """`I'll do that by Monday`: the promise before it gets the date; in talk, the request just made gets the promise."""
    near = [a for a in so_far if a.who.owner == action.who.owner and at - max(a.at) <= 4]
    if near:
        yield _both(near[-1], action)
        return
    for n in range(at - 1, max(-1, at - 6), -1):
        if said[n].speaker != said[at].speaker:
            for ask in dialogue.asks(said, n):
                wanted = _action(said, n, Promise("you", ask.verb, ask.rest, ""), people, today)
                yield replace(_both(wanted, action), who=action.who)
                return
    if action.when and action.what:
        yield _with_antecedent(said, at, action)


def _with_antecedent(said: Sequence[Clause], at: int, action: Found) -> Found:
    """`Have it in` is of no use without what was said just before: it is quoted behind a colon."""
    before = said[at - 1] if at else None
    if before is None or before.speaker != said[at].speaker or before.question or before.sentence < said[at].sentence - 1:
        return action
    if len(content(before.text)) < LEAST_ANTECEDENT:
        return action
    return replace(action, what=f"{action.what}: {trimmed(before.text)}", at=(at - 1, *action.at))


def _added(found: list[Found], action: Found) -> list[Found]:
    """A promise said again replaces the first with what both know; the later date stands."""
    if not action.what or _refers_to_room(action.what) or (len(action.what.split()) == 1 and not action.when and not action.later):
        return found
    for n, known in enumerate(found):
        if n == len(found) - 1 and _continues(known, action):
            return [*found[:n], _joined(known, action)]
        if known.who.owner == action.who.owner and (_alike(known.what, action.what) or known.at[0] in action.at):
            longer = max(known.what, action.what, key=lambda w: len(content(w)))
            return [*found[:n], replace(_both(known, action), what=longer), *found[n + 1 :]]
    return [*found, action]


def _both(known: Found, action: Found) -> Found:
    """One promise said twice: the later date stands, the evidence adds up."""
    at = tuple(dict.fromkeys((*known.at, *action.at)))
    return replace(known, when=action.when or known.when, later=known.later or action.later, at=at)


def _continues(known: Found, action: Found) -> bool:
    """`I'll phone the desk, and I'll tell them about it`: one errand in two clauses, unless each has a date of its own."""
    near = min(action.at) - max(known.at) in (0, 1) and action.follows_on
    return near and (known.who == action.who or action.shared) and not (known.when and action.when and known.when.date != action.when.date)


def _joined(known: Found, action: Found) -> Found:
    what = f"{known.what} and {action.what[:1].lower()}{action.what[1:]}"
    return replace(_both(known, action), what=what, when=known.when or action.when)


def _refers_to_room(what: str) -> bool:
    return bool(IN_THE_ROOM.match(what))


def _alike(a: str, b: str) -> bool:
    one, two = content(a), content(b)
    least = min(len(one), len(two))
    return bool(least) and len(one & two) >= max(SAME * least, min(2, least))


def _retracted(said: Sequence[Clause], action: Found) -> bool:
    """Taken back in the same sentence or at the start of the next."""
    first = action.at[0]
    sentence = said[first].sentence
    after = [c.text for c in said[first : first + 5] if c.sentence == sentence and c.speaker == said[first].speaker]
    after += [c.text[:40] for c in said[first + 1 : first + 6] if c.sentence == sentence + 1 and c.speaker == said[first].speaker][:1]
    return bool(RETRACTED.search(" ".join(after))) or _broken_off(said, max(n for n in action.at if n - first <= 1))


def _broken_off(said: Sequence[Clause], at: int) -> bool:
    """Stopped with a `no`, and what follows is another deed or another person rather than another day."""
    if at + 1 >= len(said) or not BROKEN_OFF.search(said[at].text) or said[at].speaker != said[at + 1].speaker:
        return False
    return not dates.find(said[at + 1].text[:25], dt.date(2026, 1, 1))
