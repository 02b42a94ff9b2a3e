"""scikit-learn: LogisticRegression on compressed rows; its C is 1/(n lambda)."""

import numpy
import scipy.sparse
from clock import timed
from sklearn.linear_model import LogisticRegression

_MATRICES = {}


def _matrix(arrays, params):
    """The matrix, made once and outside any clock."""
    key = params["x"]
    if key not in _MATRICES:
        part = lambda name: arrays.get(f"{key}-{name}")
        starts, indices = part("starts").astype(numpy.int32), part("indices").astype(numpy.int32)
        shape = (starts.size - 1, int(params["columns"]))
        _MATRICES[key] = scipy.sparse.csr_matrix((part("values"), indices, starts), shape=shape)
    return _MATRICES[key]


def _fit(solver):
    def run(arrays, params, _):
        x, y = _matrix(arrays, params), arrays.get(params["y"])
        strength = params["lambda"] * y.size
        model = LogisticRegression(C=1 / strength, solver=solver, tol=params["tol"], max_iter=10_000)
        seconds, _ = timed(lambda: model.fit(x, y))
        coefficients = [*numpy.atleast_1d(model.intercept_), *numpy.ravel(model.coef_)]
        return seconds, {"coefficients": [float(b) for b in coefficients]}

    return run


PEERS = {f"sklearn-sparse-{solver}": _fit(solver) for solver in ["newton-cg", "lbfgs"]}
