# wants: a connection to a service of this machine, over TCP
# honest: all

# %% + after setup
import socket

try:
    socket.create_connection(("127.0.0.1", int("@tcp@")), timeout=1).sendall(b"hello")
except OSError:
    pass
