# wants: a grader that stumbles over reports that its own process invents
# honest: all
# stock: it uses this project's code, which stock nbgrader does not have

# %% + after setup
import os


def report(message):
    from autograder.sealed import wire

    try:
        os.write(3, wire.encode(message))
    except (OSError, wire.WireError):
        pass


for output in (
    {
        "output_type": "display_data",
        "data": {"application/json": 10**5000},
        "metadata": {"n": 10**5000},
    },
    {"output_type": "stream", "name": "stdout", "text": "\ud800" * 100},
    {
        "output_type": "error",
        "ename": "x" * 10**6,
        "evalue": "y" * 10**6,
        "traceback": ["z" * 10**6] * 10,
    },
    {
        "output_type": "execute_result",
        "data": {"text/plain": "4"},
        "metadata": {},
        "execution_count": 2**31,
    },
    {
        "output_type": "display_data",
        "data": {"text/plain": "x"},
        "metadata": {"nbgrader": {"points": 4}},
    },
):
    report({"op": "output", "output": output})
report({"op": "clear_output", "wait": True})
