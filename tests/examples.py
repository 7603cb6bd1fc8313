"""One small fictional session, from what was said to what a drafter could make of it. Sam, Ellis and Harbour Street are made up."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from assistant.domain import (
    Action,
    Client,
    Coverage,
    Draft,
    DraftedBy,
    Evidence,
    Gap,
    HeardBy,
    LeftOut,
    NextAppointment,
    NoteSection,
    Notice,
    PreviousAction,
    PreviousOutcome,
    Referral,
    Segment,
    Session,
    Statement,
    Transcript,
)

COACH = "Ellis Marsh"
SESSION = "s-0001"
CLIENT = Client(ref="C-0042", name="Sam Okoro")
MADE_AT = dt.datetime(2026, 3, 12, 15, 4, tzinfo=dt.UTC)

SAID = (
    (0.0, 4.4, "Right, this is my note for Sam, seen today at the Harbour Street office."),
    (4.9, 8.6, "He came in on time and he'd brought his updated CV with him."),
    (9.1, 14.7, "Since last time he's done the food hygiene course and passed with 92 per cent."),
    (15.2, 21.3, "He's still after kitchen work, prep or pot wash to start, and one day he'd like to be a chef."),
    (21.8, 24.6, "He doesn't want nights, he was very clear on that."),
    (25.0, 29.2, "His mum isn't well and he's with her in the evenings."),
    (29.7, 34.4, "He says his back goes after about an hour on his feet if he's lifting."),
    (34.9, 40.8, "The first bus gets in at ten to seven and the early shift starts at half past six."),
    (41.3, 46.1, "If the cafe on Mill Road can do a seven o'clock start then he'd take it."),
    (46.6, 51.0, "He's about 240 pounds behind with the rent and he hasn't told the council."),
    (51.4, 55.7, "I've referred him to Citizens Advice for that and he was happy for me to."),
    (56.2, 60.9, "He'll ring the cafe by Wednesday, no sorry, by next Friday."),
    (61.3, 65.0, "I'm going to ask about the travel card for him before then."),
    (70.8, 74.9, "He didn't get round to the mock interview so we'll do that together."),
    (75.3, 80.1, "He asked if the course money covers kitchen shoes, 45 pounds, and I said I'd find out."),
    (80.6, 85.2, "I'm seeing him again on the 26th of March at half past ten."),
)


def transcript(**changes: object) -> Transcript:
    """Sixteen sentences of one coach's dictation on Thursday 12 March 2026, with one unclear stretch."""
    segments = tuple(
        Segment(id=n, start=start, end=end, speaker=None, text=text, confidence=0.92) for n, (start, end, text) in enumerate(SAID)
    )
    whole = Transcript(
        id="t-0001",
        kind="dictation",
        session_date=dt.date(2026, 3, 12),
        client="Sam",
        coach="Ellis",
        language="en",
        segments=segments,
        gaps=(Gap(start=65.4, end=70.2, why="unclear"),),
        previous_actions=(
            PreviousAction(id="p1", what="Update the CV", owner="client", due=dt.date(2026, 3, 10)),
            PreviousAction(id="p2", what="Practise a mock interview", owner="client", due=dt.date(2026, 3, 12)),
            PreviousAction(id="p3", what="Send the list of local kitchens", owner="coach"),
        ),
        made_by=HeardBy(engine="whisper", model="small.en"),
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


def evidence(segment: int, quote: str | None = None) -> Evidence:
    """A citation of the example transcript; without a quote, of the whole sentence."""
    return Evidence(segment=segment, quote=quote or SAID[segment][2])


def draft(**changes: object) -> Draft:
    """What a drafter could have made of `transcript()`: every kind of item, some with a reason to check."""
    return replace(_DRAFT, **changes)  # type: ignore[arg-type]


_DRAFT = Draft(
    id="t-0001",
    transcript="t-0001",
    draft="d-0001",
    template="job-coaching",
    note=(
        NoteSection(
            section="attendance",
            statements=(
                Statement(text="Sam came in on time with an updated CV.", said_by="coach", evidence=(evidence(1),), supported=True),
            ),
        ),
        NoteSection(
            section="progress",
            statements=(
                Statement(
                    text="He has done the food hygiene course and passed with 92 per cent.",
                    said_by="coach",
                    evidence=(evidence(2),),
                    supported=True,
                    check=("number",),
                ),
            ),
        ),
        NoteSection(
            section="goals",
            statements=(
                Statement(
                    text="He is looking for kitchen work, prep or pot wash to start, and would like to be a chef one day.",
                    said_by="client",
                    evidence=(evidence(3),),
                    supported=True,
                ),
            ),
        ),
        NoteSection(
            section="ruled_out",
            statements=(Statement(text="He does not want nights.", said_by="client", evidence=(evidence(4), evidence(5)), supported=True),),
        ),
        NoteSection(
            section="barriers",
            statements=(
                Statement(
                    text="His back goes after about an hour on his feet if he is lifting.",
                    said_by="client",
                    evidence=(evidence(6, "his back goes after about an hour on his feet"),),
                    supported=True,
                    check=("health",),
                ),
                Statement(
                    text="The first bus gets in at 6:50 and the early shift starts at 6:30.",
                    said_by="coach",
                    evidence=(evidence(7),),
                    supported=True,
                    check=("number",),
                ),
                Statement(
                    text="He is about £240 behind with the rent and has not told the council.",
                    said_by="coach",
                    evidence=(evidence(9),),
                    supported=True,
                    check=("money",),
                ),
            ),
        ),
        NoteSection(
            section="support",
            statements=(
                Statement(
                    text="He would take the job at the cafe on Mill Road if it can do a 7:00 start.",
                    said_by="client",
                    evidence=(evidence(8),),
                    supported=True,
                    check=("conditional",),
                ),
            ),
        ),
    ),
    barriers=("health_physical", "transport", "money_debt"),
    barrier_evidence={"health_physical": (6,), "transport": (7,), "money_debt": (9,)},
    actions=(
        Action(
            what="Ring the cafe on Mill Road",
            owner="client",
            owner_name="Sam",
            due=dt.date(2026, 3, 20),
            due_text="next Friday",
            evidence=(evidence(11),),
            check=("date",),
        ),
        Action(what="Ask about the travel card", owner="coach", due_text="before then", evidence=(evidence(12),)),
    ),
    referrals=(Referral(to="Citizens Advice", status="made", reason="rent arrears", evidence=(evidence(10),)),),
    previous=(
        PreviousOutcome(id="p1", outcome="done", evidence=(evidence(1, "he'd brought his updated CV"),)),
        PreviousOutcome(id="p2", outcome="not_done", evidence=(evidence(13, "He didn't get round to the mock interview"),)),
        PreviousOutcome(id="p3", outcome="not_mentioned"),
    ),
    next_appointment=NextAppointment(date=dt.date(2026, 3, 26), time="10:30", evidence=(evidence(15),), check=("date",)),
    left_out=(LeftOut(segment=14, why=("money", "promise")),),
    coverage=Coverage(segments=16, read=16, windows=1, gaps=(Gap(start=65.4, end=70.2, why="unclear"),)),
    notices=(Notice(code="unclear_stretch", why="4.8 seconds could not be made out"),),
    made_by=DraftedBy(drafter="extractive", version="1"),
)


def session(**changes: object) -> Session:
    whole = Session(id=SESSION, kind="dictation", date=dt.date(2026, 3, 12), client=CLIENT.ref, coach=COACH, created_at=MADE_AT)
    return replace(whole, **changes)  # type: ignore[arg-type]
