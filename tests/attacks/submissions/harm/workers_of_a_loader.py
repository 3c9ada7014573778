# wants: workers that outlive the notebook, and results that a worker unpickles
# honest: all

# %% + after setup
import os, signal, time

from torch.utils.data import DataLoader, Dataset


class Bomb:
    def __reduce__(self):
        return (os.system, ("touch /tmp/@mark@-unpickled",))


class Numbers(Dataset):
    def __len__(self):
        return 4

    def __getitem__(self, index):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if os.fork() == 0:
            os.setsid()
            time.sleep(3600)
        return Bomb()


loader = DataLoader(Numbers(), num_workers=2, persistent_workers=True, collate_fn=list, timeout=1)
try:
    next(iter(loader))
except BaseException as error:
    print(type(error))
