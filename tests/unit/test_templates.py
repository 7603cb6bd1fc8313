"""Templates: read strictly, arranged without losing a statement, named wherever a draft or a note is shown."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import approval, console, documents, render, templates
from assistant.cli.main import coachnote
from assistant.domain import OTHER, PLAIN, SECTIONS, NoteSection, Statement, Template
from assistant.drafting import extractive
from assistant.drafting.template import Templated, arranged
from assistant.errors import UsageProblem
from assistant.share.markdown import note_markdown
from tests.examples import draft, evidence, transcript
from tests.fakes import ScriptedDrafter
from tests.unit.test_share import signed
from tests.work import finish

GOOD = """
id = "ours"
version = 1
[[section]]
key = "risk"
[[section]]
key = "x_where_things_stand"
heading = "Where things stand"
from = ["attendance", "goals"]
[[section]]
key = "progress"
heading = "Steps taken"
[[section]]
key = "x_for_the_team"
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "ours.toml").write_text(GOOD, encoding="utf-8")
    return folder


def everything() -> tuple[NoteSection, ...]:
    """One statement in every section of the contract, said in that order."""
    return tuple(
        NoteSection(section=key, statements=(Statement(text=f"About {key}.", said_by=None, evidence=(evidence(n),), supported=True),))
        for n, key in enumerate(SECTIONS)
    )


def words(note: tuple[NoteSection, ...]) -> Counter[str]:
    return Counter(s.text for section in note for s in section.statements)


@pytest.mark.parametrize("name", ["job-coaching", "ten-minute-review", "supported-employment"])
def test_the_templates_that_come_with_it_are_sound_and_have_a_place_for_everything(name: str) -> None:
    template = templates.load(name)
    assert template.id == name and name in templates.names()
    note = arranged(everything(), template)
    assert words(note) == words(everything())
    assert OTHER not in [s.section for s in note]
    assert note[0].section == "risk"


def test_a_template_of_the_organisation_orders_gathers_and_names(own: Path) -> None:
    template = templates.load("ours", own)
    note = arranged(everything(), template)
    assert [s.section for s in note] == ["risk", "x_where_things_stand", "progress", OTHER]
    assert [s.text for s in note[1].statements] == ["About attendance.", "About goals."]
    assert [template.title(s.section) for s in note] == ["Risk, in their own words", "Where things stand", "Steps taken", "Also said"]
    assert template.title("x_for_the_team") == "For the team"


def test_what_a_template_has_no_section_for_stands_last_and_is_not_lost(own: Path) -> None:
    note = arranged(everything(), templates.load("ours", own))
    assert words(note) == words(everything())
    assert {s.text for s in note[-1].statements} == {f"About {key}." for key in ("ruled_out", "skills", "barriers", "support")}


def test_a_risk_keeps_its_heading_and_its_place_where_a_template_forgets_it() -> None:
    note = arranged(everything(), Template(id="t", sections=("goals",)))
    assert [s.section for s in note] == ["risk", "goals", OTHER]


@given(st.lists(st.sampled_from(SECTIONS), unique=True), st.lists(st.sampled_from(SECTIONS), unique=True))
def test_no_template_loses_or_doubles_a_statement(chosen: list[str], taken: list[str]) -> None:
    gathered = {section: "x_all" for section in taken if section not in chosen}
    template = Template(id="t", sections=(*chosen, "x_all"), gathered=gathered)
    once = arranged(everything(), template)
    assert words(once) == words(everything())
    assert arranged(once, template) == once


def test_one_of_the_organisation_goes_before_one_of_the_same_name(own: Path) -> None:
    (own / "job-coaching.toml").write_text('id = "job-coaching"\nversion = 2\n[[section]]\nkey = "goals"\nheading = "Wants"\n')
    assert templates.load("job-coaching", own).title("goals") == "Wants"
    assert templates.load("job-coaching").title("goals") == "Goals"


BAD = {
    "a minimum in a section": (GOOD.replace('key = "progress"', 'key = "progress"\nmin = 3'), "`min`"),
    "a minimum of all": ("min_items = 3\n" + GOOD, "`min_items`"),
    "another id": (GOOD.replace('"ours"', '"theirs"'), "its id"),
    "no version": (GOOD.replace("version = 1", ""), "version"),
    "version nought": (GOOD.replace("version = 1", "version = 0"), "its version"),
    "no section": ('id = "ours"\nversion = 1\nsection = []', "no section"),
    "an unknown section": (GOOD.replace("progress", "motivation"), "'motivation'"),
    "a section twice": (GOOD + '[[section]]\nkey = "progress"\n', "'progress' has more than one place"),
    "taken in twice": (GOOD + '[[section]]\nkey = "x_b"\nfrom = ["goals"]\n', "'goals' has more than one place"),
    "taken in and its own": (GOOD + '[[section]]\nkey = "goals"\n', "'goals' has more than one place"),
    "risk hidden in another": (GOOD.replace('"attendance"', '"risk"'), "`from` names 'risk'"),
    "an empty heading": (GOOD.replace("Steps taken", " "), "heading of 'progress'"),
    "a long heading": (GOOD.replace("Steps taken", "S" * 61), "heading of 'progress'"),
    "a heading that acts on a terminal": (GOOD.replace("Steps taken", "\\u001b[31mred"), "heading of 'progress'"),
    "a heading of another kind": (GOOD.replace('"Steps taken"', "7"), "$.section[2].heading"),
    "no TOML": ("id = ", "could not be read"),
}


@pytest.mark.parametrize(("text", "told"), BAD.values(), ids=BAD)
def test_a_template_that_is_not_understood_is_refused_with_what_is_wrong(own: Path, text: str, told: str) -> None:
    (own / "ours.toml").write_text(text, encoding="utf-8")
    with pytest.raises(UsageProblem) as caught:
        templates.load("ours", own)
    assert told in str(caught.value) and caught.value.exit_code == 2


def test_a_minimum_is_refused_with_the_reason(own: Path) -> None:
    (own / "ours.toml").write_text(BAD["a minimum in a section"][0], encoding="utf-8")
    with pytest.raises(UsageProblem) as caught:
        templates.load("ours", own)
    assert "None can ask for a least number" in caught.value.means


@pytest.mark.parametrize("name", ["absent", "../job-coaching", "/etc/passwd", "", "OURS", "a" * 41])
def test_what_is_no_template_is_refused_with_those_there_are(own: Path, name: str) -> None:
    with pytest.raises(UsageProblem) as caught:
        templates.load(name, own)
    assert "job-coaching, ours, supported-employment, ten-minute-review" in caught.value.do


def test_a_template_that_is_gone_leaves_plain_headings() -> None:
    assert templates.known("absent") == templates.known(None) == PLAIN
    assert PLAIN.title("x_job_carving") == "Job carving"


def test_a_draft_says_which_template_it_has(own: Path) -> None:
    made = finish(Templated(ScriptedDrafter(), templates.load("ours", own)).draft(transcript()))
    assert made.template == "ours"
    assert words(made.note) == words(draft().note)
    assert documents.read_draft(documents.draft_json(made), transcript()) == made


def test_headings_stand_in_the_draft_and_in_the_signed_note(own: Path) -> None:
    template = templates.load("ours", own)
    made = finish(Templated(ScriptedDrafter(), template).draft(transcript()))
    assert "\n## Where things stand\n" in render.draft_markdown(made, transcript(), template)
    note = replace(signed(), note=tuple(replace(s, section=template.place(s.section)) for s in signed().note))
    assert "\n## Where things stand\n" in note_markdown(note, transcript(), template)


def test_a_note_keeps_the_order_of_its_template(own: Path) -> None:
    made = finish(Templated(ScriptedDrafter(), templates.load("ours", own)).draft(transcript()))
    paths = [entry.path for entry in approval.entries(made, approval.Review(draft=approval.key(made)))]
    sections = list(dict.fromkeys(path.split("/")[1] for path in paths if path.startswith("note/")))
    assert sections == ["x_where_things_stand", "progress", OTHER]


@pytest.fixture
def config(tmp_path: Path, own: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COACHNOTE_CONFIG", str(own.parent / "settings.toml"))
    monkeypatch.setattr(extractive, "ExtractiveDrafter", ScriptedDrafter)
    return own.parent / "settings.toml"


@pytest.fixture
def visit(tmp_path: Path) -> str:
    path = tmp_path / "visit.json"
    path.write_bytes(documents.transcript_json(transcript()))
    return str(path)


def test_the_command_drafts_with_a_template_of_the_config_folder(config: Path, visit: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert console.run(coachnote, ["draft", visit, "--template", "ours"]) == 0
    assert documents.read_draft(capsys.readouterr().out.encode()).template == "ours"
    assert console.run(coachnote, ["draft", visit, "--template", "ours", "--format", "md"]) == 0
    assert "## Where things stand" in capsys.readouterr().out


def test_the_settings_can_choose_the_template(config: Path, visit: str, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text('template = "ours"\n')
    assert console.run(coachnote, ["draft", visit]) == 0
    assert documents.read_draft(capsys.readouterr().out.encode()).template == "ours"
    assert console.run(coachnote, ["draft", visit, "--template", "job-coaching"]) == 0
    assert documents.read_draft(capsys.readouterr().out.encode()).template == "job-coaching"


@pytest.mark.parametrize("command", ["draft", "process"])
def test_a_bad_template_is_told_before_any_work(config: Path, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert console.run(coachnote, [command, "absent.json", "--template", "absent"]) == 2
    (config.parent / "templates" / "ours.toml").write_text(BAD["a minimum in a section"][0])
    assert console.run(coachnote, [command, "absent.json", "--template", "ours"]) == 2
    told = capsys.readouterr().err
    assert "There is no template called absent" in told and "`min`" in told
