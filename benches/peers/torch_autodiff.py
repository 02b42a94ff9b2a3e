"""PyTorch, in float64: value and gradient of a likelihood, eager and compiled."""

import logging
import math

import torch
from clock import timed
from student_t import columns_of

logging.getLogger("torch").setLevel(logging.ERROR)
KNOWN = {}


def _loss(theta, data, matrix):
    """The mean negative log-likelihood of regression with Student-t errors (src/suite/autodiff/student_t.rs)."""
    if matrix:
        y, x, z = data
        location, scale = x @ theta[:4], z @ theta[4:7]
    else:
        y, x1, x2, x3, z1, z2 = data
        location = theta[0] + theta[1] * x1 + theta[2] * x2 + theta[3] * x3
        scale = theta[4] + theta[5] * z1 + theta[6] * z2
    nu = torch.exp(theta[7])
    r = (y - location) * torch.exp(-scale)
    constant = torch.lgamma(0.5 * nu) - torch.lgamma(0.5 * (nu + 1)) + 0.5 * torch.log(nu * math.pi)
    return torch.mean(0.5 * (nu + 1) * torch.log(1 + r * r / nu) + scale) + constant


def student_t(arrays, params, _):
    torch.set_num_threads(params["threads"])
    key = params["data"], params["variant"]
    theta = torch.tensor(params["theta"], dtype=torch.float64, requires_grad=True)
    fresh = key not in KNOWN
    if fresh:
        matrix = params["variant"].endswith("matrix")
        data = [torch.from_numpy(column) for column in columns_of(arrays, params["data"], matrix)]
        loss = lambda theta, data: _loss(theta, data, matrix)
        KNOWN[key] = torch.compile(loss) if params["variant"].startswith("compile") else loss, data
    loss, data = KNOWN[key]

    def run():
        value = loss(theta, data)
        (gradient,) = torch.autograd.grad(value, theta)
        return value.item(), gradient

    if fresh:
        run()
    seconds, (value, gradient) = timed(run)
    return seconds, {"values": [value, *gradient.tolist()]}


PEERS = {"torch-student-t": student_t}
