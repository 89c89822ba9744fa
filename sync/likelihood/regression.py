"""The one place that knows scikit-learn, which is installed with the extra `relevo[likelihood]` and imported when needed."""

from collections.abc import Sequence
from dataclasses import dataclass

from journey.model import Value
from sync.likelihood.levels import Levels

STRENGTH = 0.3
"""The inverse of the penalty: small enough that a level of a few dozen leads is not taken at its word."""
FOLDS = 5
HOW_TO_INSTALL = "pip install 'relevo[likelihood]'"


class NotInstalled(Exception):
    """scikit-learn is not there."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Log-odds: of everybody, and of each field's levels. Already calibrated by `slope` and `offset`."""

    start: float
    levels: tuple[dict[str, float], ...]
    slope: float
    offset: float


def require() -> None:
    """Raises NotInstalled without scikit-learn."""
    try:
        import sklearn  # noqa: F401 (whether it can be)
    except ImportError:
        raise NotInstalled(f"fitting needs scikit-learn. Run: {HOW_TO_INSTALL}") from None


def weights(fields: Sequence[Levels], rows: Sequence[Sequence[Value]], bought: Sequence[bool]) -> Weights:
    """A logistic regression over the fields' levels, calibrated on leads it was not fitted on. `rows` are in order of time.

    The calibration comes from `FOLDS` spans of time, each told by a fit on the others (Platt 1999).
    """
    import numpy as np
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    columns = {
        (n, name): i for i, (n, name) in enumerate((n, name) for n, one in enumerate(fields) for name in one.counts)
    }
    entries = [
        (row, columns[n, level])
        for row, values in enumerate(rows)
        for n, (one, value) in enumerate(zip(fields, values, strict=True))
        if (level := one.of(value)) is not None
    ]
    at = np.array(entries, dtype=np.int64).reshape(-1, 2)
    matrix = csr_matrix((np.ones(len(at)), (at[:, 0], at[:, 1])), shape=(len(rows), len(columns)))
    said = np.array(bought, dtype=bool)

    def fitted(part: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> LogisticRegression:
        return LogisticRegression(C=STRENGTH, max_iter=1_000, tol=1e-6).fit(matrix[part], said[part])

    told = np.zeros(len(rows))
    for fold in np.array_split(np.arange(len(rows)), FOLDS):
        others = np.setdiff1d(np.arange(len(rows)), fold)
        if 0 < said[others].sum() < len(others):  # else they tell nothing of this span
            told[fold] = fitted(others).decision_function(matrix[fold])
    platt = LogisticRegression(C=1e6, max_iter=1_000).fit(told.reshape(-1, 1), said)
    slope, offset = float(platt.coef_[0, 0]), float(platt.intercept_[0])
    whole = fitted(np.arange(len(rows)))
    own: tuple[dict[str, float], ...] = tuple({} for _ in fields)
    for (n, name), column in columns.items():
        own[n][name] = slope * float(whole.coef_[0, column])
    return Weights(slope * float(whole.intercept_[0]) + offset, own, slope, offset)


def auc(bought: Sequence[bool], predicted: Sequence[float]) -> float:
    """The chance that of a lead that bought and one that did not the former was given more."""
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(bought, predicted))


def brier(bought: Sequence[bool], predicted: Sequence[float]) -> float:
    """The mean square of how far each prediction was from what became of the lead."""
    from sklearn.metrics import brier_score_loss

    return float(brier_score_loss(bought, predicted))
