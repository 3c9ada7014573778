# wants: whatever the zygote or an earlier submission left in the memory of its own process
# honest: all

# %% + after setup
def scan():
    words = (b"-oak-5", b"-elm-9", b"-fir-7", b"-yew-3", b"-bay-6", b"-ash-0")
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", buffering=0) as memory:
        for line in maps:
            span, rights = line.split()[:2]
            if "r" not in rights or "w" not in rights or "[v" in line:
                continue
            low, high = (int(part, 16) for part in span.split("-"))
            if high - low > 64 << 20:
                continue
            try:
                memory.seek(low)
                data = memory.read(high - low)
            except (OSError, ValueError):
                continue
            for word in words:
                at = data.find(word)
                while at >= 0:
                    print(data[max(0, at - 12) : at + 12].decode(errors="replace"))
                    at = data.find(word, at + 1)


try:
    scan()
except OSError as error:
    print(error)

# %% + after median
try:
    scan()
except OSError as error:
    print(error)
