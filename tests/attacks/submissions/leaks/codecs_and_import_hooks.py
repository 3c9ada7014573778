# wants: whatever passes through codecs, imports and opens, kept from the start and told at the end
# honest: all

# %% + after setup
import builtins, codecs, io, sys

heard = []


class Finder:
    def find_spec(self, name, path=None, target=None):
        heard.append(name)
        return None


sys.meta_path.insert(0, Finder())
sys.path_hooks.insert(0, lambda path: heard.append(path) or (_ for _ in ()).throw(ImportError()))
sys.path_importer_cache.clear()
codecs.register(lambda name: heard.append(name))
opened, io_open = builtins.open, io.open
builtins.open = lambda *a, **k: heard.append(a) or opened(*a, **k)
compiled = builtins.compile
builtins.compile = lambda *a, **k: heard.append(a[:1]) or compiled(*a, **k)
sys.addaudithook(lambda event, arguments: heard.append((event, arguments)))

# %% + after ledger
print([thing for thing in heard if isinstance(thing, str)][:2000])
print("".join(str(thing) for thing in heard)[-50_000:])
