"""Numbers of an independent implementation, kept in peer.json:

    python3 -m venv VENV && VENV/bin/pip install rliable scipy "pandas<3"
    VENV/bin/python test/results/statistics/peer.py > test/results/statistics/peer.json

rliable is that of Agarwal et al., NeurIPS 2021. Scores are `[scenario][seed]` here and
`[seed, scenario]` there. Its profiles count scores above a threshold; no score lies on one.
"""

import importlib.metadata as packages
import json

import numpy as np
import scipy.stats
from rliable import library, metrics

THRESHOLDS = [0.005 + 0.05 * i for i in range(20)]
REPETITIONS = 20_000


def table(rng, scenarios, seeds, level, tied):
    scores = np.clip(level + 0.2 * rng.standard_normal((scenarios, seeds)), 0, 1)
    return np.round(scores, 1 if tied else 4)


def estimates(own, other):
    np.random.seed(0)
    aggregate = lambda scores: np.array([metrics.aggregate_iqm(scores), metrics.aggregate_mean(scores)])
    points, ends = library.get_interval_estimates({"own": own.T}, aggregate, reps=REPETITIONS)
    improve = lambda a, b: np.array([metrics.probability_of_improvement(a, b)])
    chance, range_ = library.get_interval_estimates({"pair": [own.T, other.T]}, improve, reps=2_000)
    named = lambda value, low, high: {"value": float(value), "low": float(low), "high": float(high)}
    return {
        "iqm": named(points["own"][0], *ends["own"][:, 0]),
        "mean": named(points["own"][1], *ends["own"][:, 1]),
        "improvement": named(chance["pair"][0], *range_["pair"][:, 0]),
        "profile": [float(share) for share in library.score_distributions(own.T, THRESHOLDS)],
    }


def comparison(seed, scenarios, seeds, tied):
    rng = np.random.RandomState(seed)
    own, other = (table(rng, scenarios, seeds, level, tied) for level in (0.7, 0.6))
    x, y = own.flatten(), other.flatten()
    return {
        "own": own.tolist(),
        "other": other.tolist(),
        **estimates(own, other),
        "mannWhitney": float(scipy.stats.mannwhitneyu(x, y).statistic / (len(x) * len(y))),
        "spearman": float(scipy.stats.spearmanr(x, y).statistic),
    }


def ranking(seed, scenarios, methods, tied):
    scores = table(np.random.RandomState(seed), scenarios, methods, 0.6, tied)
    scores = np.round(scores + np.arange(methods) * 0.1, 4)
    test = scipy.stats.friedmanchisquare(*scores.T)
    quantile = scipy.stats.studentized_range.ppf(0.95, methods, np.inf) / np.sqrt(2)
    return {
        "scores": scores.tolist(),
        "meanRanks": scipy.stats.rankdata(-scores, axis=1).mean(axis=0).tolist(),
        "chiSquare": float(test.statistic),
        "pValue": float(test.pvalue),
        "criticalDifference": float(quantile * np.sqrt(methods * (methods + 1) / (6 * scenarios))),
    }


print(
    json.dumps(
        {
            "versions": {name: packages.version(name) for name in ("rliable", "scipy", "numpy", "arch")},
            "thresholds": THRESHOLDS,
            "comparisons": [
                comparison(1, 3, 5, False),
                comparison(2, 8, 5, True),
                comparison(3, 20, 3, False),
                comparison(4, 1, 10, True),
            ],
            "rankings": [
                ranking(5, 6, 3, False),
                ranking(6, 12, 5, True),
                ranking(7, 30, 12, False),
                ranking(8, 4, 40, True),
            ],
        }
    )
)
