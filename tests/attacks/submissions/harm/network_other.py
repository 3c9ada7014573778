# wants: the network, by raw, packet, netlink, IPv6, vsock and bluetooth sockets and by name look-up
# honest: all

# %% + after setup
import socket

for family, kind in ((2, 3), (17, 3), (16, 3), (40, 1), (31, 1), (38, 5), (15, 3)):
    try:
        socket.socket(family, kind)
    except OSError:
        pass
try:
    socket.create_connection(("::1", int("@tcp@")), timeout=1)
except OSError:
    pass
try:
    socket.getaddrinfo("localhost", int("@tcp@"))
except OSError:
    pass
