# mistake: New positions are joined along the heads.
# fails: cache-append decode decode-rotary
# may fail: block-decode
# %% cache
class KVCache:
    def __init__(self):
        self.keys = None
        self.values = None

    def __len__(self):
        return 0 if self.keys is None else self.keys.shape[2]

    def append(self, key, value):
        if self.keys is None:
            self.keys, self.values = key, value
        else:
            self.keys = torch.cat([self.keys, key], dim=1)
            self.values = torch.cat([self.values, value], dim=1)
        return self.keys, self.values
