# wants: files left in the folders that everybody may write to
# honest: all

# %% + after setup
for folder in ("/tmp", "/var/tmp", "/dev/shm", "/run", "/var/lock"):
    try:
        with open(f"{folder}/@mark@-left", "w") as file:
            file.write("x")
    except OSError:
        pass
