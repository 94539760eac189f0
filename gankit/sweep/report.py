"""The page of a sweep, from its study and the runs of its trials; needs no Keras."""

from typing import TYPE_CHECKING

from gankit.errors import GankitError
from gankit.recipe import toml
from gankit.recipe.settings import Direction
from gankit.reporting.charts import score_charts
from gankit.reporting.page import document
from gankit.reporting.run_data import RunData, read_run
from gankit.reporting.score_history import score_histories
from gankit.reporting.sweep_body import SweepData, TrialData, body
from gankit.sweep.folder import SweepFolder, leaves
from gankit.sweep.study import SCORE, check_optuna, find_study

if TYPE_CHECKING:
    from optuna import Study
    from optuna.trial import FrozenTrial

FEWEST = 4  # trials that tell which options matter


def sweep_document(folder: SweepFolder) -> str:
    """Return the page of a sweep.

    Raises:
        GankitError: Optuna is missing, or its study cannot be read.
    """
    sweep = _read(folder)
    here = [trial for trial in sweep.trials if trial.run is not None]
    runs = [trial.run for trial in here if trial.run is not None]
    names = [f"trial {trial.number}" for trial in here]
    curves = score_charts(score_histories(runs), names)[:1]
    return document(f"{folder.path.resolve().name} – gankit", body(sweep, curves), curves)


def _read(folder: SweepFolder) -> SweepData:
    check_optuna()
    facts = folder.facts()
    study = find_study(folder, facts)
    better: Direction = "low" if study.direction.name == "MINIMIZE" else "high"
    trials = [_trial(folder, trial) for trial in study.trials]
    done = [trial for trial in trials if trial.state == "complete"]
    done.sort(key=lambda trial: trial.score or 0.0, reverse=better == "high")
    files = [folder.best(rank) for rank in range(1, 1 + len(done))]
    best = {path: trial for path, trial in zip(files, done) if path.is_file()}
    states = [trial.state for trial in trials]
    counted = [f"{states.count(state)} {state}" for state in dict.fromkeys(states)]
    shown = [
        ("recipe", facts.recipe),
        ("trials", f"{len(trials)} of {facts.trials}: {', '.join(counted)}"),
        ("sampler", facts.sampler),
        ("on", facts.backend),
        ("best", f"{done[0].score:.4g}, trial {done[0].number}" if done else "none"),
    ]
    return SweepData(
        folder.path,
        shown,
        str(study.user_attrs.get(SCORE, "score")),
        better,
        _logs(folder, study),
        trials,
        best,
        _importance(study, len(done)),
    )


def _trial(folder: SweepFolder, trial: "FrozenTrial") -> TrialData:
    last = trial.intermediate_values.get(max(trial.intermediate_values, default=0))
    score = trial.value if trial.value is not None else last
    return TrialData(
        trial.number, trial.state.name.lower(), score, trial.params, _run(folder, trial.number)
    )


def _run(folder: SweepFolder, number: int) -> RunData | None:
    try:
        return read_run(folder.run(number).path)
    except GankitError:
        return None  # it is on another machine, or was stopped before it began


def _logs(folder: SweepFolder, study: "Study") -> dict[str, bool]:
    """Return the options that change, in the order of the space; whether they are logarithmic."""
    known = {key: d for trial in study.trials for key, d in trial.distributions.items()}
    keys = [key for key, _ in leaves(toml.read(folder.space)) if key in known]
    return {key: bool(getattr(known[key], "log", False)) for key in keys}


def _importance(study: "Study", done: int) -> dict[str, float]:
    from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances

    if done < FEWEST:
        return {}
    evaluator = PedAnovaImportanceEvaluator()
    try:
        return get_param_importances(study, evaluator=evaluator)
    except (ValueError, RuntimeError):  # of trials that are all alike
        return {}
