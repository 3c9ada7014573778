# wants: a server that others can reach while the notebook is graded
# honest: all

# %% + after setup
import socket

try:
    server = socket.create_server(("0.0.0.0", 0))
    server = socket.create_connection(("127.0.0.1", int("@tcp@")), timeout=1)
except OSError:
    pass
