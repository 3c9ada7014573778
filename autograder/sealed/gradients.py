"""Autograd across the boundary: a returned tensor whose backward asks the student process."""

from __future__ import annotations

from typing import Any, Protocol

import torch

from autograder.sealed.link import Lease

__all__ = ["returned_tensor"]


class _Source(Protocol):
    def gradients(
        self, lease: Lease, grad: torch.Tensor, keys: list[int]
    ) -> list[torch.Tensor | None]: ...


class _Returned(torch.autograd.Function):
    """The identity on a tensor that the student process computed from `leaves`."""

    @staticmethod
    def forward(
        ctx: Any,
        source: _Source,
        lease: Lease,
        tensor: torch.Tensor,
        keys: list[int],
        _anchor: torch.Tensor,
        *leaves: torch.Tensor,
    ) -> torch.Tensor:
        ctx.source = source
        ctx.lease = lease
        ctx.keys = keys
        ctx.alive = leaves
        return tensor

    @staticmethod
    def backward(ctx: Any, *grads: torch.Tensor) -> Any:
        needed = ctx.needs_input_grad[5:]
        keys = [key for key, need in zip(ctx.keys, needed, strict=True) if need]
        found = iter(ctx.source.gradients(ctx.lease, grads[0], keys))
        return (None, None, None, None, None, *(next(found) if need else None for need in needed))


def returned_tensor(
    source: _Source,
    lease: Lease,
    tensor: torch.Tensor,
    keys: list[int],
    leaves: list[torch.Tensor],
) -> torch.Tensor:
    """A tensor of the student process as a node of this process's graph.

    Args:
        source: asked for gradients in the backward pass.
        lease: on the student's tensor; given back when the graph is freed.
        tensor: its values.
        keys: of the leaves it was computed from that exist in both processes.
        leaves: those leaves here.
    """
    apply: Any = _Returned.apply
    with torch.enable_grad():
        anchor = torch.empty(0, requires_grad=True)
        result: torch.Tensor = apply(source, lease, tensor, keys, anchor, *leaves)
    return result
