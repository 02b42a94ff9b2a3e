"""L1-penalised linear models of scikit-learn, celer and skglm.

Lasso minimises half the mean squared residual plus alpha |b|_1 in all three, so alpha is lambda. LogisticRegression minimises
sum of losses plus |b|_1 / C, so C = 1 / (n lambda); skglm's takes the mean and lambda. No intercepts: liblinear would penalise it and celer
has none.
"""

from clock import timed


def _lasso(model):
    def run(arrays, params, _):
        x, y = arrays.get(params["x"], params["order"]), arrays.get(params["y"])
        solver = model(params["lambda"], params["tol"])
        seconds, _ = timed(lambda: solver.fit(x, y))
        return seconds, {"coefficients": [float(b) for b in solver.coef_.ravel()]}

    return run


def _sklearn(precompute):
    def model(strength, tol):
        from sklearn.linear_model import Lasso

        return Lasso(alpha=strength, tol=tol, max_iter=100_000, fit_intercept=False, precompute=precompute)

    return model


def _celer(strength, tol):
    from celer import Lasso

    return Lasso(alpha=strength, tol=tol, max_iter=1000, fit_intercept=False)


def _skglm(strength, tol):
    from skglm import Lasso

    return Lasso(alpha=strength, tol=tol, max_iter=1000, fit_intercept=False)


def _logistic(model):
    def run(arrays, params, _):
        x, y = arrays.get(params["x"], params["order"]), arrays.get(params["y"])
        solver = model(params["lambda"], params["tol"], y.size)
        seconds, _ = timed(lambda: solver.fit(x, y))
        return seconds, {"coefficients": [float(b) for b in solver.coef_.ravel()]}

    return run


def _sklearn_logistic(name):
    def model(strength, tol, n):
        from sklearn.linear_model import LogisticRegression

        common = {"C": 1 / (n * strength), "l1_ratio": 1.0, "tol": tol, "max_iter": 10_000, "fit_intercept": False}
        return LogisticRegression(solver=name, random_state=0, **common)

    return model


def _celer_logistic(strength, tol, n):
    from celer import LogisticRegression

    return LogisticRegression(C=1 / (n * strength), tol=tol, max_iter=1000)


def _skglm_logistic(strength, tol, n):
    from skglm import SparseLogisticRegression

    return SparseLogisticRegression(alpha=strength, tol=tol, max_iter=1000, fit_intercept=False)


PEERS = {
    "lasso-sklearn": _lasso(_sklearn(False)),
    "lasso-sklearn-gram": _lasso(_sklearn(True)),
    "lasso-celer": _lasso(_celer),
    "lasso-skglm": _lasso(_skglm),
    "lasso-logistic-liblinear": _logistic(_sklearn_logistic("liblinear")),
    "lasso-logistic-celer": _logistic(_celer_logistic),
    "lasso-logistic-skglm": _logistic(_skglm_logistic),
}
