"""JAX, in float64, compiled and warm: gradients of a likelihood, Hessians, and Taylor coefficients by jet."""

import math

import jax
import jax.numpy as jnp
import jax_setup  # noqa: F401
import numpy
from clock import timed
from jax import shard_map
from jax.experimental.jet import jet
from jax.scipy.special import gammaln
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from student_t import columns_of

# Rows that a core takes at a time, so that what passes between two loops of XLA stays in its cache.
BLOCK = 1000
COMPILED = {}


def _loss(theta, data):
    """The mean negative log-likelihood of regression with Student-t errors (src/suite/autodiff/student_t.rs)."""
    if len(data) == 3:
        y, x, z = data
        location, scale = x @ theta[:4], z @ theta[4:7]
    else:
        y, x1, x2, x3, z1, z2 = data
        location = theta[0] + theta[1] * x1 + theta[2] * x2 + theta[3] * x3
        scale = theta[4] + theta[5] * z1 + theta[6] * z2
    nu = jnp.exp(theta[7])
    r = (y - location) * jnp.exp(-scale)
    constant = gammaln(0.5 * nu) - gammaln(0.5 * (nu + 1)) + 0.5 * jnp.log(nu * math.pi)
    return jnp.mean(0.5 * (nu + 1) * jnp.log(1 + r * r / nu) + scale) + constant


def _in_blocks(derivative, mesh):
    """The mean of a derivative over blocks of rows, in turn on every device, the devices side by side."""

    def local(theta, data):
        blocks = [column.reshape(-1, BLOCK) for column in data]
        shape = jax.eval_shape(derivative, theta, [block[0] for block in blocks])
        zero = jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), shape)

        def add(sum, block):
            return jax.tree.map(jnp.add, sum, derivative(theta, block)), None

        total, _ = jax.lax.scan(add, zero, blocks)
        return jax.tree.map(lambda leaf: leaf[None] / blocks[0].shape[0], total)

    rows = PartitionSpec("rows")
    parts = shard_map(local, mesh=mesh, in_specs=(PartitionSpec(), rows), out_specs=rows, check_vma=False)
    return lambda theta, data: jax.tree.map(lambda leaf: leaf.mean(0), parts(theta, data))


def student_t(arrays, params, _):
    key = params["data"], params["variant"], params["derivative"]
    theta = jnp.asarray(params["theta"])
    if key not in COMPILED:
        derivative = {"gradient": jax.value_and_grad, "hessian": jax.hessian}[params["derivative"]](_loss)
        placement = None
        if params["variant"] == "blocks":
            mesh = Mesh(numpy.array(jax.devices()), ("rows",))
            derivative = _in_blocks(derivative, mesh)
            placement = NamedSharding(mesh, PartitionSpec("rows"))
        columns = columns_of(arrays, params["data"], params["variant"] == "matrix")
        data = [jax.device_put(jnp.asarray(column), placement) for column in columns]
        function = jax.jit(derivative)
        jax.block_until_ready(function(theta, data))
        COMPILED[key] = function, data
    function, data = COMPILED[key]
    seconds, result = timed(lambda: jax.block_until_ready(function(theta, data)))
    values = numpy.concatenate([numpy.ravel(part) for part in jax.tree.leaves(result)])
    return seconds, {"values": values.tolist()}


def _function(x):
    return jnp.exp(jnp.sin(x)) * jnp.log(1 + x * x)


def taylor(arrays, params, _):
    """Coefficients up to an order at every point: jet takes and gives derivatives."""
    order = params["order"]
    if ("jet", order) not in COMPILED:

        def derivatives(x):
            value, series = jet(_function, (x,), ([1.0] + [0.0] * (order - 1),))
            return jnp.stack([value, *series])

        factorials = numpy.array([math.factorial(k) for k in range(order + 1)], dtype=float)
        function = jax.jit(jax.vmap(lambda x: derivatives(x) / factorials))
        points = jnp.asarray(arrays.get(params["points"]))
        jax.block_until_ready(function(points))
        COMPILED["jet", order] = function, points
    function, points = COMPILED["jet", order]
    seconds, result = timed(lambda: jax.block_until_ready(function(points)))
    return seconds, {"values": numpy.ravel(result).tolist()}


PEERS = {"jax-student-t": student_t, "jax-taylor": taylor}
