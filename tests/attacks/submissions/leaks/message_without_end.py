# wants: a message that hides or forges what the teacher's page says, with controls and HTML
# honest: softmax affine rows median

# %% normalise
def normalise(values):
    raise ValueError("\x1b[2J\x1b[31m<script>alert(1)</script>\u202e\x00" + "A" * 10**6)


# %% describe
def describe(name, count):
    raise type("<img src=x onerror=alert(1)>", (Exception,), {})("<b>" * 1000)
