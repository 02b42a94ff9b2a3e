"""scikit-learn: LogisticRegression and PoissonRegressor; its C is 1/(n lambda), its alpha is lambda."""

import numpy
from clock import timed
from sklearn.linear_model import LogisticRegression, PoissonRegressor


def _fit(solver):
    def run(arrays, params, _):
        x, y = arrays.get(params["x"], params["order"]), arrays.get(params["y"])
        common = {"solver": solver, "tol": params["tol"], "max_iter": 10_000, "fit_intercept": True}
        if params["family"] == "poisson":
            model = PoissonRegressor(alpha=params["lambda"], **common)
        else:
            strength = params["lambda"] * y.size
            model = LogisticRegression(C=1 / strength if strength > 0 else numpy.inf, **common)
        seconds, _ = timed(lambda: model.fit(x, y))
        coefficients = [*numpy.atleast_1d(model.intercept_), *numpy.ravel(model.coef_)]
        return seconds, {"coefficients": [float(b) for b in coefficients]}

    return run


PEERS = {"sklearn-lbfgs": _fit("lbfgs"), "sklearn-newton-cholesky": _fit("newton-cholesky")}
