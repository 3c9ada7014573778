# wants: a stopped batch, by display metadata that JSON cannot write: huge integers, NaN, odd keys
# honest: all

# %% + after setup
from IPython.display import display, publish_display_data

for value in (
    10**5000,
    float("nan"),
    float("inf"),
    -0.0,
    "\ud800",
    {"a\udfff": 1},
    [[[[[[1]]]]]],
    True,
    None,
):
    try:
        publish_display_data(
            {"text/plain": "x", "application/json": value}, {"application/json": {"n": value}}
        )
    except BaseException:
        pass
    try:
        display(
            {"application/json": {"n": value}, "application/x+json": value},
            raw=True,
            metadata={"n": value},
        )
    except BaseException:
        pass
