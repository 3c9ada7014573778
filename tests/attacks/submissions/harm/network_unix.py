# wants: a connection to a service of this machine, over UNIX sockets with a path or a name
# honest: all

# %% + after setup
import socket

for address in ("@socket@", "\0@mark@"):
    try:
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(1)
        connection.connect(address)
    except OSError:
        pass
