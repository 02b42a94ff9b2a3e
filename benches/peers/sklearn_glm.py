"""scikit-learn: LogisticRegression, PoissonRegressor and GammaRegressor; its C is 1/(n lambda), its alpha is lambda.

Where inference is part of the task, standard errors follow by NumPy, as its users write them: the inverse of X'WX.
"""

import numpy
from clock import timed
from sklearn.linear_model import GammaRegressor, LogisticRegression, PoissonRegressor


def standard_errors(model, x, y, family):
    eta = x @ numpy.ravel(model.coef_) + model.intercept_
    mean = 1 / (1 + numpy.exp(-eta)) if family == "binomial" else numpy.exp(eta)
    weight = {"binomial": mean * (1 - mean), "poisson": mean, "gamma": numpy.ones_like(mean)}[family]
    q = x.shape[1] + 1
    information = numpy.empty((q, q))
    weighted = x * weight[:, None]
    information[0, 0] = weight.sum()
    information[0, 1:] = information[1:, 0] = weighted.sum(axis=0)
    information[1:, 1:] = x.T @ weighted
    dispersion = (((y - mean) / mean) ** 2).sum() / (y.size - q) if family == "gamma" else 1.0
    return numpy.sqrt(dispersion * numpy.diag(numpy.linalg.inv(information)))


def _fit(solver):
    def run(arrays, params, _):
        x, y = arrays.get(params["x"], params["order"]), arrays.get(params["y"])
        common = {"solver": solver, "tol": params["tol"], "max_iter": 10_000, "fit_intercept": True}
        if params["family"] in ("poisson", "gamma"):
            regressor = PoissonRegressor if params["family"] == "poisson" else GammaRegressor
            model = regressor(alpha=params["lambda"], **common)
        else:
            strength = params["lambda"] * y.size
            model = LogisticRegression(C=1 / strength if strength > 0 else numpy.inf, **common)

        def task():
            model.fit(x, y)
            return standard_errors(model, x, y, params["family"]) if params["inference"] else None

        seconds, errors = timed(task)
        coefficients = [*numpy.atleast_1d(model.intercept_), *numpy.ravel(model.coef_)]
        result = {"coefficients": [float(b) for b in coefficients]}
        return seconds, result if errors is None else {**result, "errors": errors.tolist()}

    return run


PEERS = {"sklearn-lbfgs": _fit("lbfgs"), "sklearn-newton-cholesky": _fit("newton-cholesky")}
