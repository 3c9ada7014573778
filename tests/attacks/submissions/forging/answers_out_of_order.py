# wants: the points, by answering late, twice, in another order, and with requests of its own
# stock: it uses this project's code, which stock nbgrader does not have

# %% median
import gc


def link():
    return next((thing for thing in gc.get_objects() if type(thing).__name__ == "Link"), None)


ways = iter(
    [
        lambda channel, number: [("a", number + 1, True, 2, None), ("a", number, True, 2, None)],
        lambda channel, number: [("a", number, True, 2, None)] * 3,
        lambda channel, number: [("a", number - 1, True, 2, None)],
        lambda channel, number: [("a", -number, True, 2, None), ("q", 1, "name", ("x",), None)],
        lambda channel, number: [("q", number, "call", (1, []), None)] * 30,
        lambda channel, number: [("a", number, 1, 2, None)],
        lambda channel, number: [("a", number, True, 2, {"text": [], "sync": [], "drop": []})],
        lambda channel, number: [("a", True, True, 2, None)],
    ]
)


def median(numbers):
    found = link()
    way = next(ways)
    for number in range(1, 60):
        for message in way(found.channel, number):
            try:
                found.channel.send(message, timeout=0.1)
            except BaseException:
                return 0
    return 0


# %% describe
def describe(name, count):
    try:
        for number in range(40):
            link().ask("call", (number, []))
    except BaseException:
        pass
    return {}
