"""scipy: L-BFGS-B on a function that the harness evaluates, so that both sides minimise the same bits."""

import numpy
from clock import timed
from scipy.optimize import minimize


def lbfgsb(_, params, evaluate):
    def function(x):
        value, gradient = evaluate(x.tolist())
        return value, numpy.array(gradient)

    options = {"maxiter": 100_000, "maxfun": 100_000, "ftol": 0.0, "gtol": 1e-12}
    start = numpy.array(params["start"])
    seconds, found = timed(lambda: minimize(function, start, jac=True, method="L-BFGS-B", options=options))
    return seconds, {"x": found.x.tolist(), "evaluations": int(found.nfev)}


PEERS = {"scipy-lbfgsb": lbfgsb}
