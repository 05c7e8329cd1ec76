"""Forecasting models: exponential smoothing (ETS) with damped trend and season, and the seasonal naive beside it."""

import warnings
from collections.abc import Callable
from typing import Final, Literal, NamedTuple

import numpy as np

from services.accounting.rules.forecasts.series import HORIZON, YEAR, Floats

ModelName = Literal["ETS", "SNAIVE"]


class Outlook(NamedTuple):
    """Mean and standard error of each of the HORIZON months after a series."""

    mean: Floats
    error: Floats


Model = Callable[[Floats], Outlook | None]
"""What a model makes of a series of at least two years; None where it cannot be fitted."""


def seasonal_naive(values: Floats) -> Outlook:
    """Each month as a year before; the standard error is the root mean square of the changes against a year before."""
    changes = values[YEAR:] - values[:-YEAR]
    return Outlook(values[-YEAR:].copy(), np.full(HORIZON, np.sqrt(np.mean(changes**2))))


def damped_trend(values: Floats) -> Outlook | None:
    """ETS(A,Ad,A): additive errors, damped trend, additive season of twelve months, heuristic initial states,
    smoothing by maximum likelihood (statsmodels). None where it does not converge, or the series has no spread.

    The series is standardised first, so that a shift or another scale of it shifts and scales the forecast.
    """
    # Loaded by who fits: it takes seconds and 200 MB, and no process that serves or takes in records needs it.
    import pandas as pd
    from statsmodels.tools.sm_exceptions import ConvergenceWarning
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    centre, spread = float(np.mean(values)), float(np.std(values))
    if not spread > _NO_SPREAD * max(1.0, abs(centre)):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for sign in (ConvergenceWarning, RuntimeWarning):
            warnings.simplefilter("error", sign)
        try:
            model = ETSModel(
                pd.Series((values - centre) / spread),
                error="add",
                trend="add",
                damped_trend=True,
                seasonal="add",
                seasonal_periods=YEAR,
                initialization_method="heuristic",
            )
            predicted = model.fit(disp=False).get_prediction(len(values), len(values) + HORIZON - 1)
        except (ConvergenceWarning, RuntimeWarning, ValueError, np.linalg.LinAlgError):
            return None
        mean, variance = np.asarray(predicted.predicted_mean), np.asarray(predicted.forecast_variance)
    if not (np.all(np.isfinite(mean)) and np.all(np.isfinite(variance))):
        return None
    return Outlook(centre + spread * mean, spread * np.sqrt(variance))


_NO_SPREAD: Final = 1e-9
MODELS: Final[dict[ModelName, Model]] = {"SNAIVE": seasonal_naive, "ETS": damped_trend}
"""The naive one first: it is taken where no other is better."""
