# mistake: All caches share one list.
# fails: cache-append decode decode-rotary
# may fail: block-decode
# %% cache
class KVCache:
    keys = []
    values = []

    def __len__(self):
        return sum(key.shape[2] for key in self.keys)

    def append(self, key, value):
        self.keys.append(key)
        self.values.append(value)
        return torch.cat(self.keys, dim=2), torch.cat(self.values, dim=2)
