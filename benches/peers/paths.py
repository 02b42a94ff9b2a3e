"""Whole paths of the lasso, of L1-penalised logistic regression, of the group lasso and of SLOPE, and LassoCV, of scikit-learn, celer, skglm and glmnet.

The lasso halves the mean squared residual in all three, so alpha is lambda. celer's logistic path minimises the sum of losses plus alpha |b|_1, so
alpha = n lambda; skglm's takes the mean. No intercepts: celer's paths have none. Coefficients come back as those that are not 0, one lambda after
the other.
"""

from clock import timed


def _data(arrays, params):
    y = arrays.get(params["y"])
    if "columns" not in params:
        return arrays.get(params["x"], "F"), y
    import numpy
    from scipy.sparse import csc_matrix

    indices = arrays.get(params["x"] + "-indices").astype(numpy.int32)
    starts = arrays.get(params["x"] + "-starts").astype(numpy.int32)
    shape = (y.size, params["columns"])
    return csc_matrix((arrays.get(params["x"] + "-values"), indices, starts), shape=shape), y


def _sparse(coefs):
    """p x lambdas to lists of entries."""
    starts, indices, values = [0], [], []
    for column in coefs.T:
        kept = column.nonzero()[0]
        indices += [float(j) for j in kept]
        values += [float(column[j]) for j in kept]
        starts.append(float(len(indices)))
    return {"starts": starts, "indices": indices, "values": values}


def _path(model):
    def run(arrays, params, _):
        import numpy

        x, y = _data(arrays, params)
        lambdas = numpy.asarray(params["lambdas"])
        seconds, coefs = timed(lambda: model(x, y, lambdas, params))
        return seconds, _sparse(coefs)

    return run


def _sklearn(precompute):
    def model(x, y, lambdas, params):
        from sklearn.linear_model import lasso_path

        return lasso_path(x, y, alphas=lambdas, tol=params["tol"], max_iter=100_000, precompute=precompute)[1]

    return model


def _celer(x, y, lambdas, params):
    from celer import celer_path

    return celer_path(x, y, pb="lasso", alphas=lambdas, tol=params["tol"], max_iter=1000)[1]


def _celer_logistic(x, y, lambdas, params):
    from celer import celer_path

    return celer_path(x, 2 * y - 1, pb="logreg", alphas=y.size * lambdas, tol=params["tol"], max_iter=1000)[1]


def _skglm(x, y, lambdas, params):
    from skglm.datafits import Quadratic
    from skglm.penalties import L1
    from skglm.solvers import AndersonCD
    from skglm.utils.jit_compilation import compiled_clone

    solver = AndersonCD(tol=params["tol"], max_iter=1000, fit_intercept=False, warm_start=True)
    return solver.path(x, y, compiled_clone(Quadratic()), compiled_clone(L1(1.0)), alphas=lambdas)[1]


def _skglm_logistic(x, y, lambdas, params):
    import numpy
    from skglm import SparseLogisticRegression

    solver = SparseLogisticRegression(tol=params["tol"], max_iter=1000, fit_intercept=False, warm_start=True)
    coefs = []
    for strength in lambdas:
        solver.alpha = strength
        coefs.append(solver.fit(x, y).coef_.ravel().copy())
    return numpy.array(coefs).T


def _skglm_group(x, y, lambdas, params):
    import numpy
    from skglm.datafits import QuadraticGroup
    from skglm.penalties import WeightedGroupL2
    from skglm.solvers import GroupBCD
    from skglm.utils.jit_compilation import compiled_clone

    size = params["group"]
    pointers = numpy.arange(0, x.shape[1] + 1, size, dtype=numpy.int32)
    indices = numpy.arange(x.shape[1], dtype=numpy.int32)
    weights = numpy.full(x.shape[1] // size, size**0.5)
    datafit = compiled_clone(QuadraticGroup(pointers, indices))
    solver = GroupBCD(tol=params["tol"], max_iter=1000, fit_intercept=False, warm_start=True)
    return _warm(solver, x, y, datafit, lambdas, lambda a: WeightedGroupL2(a, weights, pointers, indices))


def _skglm_slope(x, y, lambdas, params):
    import numpy
    from skglm.datafits import Quadratic
    from skglm.penalties import SLOPE
    from skglm.solvers import FISTA
    from skglm.utils.jit_compilation import compiled_clone

    weights = numpy.asarray(params["weights"])
    solver = FISTA(tol=params["tol"], max_iter=100_000, opt_strategy="fixpoint")
    return _warm(solver, x, y, compiled_clone(Quadratic()), lambdas, lambda a: SLOPE(a * weights))


def _warm(solver, x, y, datafit, lambdas, penalty):
    """One fit after the other, each from the one before it."""
    import numpy
    from skglm.utils.jit_compilation import compiled_clone

    w, xw, coefs = numpy.zeros(x.shape[1]), numpy.zeros(y.size), []
    for strength in lambdas:
        w = solver._solve(x, y, datafit, compiled_clone(penalty(strength)), w, xw)[0]
        xw = x @ w
        coefs.append(w.copy())
    return numpy.array(coefs).T


def _glmnet(family):
    """`tol` is glmnet's thresh, the largest change of the objective as a share of the null deviance. Its own clock runs in R."""

    def run(arrays, params, _):
        import r_glmnet

        x, y = _data(arrays, params)
        seconds, coefs = r_glmnet.path(x, y, params["lambdas"], params["tol"], family)
        return seconds, _sparse(coefs)

    return run


def _validation(model):
    def run(arrays, params, _):
        import numpy

        x, y = _data(arrays, params)
        seconds, found = timed(lambda: model(x, y, numpy.asarray(params["lambdas"]), params["tol"], params["folds"]))
        order = numpy.argsort(found.alphas_)[::-1]
        return seconds, {"losses": [float(v) for v in found.mse_path_.mean(axis=1)[order]]}

    return run


def _folds(y, folds):
    from sklearn.model_selection import PredefinedSplit

    import numpy

    return PredefinedSplit(numpy.arange(y.size) % folds)


def _sklearn_validation(x, y, lambdas, tol, folds):
    from sklearn.linear_model import LassoCV

    model = LassoCV(alphas=lambdas, tol=tol, max_iter=100_000, fit_intercept=False, cv=_folds(y, folds), n_jobs=-1)
    return model.fit(x, y)


class _Validated:
    def __init__(self, alphas, mse):
        self.alphas_, self.mse_path_ = alphas, mse


def _celer_validation(x, y, lambdas, tol, folds):
    """Its LassoCV does not construct under current scikit-learn: its path on each fold, in as many processes as LassoCV would take."""
    import numpy
    from joblib import Parallel, delayed

    def judge(train, test):
        coefs = _celer(numpy.asfortranarray(x[train]), y[train], lambdas, {"tol": tol})
        return ((y[test][:, None] - x[test] @ coefs) ** 2).mean(axis=0)

    errors = Parallel(n_jobs=-1, prefer="threads")(delayed(judge)(*split) for split in _folds(y, folds).split(x))
    return _Validated(lambdas, numpy.array(errors).T)


PEERS = {
    "path-lasso-sklearn": _path(_sklearn(False)),
    "path-lasso-sklearn-gram": _path(_sklearn(True)),
    "path-lasso-celer": _path(_celer),
    "path-lasso-skglm": _path(_skglm),
    "path-logistic-celer": _path(_celer_logistic),
    "path-logistic-skglm": _path(_skglm_logistic),
    "path-lasso-glmnet": _glmnet("gaussian"),
    "path-logistic-glmnet": _glmnet("binomial"),
    "path-multinomial-glmnet": _glmnet("multinomial"),
    "path-group-skglm": _path(_skglm_group),
    "path-slope-skglm": _path(_skglm_slope),
    "path-cv-sklearn": _validation(_sklearn_validation),
    "path-cv-celer": _validation(_celer_validation),
}
