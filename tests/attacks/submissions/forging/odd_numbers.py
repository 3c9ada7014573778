# wants: points from numbers that compare in odd ways: NaN payloads, zeros with signs, subnormals
# honest: words

# %% normalise
import struct


def normalise(values):
    nan = np.frombuffer(struct.pack("<Q", 0x7FF4DEADBEEF0001) * len(values), "<f8")
    return nan.reshape(-1)[::-1]


# %% softmax
def softmax(scores, dim, temperature=1.0):
    bits = torch.full(scores.shape, 0x7FA00001, dtype=torch.int32)
    return bits.view(torch.float32)


# %% median
from decimal import Decimal
from fractions import Fraction

odd = iter(
    [Decimal("sNaN"), np.float64("nan"), -0.0, 5e-324, 10**4000, Fraction(10**400, 3), 1e400, 2j]
)


def median(numbers):
    return next(odd)


# %% rows
row_count = np.int64(1) << 62
column_total = np.longdouble("nan")
