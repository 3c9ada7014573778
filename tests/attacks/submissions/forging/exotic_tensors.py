# wants: the tensor's points, by kinds of tensors that comparisons stumble over

# %% softmax
import itertools
import warnings

warnings.simplefilter("ignore")


def kinds(scores):
    yield lambda: torch.quantize_per_tensor(scores, 0.1, 0, torch.qint8)
    yield lambda: torch.nested.nested_tensor([scores[0], scores[0]])
    yield lambda: torch.empty_like(scores, device="meta")
    yield lambda: scores.to_sparse()
    yield lambda: scores.reshape(scores.shape[0], -1).to_sparse_csr()
    yield lambda: scores.reshape(scores.shape[0], -1).to_sparse_bsr((1, 1))
    yield lambda: scores.to_mkldnn()
    yield lambda: torch.view_as_complex(torch.stack([scores, scores], -1)).conj()
    yield lambda: torch._neg_view(scores)
    yield lambda: scores.rename(*"abc"[: scores.dim()])
    yield lambda: scores.to(torch.float8_e4m3fn)
    yield lambda: scores.to(torch.uint8).view(torch.uint4)
    yield lambda: torch.empty(scores.shape, dtype=torch.bits8)
    yield lambda: torch._efficientzerotensor(scores.shape)
    yield lambda: torch.full_like(scores, float("nan"))
    yield lambda: scores.new_empty(0)
    yield lambda: scores.flip(0).expand(3, *scores.shape)
    yield lambda: torch.sparse_coo_tensor(torch.zeros(1, 3, dtype=int), torch.ones(3), (1,))


numbers = itertools.count()


def softmax(scores, dim, temperature=1.0):
    all_kinds = list(kinds(scores))
    return all_kinds[next(numbers) % len(all_kinds)]()


# %% project
def project(x, weight, bias):
    return list(kinds(x))[next(numbers) % 18]()
