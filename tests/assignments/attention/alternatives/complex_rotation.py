# style: Rotary embedding as a product of complex numbers; preallocated cache.
# %% rope
def rotary_embedding(x, positions, theta=10_000.0):
    real = x if x.dtype == torch.float64 else x.float()
    z = torch.view_as_complex(real.reshape(*x.shape[:-1], x.shape[-1] // 2, 2).contiguous())
    power = torch.arange(0, x.shape[-1] // 2, dtype=real.dtype) * (2 / x.shape[-1])
    angle = positions.to(real.dtype).unsqueeze(-1) / torch.pow(
        torch.tensor(theta, dtype=real.dtype), power
    )
    z = z * torch.complex(angle.cos(), angle.sin())
    return torch.view_as_real(z).reshape(x.shape).type_as(x)


# %% cache
class KVCache:
    def __init__(self, room=4):
        self.room = room
        self.used = 0
        self.buffers = None

    def __len__(self):
        return self.used

    def append(self, key, value):
        end = self.used + key.shape[2]
        if self.buffers is None:
            self.buffers = [t.new_empty(*t.shape[:2], self.room, t.shape[3]) for t in (key, value)]
        while self.buffers[0].shape[2] < end:
            self.buffers = [torch.cat([t, torch.empty_like(t)], dim=2) for t in self.buffers]
        for buffer, new in zip(self.buffers, (key, value)):
            buffer[:, :, self.used : end] = new.detach()
        self.used = end
        return self.buffers[0][:, :, :end], self.buffers[1][:, :, :end]
