# wants: a grader that drowns in updates of one display and in clears that wait
# honest: all

# %% + after setup
from IPython.display import HTML, clear_output, display

handle = display("x", display_id="one")
for number in range(3000):
    handle.update(HTML("<p>" * 5000))
    clear_output(wait=True)
    display("y", display_id="one")
    display({"text/plain": "z" * 3000, "\udcff/\0": "x", "a" * 500: "x"}, raw=True)
