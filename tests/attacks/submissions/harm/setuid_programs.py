# wants: another user, by programs that are allowed to become one
# honest: all

# %% + after setup
import subprocess

for command in (
    ["su", "-c", "touch /tmp/@mark@-su"],
    ["sudo", "-n", "touch", "/tmp/@mark@-sudo"],
    ["mount", "-t", "tmpfs", "none", "/mnt"],
    ["newgrp", "root"],
    ["newuidmap", "1", "0", "0", "1"],
    ["unshare", "-Ur", "touch", "/tmp/@mark@-unshare"],
    ["at", "now"],
    ["crontab", "-l"],
    ["systemd-run", "--user", "true"],
    ["passwd", "-d", "root"],
):
    try:
        subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=1)
    except (OSError, subprocess.SubprocessError):
        pass
