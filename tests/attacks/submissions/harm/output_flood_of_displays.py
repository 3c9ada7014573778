# wants: a grader that drowns in displays, updates and clears
# honest: all

# %% + after setup
from IPython.display import HTML, clear_output, display

handle = display("x", display_id=True)
for number in range(20_000):
    display(HTML("<b>" * 50), display_id=f"id-{number}")
    if number % 100 == 0:
        handle.update("y" * 1000)
