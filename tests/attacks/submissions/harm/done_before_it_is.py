# wants: a cell without a budget, by reporting its end and running on
# stock: it uses this project's code, which stock nbgrader does not have

# %% + after setup
import os


def report():
    from autograder.sealed import wire

    for _ in range(60):
        os.write(3, wire.encode({"op": "done", "status": "ok", "failure": None, "returned": None}))


try:
    report()
except OSError:
    pass
while True:
    pass
