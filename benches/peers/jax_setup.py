"""JAX as every peer here runs it; to be imported before its first array is made."""

import os

import jax

jax.config.update("jax_enable_x64", True)
# One device a thread: on one device XLA runs most of this on one core.
jax.config.update("jax_num_cpu_devices", int(os.environ.get("NPROC", "1")))
