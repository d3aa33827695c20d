"""experiment end, as people type it."""

from __future__ import annotations

from pathlib import Path

from tests.campaigns import write_campaign
from tests.cli.conftest import Run
from tests.test_ending_experiments import ASKS, FILE_OF
from tests.test_experiments import EXPERIMENT, WORDINGS


def test_the_command_ends_it_in_both_languages_and_says_what_follows(campaign: Path, run: Run) -> None:
    write_campaign(campaign, **WORDINGS)
    assert run("plan", "--until", "2027-01-31").code == 0
    asked = run("experiment", "end", "ask-or-tell")
    assert (asked.code, "--reason" in asked.err) == (2, True)
    said = run("experiment", "end", "ask-or-tell", "--reason", "The [pilot] is over.")
    assert said.code == 0, said.err
    assert "ask-or-tell has ended: undecided." in said.out
    assert "after 0 blocks of at most 40. Only" in said.out and "ended: “The [pilot] is over.”" in said.out
    assert "Deliveries that had not left: 18." in said.out
    assert "will say something else" in said.out and "The name cannot begin again." in said.out
    again = run("experiment", "end", "ask-or-tell", "--reason", "Again.")
    assert (again.code, "has ended already" in again.err) == (1, True)
    (campaign / FILE_OF).unlink()
    for name in ASKS:
        (campaign / name).unlink()
    french = run("experiment", "result", "--language", "fr").out
    assert "indécis" in french and "«\u00a0The [pilot] is over.\u00a0»" in french
    (told,) = run("experiment", "result", "--json").json
    assert (told["verdict"], told["ended"]["reason"], told["gone"]) == ("undecided", "The [pilot] is over.", False)
    assert run("plan", "--until", "2027-01-31").code == 0
    assert run("audit", "verify").code == 0
    assert "experiment ended" in run("audit", "log", "--action", "experiment ended").out


def test_a_changed_one_is_told_how_to_end(campaign: Path, run: Run) -> None:
    write_campaign(campaign, **WORDINGS)
    run("plan", "--until", "2027-01-31")
    (campaign / FILE_OF).write_text(EXPERIMENT.replace("25", "5"), encoding="utf-8")
    said = run("plan", "--until", "2027-01-31")
    assert (said.code, "campaign-bot experiment end ask-or-tell --reason" in said.err) == (1, True)


def test_in_french_it_says_what_follows(campaign: Path, run: Run) -> None:
    write_campaign(campaign, **WORDINGS)
    run("plan", "--until", "2027-01-31")
    said = run("experiment", "end", "ask-or-tell", "--reason", "Le pilote est fini.", "--language", "fr").out
    assert "ask-or-tell\u00a0: l’expérience est terminée. Verdict\u00a0: indécis." in said
    assert "Envois pas encore partis\u00a0:\u00a018." in said
