"""statsmodels: GLM by iteratively reweighted least squares, standard errors included."""

import numpy
import statsmodels.api as sm
from clock import timed

FAMILIES = {
    "binomial": sm.families.Binomial,
    "poisson": sm.families.Poisson,
    "gamma": lambda: sm.families.Gamma(link=sm.families.links.Log()),
}
WITH_CONSTANT = {}


def irls(arrays, params, _):
    key = params["x"], params["order"]
    if key not in WITH_CONSTANT:
        x = arrays.get(*key)
        columns = numpy.empty((x.shape[0], x.shape[1] + 1), order=params["order"])
        columns[:, 0], columns[:, 1:] = 1.0, x
        WITH_CONSTANT.clear()
        WITH_CONSTANT[key] = columns
    y = arrays.get(params["y"])

    def run():
        result = sm.GLM(y, WITH_CONSTANT[key], family=FAMILIES[params["family"]]()).fit(tol=params["tol"])
        # The inference that both sides give; the values themselves are not compared but for the standard errors.
        result.pvalues, result.conf_int(), result.llf, result.deviance, result.null_deviance, result.aic, result.bic_llf
        return result.params, result.bse

    seconds, (coefficients, errors) = timed(run)
    return seconds, {"coefficients": coefficients.tolist(), "errors": errors.tolist()}


PEERS = {"statsmodels-irls": irls}
